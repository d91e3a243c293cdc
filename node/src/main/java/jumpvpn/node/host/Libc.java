package jumpvpn.node.host;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The C library's calls that this program needs, on raw addresses. Each returns what the C function returns, or the negated error number of {@link Errno}. No call
 * allocates on the heap, and none but the clock is {@code critical}: a thread in one of them never holds up a safepoint. Pointers are passed as {@code long}, which
 * the x86-64 and aarch64 calling conventions pass like pointers.
 *
 * <p>All arguments and results are {@code long}, and there are always as many, because the JVM needs two to five milliseconds for each new form of a call at start. On these machines a function
 * reads as much of a register as its parameter has, ignores registers beyond its parameters, and leaves its result in the lower part.
 */
public final class Libc {
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0x40;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x80000;
    public static final int CLOCK_BOOTTIME = 7;
    public static final int LOCK_SH = 1;
    public static final int LOCK_EX = 2;
    public static final int LOCK_NB = 4;
    public static final int LOCK_UN = 8;
    public static final int MSG_TRUNC = 0x20;
    public static final int MSG_DONTWAIT = 0x40;

    /** Bytes of scratch memory that every thread has, see {@link #scratch()}. */
    public static final int SCRATCH_BYTES = 48;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final FunctionDescriptor FIVE =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final VarHandle ERRNO_VALUE =
            Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final long SCRATCH_OFFSET = 16;
    private static final int MODE_0600 = 6 << 6;

    /** Per thread: where the linker leaves errno, then scratch memory. */
    private static final ThreadLocal<MemorySegment> STATE =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(SCRATCH_OFFSET + SCRATCH_BYTES, 16));

    private static final MethodHandle OPEN = handle("open");
    private static final MethodHandle CLOSE = handle("close");
    private static final MethodHandle FLOCK = handle("flock");
    private static final MethodHandle IOCTL = handle("ioctl");
    private static final MethodHandle READ = handle("read");
    private static final MethodHandle WRITE = handle("write");
    private static final MethodHandle WRITEV = handle("writev");
    private static final MethodHandle SOCKET = handle("socket");
    private static final MethodHandle BIND = handle("bind");
    private static final MethodHandle SETSOCKOPT = handle("setsockopt");
    private static final MethodHandle GETSOCKOPT = handle("getsockopt");
    private static final MethodHandle GETSOCKNAME = handle("getsockname");
    private static final MethodHandle RECV = handle("recv");
    private static final MethodHandle SENDMMSG = handle("sendmmsg");
    private static final MethodHandle RECVMMSG = handle("recvmmsg");
    private static final MethodHandle PPOLL = handle("ppoll");
    private static final MethodHandle EVENTFD = handle("eventfd");
    private static final MethodHandle IF_NAMETOINDEX = handle("if_nametoindex");
    private static final MethodHandle GETRANDOM = handle("getrandom");
    private static final MethodHandle CLOCK_GETTIME = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("clock_gettime"),
            FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG), // a form that ciphers have too
            Linker.Option.critical(false));

    private Libc() {}

    private static MethodHandle handle(String name) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), FIVE, ERRNO);
    }

    private static int call(MethodHandle function, long a, long b, long c, long d, long e) {
        try {
            MemorySegment state = STATE.get();
            int value = (int) (long) function.invokeExact(state, a, b, c, d, e);
            return value >= 0 ? value : -(int) ERRNO_VALUE.get(state, 0L);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** The calling thread's own {@link #SCRATCH_BYTES} bytes, aligned to 16; they live as long as the thread, and no call of this class changes them but its clock. */
    public static long scratch() {
        return STATE.get().address() + SCRATCH_OFFSET;
    }

    /** A file that this creates is the owner's alone, mode 0600. */
    public static int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return call(OPEN, arena.allocateFrom(path).address(), flags, MODE_0600, 0, 0);
        }
    }

    public static int close(int fd) {
        return call(CLOSE, fd, 0, 0, 0, 0);
    }

    public static int flock(int fd, int operation) {
        return call(FLOCK, fd, operation, 0, 0, 0);
    }

    public static int ioctl(int fd, long request, long argument) {
        return call(IOCTL, fd, request, argument, 0, 0);
    }

    public static int read(int fd, long address, long length) {
        return call(READ, fd, address, length, 0, 0);
    }

    public static int write(int fd, long address, long length) {
        return call(WRITE, fd, address, length, 0, 0);
    }

    /** The vectors are the address of {@code count} iovecs, 16 bytes each: address, length. */
    public static int writev(int fd, long vectors, int count) {
        return call(WRITEV, fd, vectors, count, 0, 0);
    }

    public static int socket(int family, int type, int protocol) {
        return call(SOCKET, family, type, protocol, 0, 0);
    }

    public static int bind(int fd, long address, int length) {
        return call(BIND, fd, address, length, 0, 0);
    }

    public static int setsockopt(int fd, int level, int option, long value, int length) {
        return call(SETSOCKOPT, fd, level, option, value, length);
    }

    /** An option that is an int. */
    public static int setsockopt(int fd, int level, int option, int value) {
        long address = scratch();
        Memory.putInt(address, value);
        return setsockopt(fd, level, option, address, 4);
    }

    /** An option that is an int and never negative. */
    public static int getsockopt(int fd, int level, int option) {
        return getsockopt(fd, level, option, 0);
    }

    /** One of an option's up to ten ints, never negative. */
    public static int getsockopt(int fd, int level, int option, int index) {
        long value = scratch();
        long length = value + 40;
        Memory.putInt(length, 4 * index + 4);
        int status = call(GETSOCKOPT, fd, level, option, value, length);
        return status < 0 ? status : Memory.getInt(value + 4L * index);
    }

    /** The length is the address of an int: room on entry, bytes used on return. */
    public static int getsockname(int fd, long address, long length) {
        return call(GETSOCKNAME, fd, address, length, 0, 0);
    }

    public static int recv(int fd, long address, long length, int flags) {
        return call(RECV, fd, address, length, flags, 0);
    }

    public static int sendmmsg(int fd, long messages, int count, int flags) {
        return call(SENDMMSG, fd, messages, count, flags, 0);
    }

    /** Without a timeout of its own. */
    public static int recvmmsg(int fd, long messages, int count, int flags) {
        return call(RECVMMSG, fd, messages, count, flags, 0);
    }

    /** The timespec is the address of seconds and nanoseconds, two longs; 0 waits for ever. */
    public static int ppoll(long pollfds, int count, long timespec) {
        return call(PPOLL, pollfds, count, timespec, 0, 0);
    }

    public static int eventfd(int initial, int flags) {
        return call(EVENTFD, initial, flags, 0, 0, 0);
    }

    /** The index, which is positive, or 0: there is no such interface. */
    public static int ifNameToIndex(String name) {
        try (Arena arena = Arena.ofConfined()) {
            return Math.max(0, call(IF_NAMETOINDEX, arena.allocateFrom(name).address(), 0, 0, 0, 0));
        }
    }

    public static int getrandom(long address, long length) {
        return call(GETRANDOM, address, length, 0, 0, 0);
    }

    /** The clock in nanoseconds. The kernel answers from mapped memory and never blocks, hence a critical call. */
    public static long clockNanos(int clock) {
        try {
            long timespec = scratch();
            int status = (int) (long) CLOCK_GETTIME.invokeExact((long) clock, timespec, 0L, 0L);
            if (status != 0) {
                throw new IllegalStateException("this kernel has no clock " + clock);
            }
            return Memory.getLong(timespec) * 1_000_000_000L + Memory.getLong(timespec + 8);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** A downcall handle throws nothing; what comes here is an Error of the virtual machine or our own mistake. */
    private static RuntimeException impossible(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException known ? known : new IllegalStateException(e);
    }
}
