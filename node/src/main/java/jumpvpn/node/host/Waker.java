package jumpvpn.node.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends another thread's {@link Poller#await}: that thread watches {@link #fd()}. Many wakes before a drain are one. What a thread did before {@link #wake()} is seen by the
 * woken one after {@link #drain()}; so drain first, then look for work.
 */
public final class Waker implements AutoCloseable {
    private static final int EFD_CLOEXEC = Libc.O_CLOEXEC;
    private static final int EFD_NONBLOCK = Libc.O_NONBLOCK;

    private final int fd;
    private final AtomicBoolean pending = new AtomicBoolean();
    private final MemorySegment one = Arena.ofAuto().allocate(8, 8);
    private final MemorySegment read = Arena.ofAuto().allocate(8, 8);
    private boolean closed;

    public Waker() throws LinuxException {
        fd = LinuxException.check(Libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "create an eventfd");
        Memory.putLong(one.address(), 1);
    }

    /** Readable once woken. */
    public int fd() {
        return fd;
    }

    /** From any thread; after {@link #close()} it does nothing. */
    public void wake() {
        if (!pending.getAndSet(true)) {
            synchronized (this) { // against a close in between, after which the number may be another file's
                if (!closed) {
                    Libc.write(fd, one.address(), 8);
                }
            }
        }
    }

    /** Makes it sleep again; only the woken thread. */
    public void drain() {
        Libc.read(fd, read.address(), 8);
        pending.set(false);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Libc.close(fd);
        }
    }
}
