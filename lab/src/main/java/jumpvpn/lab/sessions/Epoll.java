package jumpvpn.lab.sessions;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Waits for many file descriptors (epoll(7)), each with a number: what it costs does not grow with those that are idle. One thread; as long as the process. */
final class Epoll {
    private static final int ADD = 1;
    private static final int READABLE = 1;
    private static final int MOST = 64;
    /** struct epoll_event is packed on x86-64 only. */
    private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");

    private static final int EVENT_BYTES = PACKED ? 12 : 16;
    private static final int DATA = PACKED ? 4 : 8;

    private static final MethodHandle CREATE = handle("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle CONTROL =
            handle("epoll_ctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle WAIT =
            handle("epoll_wait", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));

    private final MemorySegment events = Arena.global().allocate((long) MOST * EVENT_BYTES, 16);
    private final int fd;

    Epoll() {
        try {
            fd = (int) CREATE.invokeExact(0);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker()
                .downcallHandle(Linker.nativeLinker().defaultLookup().findOrThrow(name), descriptor);
    }

    /** Waits for this one as well from now on. */
    void add(int watched, int number) {
        events.set(JAVA_INT, 0, READABLE);
        events.set(ValueLayout.JAVA_INT_UNALIGNED, DATA, number);
        try {
            if ((int) CONTROL.invokeExact(fd, ADD, watched, events) != 0) {
                throw new IllegalStateException("epoll_ctl refused descriptor " + watched);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until some are readable, or so long (negative: for ever); how many. None if a signal came. */
    int await(int millis) {
        try {
            return Math.max(0, (int) WAIT.invokeExact(fd, events, MOST, millis));
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** The number of the {@code i}th that the last {@link #await} found. */
    int number(int i) {
        return events.get(ValueLayout.JAVA_INT_UNALIGNED, (long) i * EVENT_BYTES + DATA);
    }
}
