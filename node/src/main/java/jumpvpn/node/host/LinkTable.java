package jumpvpn.node.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;

/** Reads all interfaces with their addresses from the kernel, in one go. */
final class LinkTable {
    static final int RTM_NEWLINK = 16;
    static final int RTM_DELLINK = 17;
    static final int RTM_GETLINK = 18;
    static final int RTM_NEWADDR = 20;
    static final int RTM_DELADDR = 21;
    static final int RTM_GETADDR = 22;
    static final int IFINFOMSG_BYTES = 16;
    static final int IFADDRMSG_BYTES = 8;
    static final int IFLA_IFNAME = 3;
    static final int IFLA_MTU = 4;
    static final int IFF_UP = 1;

    private static final int IFF_LOOPBACK = 8;
    private static final int IFF_RUNNING = 0x40;
    private static final int IFF_LOWER_UP = 0x10000;
    private static final int ALL_UP = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;
    private static final int ARPHRD_ETHER = 1;
    private static final int ARPHRD_RAWIP = 519;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_FLAGS = 8;
    private static final int IFA_F_OPTIMISTIC = 0x04;
    private static final int IFA_F_DADFAILED = 0x08;
    private static final int IFA_F_DEPRECATED = 0x20;
    private static final int IFA_F_TENTATIVE = 0x40;

    /** What a link message says, and the addresses that follow. */
    private record Row(String name, int flags, int mtu, int hardware, List<Prefix> addresses) {}

    private final Netlink netlink;
    private final Map<String, Link.Kind> kinds = new TreeMap<>();
    private final Map<Integer, Row> rows = new TreeMap<>();

    LinkTable(Netlink netlink) {
        this.netlink = netlink;
    }

    /** Every interface, by index. */
    List<Link> read() throws LinuxException {
        Netlink.dump(() -> begin(RTM_GETLINK, true), "list interfaces", this::link);
        Netlink.dump(() -> begin(RTM_GETADDR, false), "list addresses", this::address);
        List<Link> links = new ArrayList<>();
        rows.forEach((index, row) -> links.add(new Link(
                index,
                row.name,
                (row.flags & ALL_UP) == ALL_UP,
                row.mtu,
                (row.flags & IFF_LOOPBACK) != 0,
                kinds.computeIfAbsent(index + " " + row.name, key -> kind(index, row)),
                row.addresses)));
        kinds.keySet()
                .retainAll(links.stream().map(l -> l.index() + " " + l.name()).toList());
        return List.copyOf(links);
    }

    private Netlink.Request begin(int type, boolean links) {
        if (links) {
            rows.clear();
        } else {
            rows.values().forEach(row -> row.addresses.clear());
        }
        Netlink.Request request = netlink.begin(type, Netlink.NLM_F_DUMP);
        request.body().put(new byte[links ? IFINFOMSG_BYTES : IFADDRMSG_BYTES]);
        return request;
    }

    /** ifinfomsg: family 0, type u16 2, index 4, flags 8, change 12. */
    private void link(Netlink.Message message) {
        if (message.type() == RTM_NEWLINK) {
            rows.put(
                    message.i32(4),
                    new Row(
                            message.text(IFINFOMSG_BYTES, IFLA_IFNAME),
                            message.i32(8),
                            message.attribute(IFINFOMSG_BYTES, IFLA_MTU, 0),
                            message.u16(2),
                            new ArrayList<>()));
        }
    }

    /** ifaddrmsg: family 0, prefix length 1, flags 2, scope 3, index 4. */
    private void address(Netlink.Message message) {
        Row row = rows.get(message.i32(4));
        byte[] local = message.attribute(IFADDRMSG_BYTES, IFA_LOCAL);
        byte[] bytes = local != null ? local : message.attribute(IFADDRMSG_BYTES, IFA_ADDRESS);
        if (message.type() == RTM_NEWADDR && row != null && bytes != null && usable(message)) {
            row.addresses.add(new Prefix(IpAddress.of(bytes), message.u8(1)));
        }
    }

    private static boolean usable(Netlink.Message message) {
        int flags = message.attribute(IFADDRMSG_BYTES, IFA_FLAGS, message.u8(2));
        boolean tentative = (flags & IFA_F_TENTATIVE) != 0 && (flags & IFA_F_OPTIMISTIC) == 0;
        return !tentative && (flags & (IFA_F_DADFAILED | IFA_F_DEPRECATED)) == 0;
    }

    /** From /sys, if that shows the same interface: in another network namespace it may not. */
    private static Link.Kind kind(int index, Row row) {
        Path sys = Path.of("/sys/class/net", row.name);
        try {
            if (Files.readString(sys.resolve("ifindex")).strip().equals(Integer.toString(index))) {
                String uevent = Files.readString(sys.resolve("uevent"));
                if (uevent.contains("DEVTYPE=wlan") || Files.exists(sys.resolve("wireless"))) {
                    return Link.Kind.WIFI;
                }
                if (uevent.contains("DEVTYPE=wwan")) {
                    return Link.Kind.CELLULAR;
                }
            }
        } catch (IOException e) {
            // gone already, or /sys is not mounted: the hardware type has to do
        }
        return switch (row.hardware) {
            case ARPHRD_ETHER -> Link.Kind.ETHERNET;
            case ARPHRD_RAWIP -> Link.Kind.CELLULAR;
            default -> Link.Kind.OTHER;
        };
    }
}
