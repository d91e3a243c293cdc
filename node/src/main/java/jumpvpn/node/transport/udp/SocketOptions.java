package jumpvpn.node.transport.udp;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import jumpvpn.core.net.Endpoint;
import jumpvpn.node.host.Errno;
import jumpvpn.node.host.Libc;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Memory;
import org.jspecify.annotations.Nullable;

/** What a UDP socket is told before the first datagram: its options, its interface, its local endpoint. */
final class SocketOptions {
    static final int SOCK_DGRAM = 2;
    static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_BINDTODEVICE = 25;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int IP_MTU_DISCOVER = 10;
    private static final int IP_RECVTOS = 13;
    private static final int IP_UNICAST_IF = 50;
    private static final int IPV6_MTU_DISCOVER = 23;
    private static final int IPV6_V6ONLY = 26;
    private static final int IPV6_RECVPKTINFO = 49;
    private static final int IPV6_RECVTCLASS = 66;
    private static final int IPV6_UNICAST_IF = 76;
    private static final int PMTUDISC_PROBE = 3;
    private static final int RECEIVE_BUFFER_BYTES = 4 << 20;
    private static final int SEND_BUFFER_BYTES = 1 << 20;

    private SocketOptions() {}

    /** Never fragmented; with what the header says of congestion, and the packet's own address if the socket has none. */
    static void set(int fd, boolean v4, boolean anyAddress, String attempted) throws LinuxException {
        int level = v4 ? SocketAddress.IPPROTO_IP : SocketAddress.IPPROTO_IPV6;
        int mtuDiscover = v4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER;
        LinuxException.check(Libc.setsockopt(fd, level, mtuDiscover, PMTUDISC_PROBE), attempted);
        if (!v4) { // so that 0.0.0.0 and :: can have the same port
            LinuxException.check(Libc.setsockopt(fd, level, IPV6_V6ONLY, 1), attempted);
        }
        if (anyAddress) {
            int packetInfo = v4 ? SocketAddress.IP_PKTINFO : IPV6_RECVPKTINFO;
            LinuxException.check(Libc.setsockopt(fd, level, packetInfo, 1), attempted);
        }
        LinuxException.check(Libc.setsockopt(fd, level, v4 ? IP_RECVTOS : IPV6_RECVTCLASS, 1), attempted);
        enlarge(fd, SO_RCVBUFFORCE, SO_RCVBUF, RECEIVE_BUFFER_BYTES);
        enlarge(fd, SO_SNDBUFFORCE, SO_SNDBUF, SEND_BUFFER_BYTES);
    }

    /** Past the administrator's limit if we may, else up to it; a smaller buffer is no reason to fail. */
    private static void enlarge(int fd, int force, int plain, int bytes) {
        if (Libc.setsockopt(fd, SOL_SOCKET, force, bytes) < 0) {
            Libc.setsockopt(fd, SOL_SOCKET, plain, bytes);
        }
    }

    static UdpSocket.Confinement confine(int fd, boolean v4, String device, String attempted) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            byte[] name = device.getBytes(StandardCharsets.UTF_8);
            long at = arena.allocate(name.length + 1L).address();
            Memory.copy(name, 0, at, name.length);
            int status = Libc.setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, at, name.length);
            if (status != -Errno.EPERM) {
                LinuxException.check(status, attempted);
                return UdpSocket.Confinement.DEVICE;
            }
        }
        int index = Libc.ifNameToIndex(device);
        if (index == 0) {
            throw new LinuxException(Errno.ENODEV, attempted);
        }
        int level = v4 ? SocketAddress.IPPROTO_IP : SocketAddress.IPPROTO_IPV6;
        int option = v4 ? IP_UNICAST_IF : IPV6_UNICAST_IF;
        LinuxException.check(Libc.setsockopt(fd, level, option, Integer.reverseBytes(index)), attempted);
        return UdpSocket.Confinement.OUTGOING;
    }

    static void bind(int fd, Endpoint local, @Nullable String device, String attempted) throws LinuxException {
        boolean v4 = local.address().isV4();
        int scope = !v4 && local.address().isLinkLocal() && device != null ? Libc.ifNameToIndex(device) : 0;
        long at = Libc.scratch();
        SocketAddress.write(at, v4, local.address().high(), local.address().low(), local.port(), scope);
        LinuxException.check(Libc.bind(fd, at, v4 ? SocketAddress.V4_BYTES : SocketAddress.V6_BYTES), attempted);
    }

    static int boundPort(int fd) throws LinuxException {
        long at = Libc.scratch();
        Memory.putInt(at + 32, 32);
        LinuxException.check(Libc.getsockname(fd, at, at + 32), "read the port of a UDP socket");
        return SocketAddress.port(at);
    }
}
