package jumpvpn.node.host;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;

/**
 * Tells everybody on an Ethernet link that addresses are reached at this host from now on, so that who has another host in mind sends here with the next packet: a gratuitous ARP
 * request (RFC 5227 section 3) or an unsolicited neighbour advertisement with the override flag (RFC 4861 section 7.2.6). Nobody learns an address that he does not use. One thread.
 */
public final class Announcer implements AutoCloseable {
    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final int SIOCGIFHWADDR = 0x8927;
    private static final int SOCKADDR_LL_BYTES = 20;
    private static final int ARPHRD_ETHER = 1;
    private static final int MAC_BYTES = 6;
    private static final int NAME_BYTES = 16;
    private static final int FRAME_BYTES = 86; // the longer of the two
    private static final int ICMPV6 = 58;

    private final Arena arena = Arena.ofShared();
    private final long frame = arena.allocate(FRAME_BYTES).address();
    private final int fd;
    private final String link;
    private final byte[] mac;
    private final List<IpAddress> sources;

    private Announcer(int fd, String link, byte[] mac, List<IpAddress> sources) {
        this.fd = fd;
        this.link = link;
        this.mac = mac;
        this.sources = sources;
    }

    /**
     * Opens a socket that hears nothing.
     *
     * @param link as it is now: with its addresses
     * @throws LinuxException if the link is gone, if it is no Ethernet, or without CAP_NET_RAW
     */
    public static Announcer open(Link link) throws LinuxException {
        String attempted = "announce addresses on " + link.name();
        List<IpAddress> sources = link.addresses().stream()
                .map(Prefix::address)
                .filter(address -> !address.isV4() && address.isLinkLocal())
                .toList();
        int fd = Libc.socket(AF_PACKET, SOCK_RAW | Libc.O_CLOEXEC, 0);
        if (fd < 0) {
            throw new LinuxException(-fd, attempted, "needs CAP_NET_RAW: run as root");
        }
        try {
            bind(fd, link.index(), attempted);
            return new Announcer(fd, link.name(), mac(fd, link.name(), attempted), sources);
        } catch (LinuxException e) {
            Libc.close(fd);
            throw e;
        }
    }

    /** sockaddr_ll: family, protocol (0: none is received), interface, the rest is not read. */
    private static void bind(int fd, int index, String attempted) throws LinuxException {
        long at = Libc.scratch();
        Memory.putLong(at, AF_PACKET);
        Memory.putInt(at + 4, index);
        Memory.putLong(at + 8, 0);
        Memory.putInt(at + 16, 0);
        LinuxException.check(Libc.bind(fd, at, SOCKADDR_LL_BYTES), attempted);
    }

    /** ifreq: the name in 16 bytes, then hardware type and address as a sockaddr. */
    private static byte[] mac(int fd, String link, String attempted) throws LinuxException {
        long at = Libc.scratch();
        byte[] name = ByteBuffer.allocate(NAME_BYTES)
                .put(link.getBytes(StandardCharsets.UTF_8))
                .array();
        Memory.copy(name, 0, at, NAME_BYTES);
        LinuxException.check(Libc.ioctl(fd, SIOCGIFHWADDR, at), attempted);
        if (Memory.getShort(at + NAME_BYTES) != ARPHRD_ETHER) {
            throw new LinuxException(
                    Errno.EOPNOTSUPP,
                    attempted,
                    "it is no Ethernet: give the inner addresses a network of their own and route it");
        }
        return Memory.copy(at + NAME_BYTES + 2, MAC_BYTES);
    }

    /** Sends one frame for each address. */
    public void announce(List<IpAddress> addresses) throws LinuxException {
        for (IpAddress address : addresses) {
            byte[] bytes = address.isV4()
                    ? arp(mac, address)
                    : advertisement(mac, sources.isEmpty() ? address : sources.getFirst(), address);
            Memory.copy(bytes, 0, frame, bytes.length);
            LinuxException.check(Libc.write(fd, frame, bytes.length), "announce " + address + " on " + link);
        }
    }

    /** A request of the address about itself: hardware 1, protocol 0x0800, lengths 6 and 4, operation 1, sender's MAC and address, target's MAC 0 and address. */
    static byte[] arp(byte[] mac, IpAddress address) {
        ByteBuffer out = ByteBuffer.allocate(42);
        out.putInt(-1).putShort((short) -1).put(mac).putShort((short) 0x0806);
        out.putShort((short) 1)
                .putShort((short) 0x0800)
                .putShort((short) 0x0604)
                .putShort((short) 1);
        out.put(mac).put(address.bytes());
        out.putInt(0).putShort((short) 0).put(address.bytes());
        return out.array();
    }

    /** To ff02::1: type 136, code 0, checksum, flags (override), target, option 2 (target's link-layer address). */
    static byte[] advertisement(byte[] mac, IpAddress source, IpAddress target) {
        IpAddress everybody = IpAddress.v6(0xff02L << 48, 1);
        ByteBuffer out = ByteBuffer.allocate(FRAME_BYTES);
        out.putInt(0x33330000).putShort((short) 1).put(mac).putShort((short) 0x86dd);
        out.putInt(0x60000000).putShort((short) 32).put((byte) ICMPV6).put((byte) 255);
        int pseudo = out.position();
        out.put(source.bytes()).put(everybody.bytes());
        int checksum = out.position() + 2;
        out.putInt(136 << 24)
                .putInt(0x20000000)
                .put(target.bytes())
                .put((byte) 2)
                .put((byte) 1)
                .put(mac);
        int sum = 32 + ICMPV6; // the rest of the pseudo header of RFC 8200 section 8.1
        for (int at = pseudo; at < FRAME_BYTES; at += 2) {
            sum += out.getShort(at) & 0xffff;
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        return out.putShort(checksum, (short) ~sum).array();
    }

    @Override
    public void close() {
        Libc.close(fd);
        arena.close();
    }
}
