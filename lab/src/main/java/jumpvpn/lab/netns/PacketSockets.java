package jumpvpn.lab.netns;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import jumpvpn.node.host.Errno;
import jumpvpn.node.host.Libc;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Memory;

/** What the link emulator needs of Linux beside the product's own calls: raw frames of one interface in and out, and plain frames (no offloads). */
final class PacketSockets {
    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final int ETH_P_ALL = 3;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUF = 8;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int PR_SET_TIMERSLACK = 29;
    private static final long SIOCETHTOOL = 0x8946;
    private static final int SOCKADDR_LL_BYTES = 20;
    private static final int IFREQ_BYTES = 40;
    private static final int RECEIVE_BUFFER_BYTES = 8 << 20;
    /** ETHTOOL_STXCSUM, SSG, STSO, SGSO, SGRO: set to 0 they make the kernel hand over frames of at most one MTU with finished checksums. */
    private static final int[] OFFLOADS = {0x17, 0x19, 0x1f, 0x24, 0x2c};

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle PRCTL = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("prctl"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    private static final MethodHandle GETSOCKOPT = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("getsockopt"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));

    private PacketSockets() {}

    /** A raw socket that hears every frame that arrives at the interface and none that leaves by it. */
    static int open(String interfaceName) throws LinuxException {
        int index = Libc.ifNameToIndex(interfaceName);
        if (index == 0) {
            throw new LinuxException(Errno.ENODEV, "find " + interfaceName);
        }
        int fd = LinuxException.check(Libc.socket(AF_PACKET, SOCK_RAW, 0), "open a packet socket");
        LinuxException.check(
                Libc.setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1), "ignore what leaves by " + interfaceName);
        if (Libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES) < 0) {
            LinuxException.check(
                    Libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_BYTES), "enlarge the receive buffer");
        }
        long address = Libc.scratch();
        Memory.putLong(address, 0);
        Memory.putLong(address + 8, 0);
        Memory.putInt(address + 16, 0);
        Memory.putShort(address, (short) AF_PACKET);
        Memory.putShortBig(address + 2, (short) ETH_P_ALL);
        Memory.putInt(address + 4, index);
        LinuxException.check(Libc.bind(fd, address, SOCKADDR_LL_BYTES), "bind to " + interfaceName);
        return fd;
    }

    /** Switches off segmentation, merging and checksum offload of a local interface; the setting stays when it moves to another namespace. */
    static void plainFrames(String interfaceName) throws LinuxException {
        int fd = open(interfaceName);
        try (Arena arena = Arena.ofConfined()) {
            long value = arena.allocate(8, 8).address();
            long request = arena.allocate(IFREQ_BYTES, 8).address();
            byte[] name = interfaceName.getBytes(StandardCharsets.US_ASCII);
            Memory.copy(name, 0, request, name.length);
            Memory.putLong(request + 16, value);
            for (int command : OFFLOADS) {
                Memory.putInt(value, command);
                Memory.putInt(value + 4, 0);
                LinuxException.check(Libc.ioctl(fd, SIOCETHTOOL, request), "switch off offloads of " + interfaceName);
            }
        } finally {
            Libc.close(fd);
        }
    }

    /** Frames that the kernel dropped since the last call because the socket's buffer was full. */
    static int kernelDrops(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            long statistics = arena.allocate(8, 8).address();
            long length = arena.allocateFrom(JAVA_INT, 8).address();
            int status = (int) GETSOCKOPT.invokeExact(fd, SOL_PACKET, PACKET_STATISTICS, statistics, length);
            return status < 0 ? 0 : Memory.getInt(statistics + 4);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
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
}
