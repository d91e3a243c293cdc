package jumpvpn.node.host;

import static java.lang.foreign.ValueLayout.JAVA_INT;
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
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final VarHandle ERRNO_VALUE =
            Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final long SCRATCH_OFFSET = 16;
    private static final int MODE_0600 = 6 << 6;

    /** Per thread: where the linker leaves errno, then scratch memory. */
    private static final ThreadLocal<MemorySegment> STATE =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(SCRATCH_OFFSET + SCRATCH_BYTES, 16));

    private static final MethodHandle OPEN = handle("open", JAVA_INT, 2, JAVA_LONG, JAVA_INT, JAVA_INT);
    private static final MethodHandle CLOSE = handle("close", JAVA_INT, -1, JAVA_INT);
    private static final MethodHandle FLOCK = handle("flock", JAVA_INT, -1, JAVA_INT, JAVA_INT);
    private static final MethodHandle IOCTL = handle("ioctl", JAVA_INT, 2, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle READ = handle("read", JAVA_LONG, -1, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle WRITE = handle("write", JAVA_LONG, -1, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle WRITEV = handle("writev", JAVA_LONG, -1, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SOCKET = handle("socket", JAVA_INT, -1, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = handle("bind", JAVA_INT, -1, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SETSOCKOPT =
            handle("setsockopt", JAVA_INT, -1, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle GETSOCKOPT =
            handle("getsockopt", JAVA_INT, -1, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle GETSOCKNAME = handle("getsockname", JAVA_INT, -1, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle RECV = handle("recv", JAVA_LONG, -1, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SENDMMSG =
            handle("sendmmsg", JAVA_INT, -1, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
    private static final MethodHandle RECVMMSG =
            handle("recvmmsg", JAVA_INT, -1, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle PPOLL = handle("ppoll", JAVA_INT, -1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle EVENTFD = handle("eventfd", JAVA_INT, -1, JAVA_INT, JAVA_INT);
    private static final MethodHandle IF_NAMETOINDEX = handle("if_nametoindex", JAVA_INT, -1, JAVA_LONG);
    private static final MethodHandle GETRANDOM = handle("getrandom", JAVA_LONG, -1, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle CLOCK_GETTIME = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("clock_gettime"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG),
            Linker.Option.critical(false));

    private Libc() {}

    private static MethodHandle handle(String name, MemoryLayout result, int firstVariadic, MemoryLayout... arguments) {
        FunctionDescriptor descriptor = FunctionDescriptor.of(result, arguments);
        MemorySegment function = LINKER.defaultLookup().findOrThrow(name);
        return firstVariadic < 0
                ? LINKER.downcallHandle(function, descriptor, ERRNO)
                : LINKER.downcallHandle(function, descriptor, ERRNO, Linker.Option.firstVariadicArg(firstVariadic));
    }

    /** The calling thread's own {@link #SCRATCH_BYTES} bytes, aligned to 16; they live as long as the thread, and no call of this class changes them but its clock. */
    public static long scratch() {
        return STATE.get().address() + SCRATCH_OFFSET;
    }

    /** A file that this creates is the owner's alone, mode 0600. */
    public static int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = STATE.get();
            long name = arena.allocateFrom(path).address();
            return result((int) OPEN.invokeExact(state, name, flags, MODE_0600), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static int close(int fd) {
        try {
            MemorySegment state = STATE.get();
            return result((int) CLOSE.invokeExact(state, fd), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static int flock(int fd, int operation) {
        try {
            MemorySegment state = STATE.get();
            return result((int) FLOCK.invokeExact(state, fd, operation), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static int ioctl(int fd, long request, long argument) {
        try {
            MemorySegment state = STATE.get();
            return result((int) IOCTL.invokeExact(state, fd, request, argument), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static int read(int fd, long address, long length) {
        try {
            MemorySegment state = STATE.get();
            return result((int) (long) READ.invokeExact(state, fd, address, length), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static int write(int fd, long address, long length) {
        try {
            MemorySegment state = STATE.get();
            return result((int) (long) WRITE.invokeExact(state, fd, address, length), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** The vectors are the address of {@code count} iovecs, 16 bytes each: address, length. */
    public static int writev(int fd, long vectors, int count) {
        try {
            MemorySegment state = STATE.get();
            return result((int) (long) WRITEV.invokeExact(state, fd, vectors, count), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static int socket(int family, int type, int protocol) {
        try {
            MemorySegment state = STATE.get();
            return result((int) SOCKET.invokeExact(state, family, type, protocol), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static int bind(int fd, long address, int length) {
        try {
            MemorySegment state = STATE.get();
            return result((int) BIND.invokeExact(state, fd, address, length), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static int setsockopt(int fd, int level, int option, long value, int length) {
        try {
            MemorySegment state = STATE.get();
            return result((int) SETSOCKOPT.invokeExact(state, fd, level, option, value, length), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
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
        try {
            MemorySegment state = STATE.get();
            long value = scratch();
            long length = value + 40;
            Memory.putInt(length, 4 * index + 4);
            int status = result((int) GETSOCKOPT.invokeExact(state, fd, level, option, value, length), state);
            return status < 0 ? status : Memory.getInt(value + 4L * index);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** The length is the address of an int: room on entry, bytes used on return. */
    public static int getsockname(int fd, long address, long length) {
        try {
            MemorySegment state = STATE.get();
            return result((int) GETSOCKNAME.invokeExact(state, fd, address, length), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static int recv(int fd, long address, long length, int flags) {
        try {
            MemorySegment state = STATE.get();
            return result((int) (long) RECV.invokeExact(state, fd, address, length, flags), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static int sendmmsg(int fd, long messages, int count, int flags) {
        try {
            MemorySegment state = STATE.get();
            return result((int) SENDMMSG.invokeExact(state, fd, messages, count, flags), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** Without a timeout of its own. */
    public static int recvmmsg(int fd, long messages, int count, int flags) {
        try {
            MemorySegment state = STATE.get();
            return result((int) RECVMMSG.invokeExact(state, fd, messages, count, flags, 0L), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** The timespec is the address of seconds and nanoseconds, two longs; 0 waits for ever. */
    public static int ppoll(long pollfds, int count, long timespec) {
        try {
            MemorySegment state = STATE.get();
            return result((int) PPOLL.invokeExact(state, pollfds, (long) count, timespec, 0L), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static int eventfd(int initial, int flags) {
        try {
            MemorySegment state = STATE.get();
            return result((int) EVENTFD.invokeExact(state, initial, flags), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** The index, which is positive, or 0: there is no such interface. */
    public static int ifNameToIndex(String name) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) IF_NAMETOINDEX.invokeExact(
                    STATE.get(), arena.allocateFrom(name).address());
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static int getrandom(long address, long length) {
        try {
            MemorySegment state = STATE.get();
            return result((int) (long) GETRANDOM.invokeExact(state, address, length, 0), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** The clock in nanoseconds. The kernel answers from mapped memory and never blocks, hence a critical call. */
    public static long clockNanos(int clock) {
        try {
            long timespec = scratch();
            int status = (int) CLOCK_GETTIME.invokeExact(clock, timespec);
            if (status != 0) {
                throw new IllegalStateException("this kernel has no clock " + clock);
            }
            return Memory.getLong(timespec) * 1_000_000_000L + Memory.getLong(timespec + 8);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    private static int result(int value, MemorySegment state) {
        return value >= 0 ? value : -(int) ERRNO_VALUE.get(state, 0L);
    }

    /** A downcall handle throws nothing; what comes here is an Error of the virtual machine or our own mistake. */
    private static RuntimeException impossible(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException known ? known : new IllegalStateException(e);
    }
}
