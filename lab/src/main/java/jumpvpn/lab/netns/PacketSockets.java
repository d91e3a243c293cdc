package jumpvpn.lab.netns;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/** The few libc calls that the link emulator needs: raw frames of one interface in and out, a precise wait, and plain frames (no offloads). */
final class PacketSockets {
    /** All memory: raw addresses are read through it without a slice per packet. */
    static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final int ETH_P_ALL = 3;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUF = 8;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_TRUNC = 0x20;
    private static final int PR_SET_TIMERSLACK = 29;
    private static final long SIOCETHTOOL = 0x8946;
    private static final int RECEIVE_BUFFER_BYTES = 8 << 20;
    private static final short POLLIN = 1;
    /** ETHTOOL_STXCSUM, SSG, STSO, SGSO, SGRO: set with 0 they make the kernel hand over whole frames of at most one MTU with finished checksums. */
    private static final int[] OFFLOADS_OFF = {0x17, 0x19, 0x1f, 0x24, 0x2c};

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final VarHandle ERRNO_VALUE =
            Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SOCKET = checked("socket", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = checked("bind", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SETSOCKOPT =
            checked("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle GETSOCKOPT =
            checked("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle IF_INDEX = checked("if_nametoindex", ADDRESS);
    private static final MethodHandle IOCTL = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("ioctl"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
            ERRNO,
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle PRCTL = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("prctl"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    private static final MethodHandle RECV =
            fast("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle SEND =
            fast("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle PPOLL =
            fast("ppoll", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));

    private PacketSockets() {}

    /** A non-blocking raw socket that hears every frame that arrives at {@code interfaceName} and none that leaves by it. */
    static int open(String interfaceName) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Linker.Option.captureStateLayout());
            int index = check(
                    errno,
                    "if_nametoindex " + interfaceName,
                    (int) IF_INDEX.invokeExact(errno, arena.allocateFrom(interfaceName)),
                    1);
            int fd = check(errno, "socket(AF_PACKET)", (int) SOCKET.invokeExact(errno, AF_PACKET, SOCK_RAW, 0), 0);
            MemorySegment value = arena.allocate(JAVA_INT);
            value.set(JAVA_INT, 0, 1);
            check(
                    errno,
                    "PACKET_IGNORE_OUTGOING",
                    (int) SETSOCKOPT.invokeExact(errno, fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, value, 4),
                    0);
            value.set(JAVA_INT, 0, RECEIVE_BUFFER_BYTES);
            if ((int) SETSOCKOPT.invokeExact(errno, fd, SOL_SOCKET, SO_RCVBUFFORCE, value, 4) < 0) {
                check(errno, "SO_RCVBUF", (int) SETSOCKOPT.invokeExact(errno, fd, SOL_SOCKET, SO_RCVBUF, value, 4), 0);
            }
            MemorySegment address = arena.allocate(20);
            address.set(JAVA_SHORT, 0, (short) AF_PACKET);
            address.set(JAVA_SHORT, 2, Short.reverseBytes((short) ETH_P_ALL));
            address.set(JAVA_INT, 4, index);
            check(errno, "bind to " + interfaceName, (int) BIND.invokeExact(errno, fd, address, 20), 0);
            return fd;
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("open " + interfaceName + ": " + e, e);
        }
    }

    /** Switches off segmentation, merging and checksum offload of a local interface; the setting stays when it is moved to another namespace. */
    static void plainFrames(String interfaceName, int anySocket) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Linker.Option.captureStateLayout());
            MemorySegment value = arena.allocate(8, 4);
            MemorySegment request = arena.allocate(40, 8);
            MemorySegment.copy(
                    interfaceName.getBytes(StandardCharsets.US_ASCII),
                    0,
                    request,
                    JAVA_BYTE,
                    0,
                    interfaceName.length());
            request.set(ADDRESS, 16, value);
            for (int command : OFFLOADS_OFF) {
                value.set(JAVA_INT, 0, command);
                value.set(JAVA_INT, 4, 0);
                check(
                        errno,
                        "SIOCETHTOOL " + interfaceName,
                        (int) IOCTL.invokeExact(errno, anySocket, SIOCETHTOOL, request),
                        0);
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("offloads of " + interfaceName + ": " + e, e);
        }
    }

    /** Frames that the kernel dropped since the last call because the socket's buffer was full. */
    static int kernelDrops(int fd) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Linker.Option.captureStateLayout());
            MemorySegment statistics = arena.allocate(8, 4);
            MemorySegment length = arena.allocateFrom(JAVA_INT, 8);
            check(
                    errno,
                    "PACKET_STATISTICS",
                    (int) GETSOCKOPT.invokeExact(errno, fd, SOL_PACKET, PACKET_STATISTICS, statistics, length),
                    0);
            return statistics.get(JAVA_INT, 4);
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("PACKET_STATISTICS: " + e, e);
        }
    }

    /** Makes this thread's waits end within about a microsecond of their time instead of the usual 50. */
    static void preciseWaits() {
        try {
            int ignored = (int) PRCTL.invokeExact(PR_SET_TIMERSLACK, 1L);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** The true length of the frame now at {@code address} (it may exceed {@code capacity}: then it was cut), or negative when none waits. */
    static long receive(int fd, long address, int capacity) {
        try {
            return (long) RECV.invokeExact(fd, address, (long) capacity, MSG_DONTWAIT | MSG_TRUNC);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    static boolean send(int fd, long address, int length) {
        try {
            return (long) SEND.invokeExact(fd, address, (long) length, MSG_DONTWAIT) == length;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** An array of {@code struct pollfd} that waits for input on each of {@code fds}. */
    static MemorySegment pollSet(int... fds) {
        MemorySegment set = Arena.global().allocate(8L * fds.length, 8);
        for (int i = 0; i < fds.length; i++) {
            set.set(JAVA_INT, 8L * i, fds[i]);
            set.set(JAVA_SHORT, 8L * i + 4, POLLIN);
        }
        return set;
    }

    /** Waits until a socket of the set has a frame or {@code nanos} have passed; {@code timespec} is 16 bytes of scratch. */
    static void waitForFrames(MemorySegment pollSet, long timespec, long nanos) {
        MEMORY.set(JAVA_LONG, timespec, nanos / 1_000_000_000L);
        MEMORY.set(JAVA_LONG, timespec + 8, nanos % 1_000_000_000L);
        try {
            int ignored = (int) PPOLL.invokeExact(pollSet.address(), pollSet.byteSize() / 8, timespec, 0L);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static int check(MemorySegment errno, String call, int result, int least) throws IOException {
        if (result < least) {
            throw new IOException(call + ": errno " + (int) ERRNO_VALUE.get(errno, 0L));
        }
        return result;
    }

    private static MethodHandle checked(String name, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments), ERRNO);
    }

    private static MethodHandle fast(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
    }
}
