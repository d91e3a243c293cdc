package jumpvpn.node.transport.udp;

import jumpvpn.core.net.IpAddress;
import jumpvpn.node.host.Memory;

/** {@code sockaddr_in} (family 0, port 2, address 4) and {@code sockaddr_in6} (family 0, port 2, flow 4, address 8, scope 24), and the numbers that go with them. */
final class SocketAddress {
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int IPPROTO_IP = 0;
    static final int IPPROTO_IPV6 = 41;
    static final int IP_TOS = 1;
    static final int IP_PKTINFO = 8;
    static final int IPV6_PKTINFO = 50;
    static final int IPV6_TCLASS = 67;
    static final int V4_BYTES = 16;
    static final int V6_BYTES = 28;

    private SocketAddress() {}

    /** Writes either kind; {@code scope} is the interface's index for a link-local IPv6 address, else 0. */
    static void write(long at, boolean v4, long high, long low, int port, int scope) {
        Memory.putShort(at, (short) (v4 ? AF_INET : AF_INET6));
        Memory.putShortBig(at + 2, (short) port);
        if (v4) {
            Memory.putIntBig(at + 4, (int) low);
            Memory.putLong(at + 8, 0);
        } else {
            Memory.putInt(at + 4, 0);
            Memory.putLongBig(at + 8, high);
            Memory.putLongBig(at + 16, low);
            Memory.putInt(at + 24, scope);
        }
    }

    /** The port of either kind. */
    static int port(long at) {
        return Memory.getShortBig(at + 2) & 0xffff;
    }

    static int family(IpAddress address) {
        return address.isV4() ? AF_INET : AF_INET6;
    }
}
