package jumpvpn.node.host;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * Changes interfaces, addresses and routes of the network namespace in which it was opened, by rtnetlink, and gives for each change what puts it back. Undos need this
 * object open. Any thread; one call at a time.
 */
public final class NetworkConfig implements AutoCloseable {
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_F_NODAD = 2;
    private static final int RTPROT_STATIC = 4;
    private static final int RT_SCOPE_UNIVERSE = 0;
    private static final int RT_SCOPE_LINK = 253;

    private final Netlink netlink;

    private NetworkConfig(Netlink netlink) {
        this.netlink = netlink;
    }

    /** Opens the socket; needs no privilege, the changes do (CAP_NET_ADMIN). */
    public static NetworkConfig open() throws LinuxException {
        return new NetworkConfig(Netlink.open(0));
    }

    /** All interfaces with their addresses, now. */
    public synchronized List<Link> links() throws LinuxException {
        return new LinkTable(netlink).read();
    }

    /**
     * Switches an interface on and sets its MTU.
     *
     * @param mtu bytes
     * @return puts back the MTU, and the interface down if it was
     */
    public synchronized Undo up(String link, int mtu) throws LinuxException {
        String attempted = "switch the interface " + link + " on with MTU " + mtu;
        int index = Netlink.index(link, attempted);
        int[] before = flagsAndMtu(index, attempted);
        setLink(index, true, mtu, attempted);
        boolean wasUp = (before[0] & LinkTable.IFF_UP) != 0;
        return undo(() -> setLink(index, wasUp, before[1], "put the interface " + link + " back"));
    }

    /**
     * Sets the MTU of an interface that is on and ends with whoever asks: nothing puts it back.
     *
     * @param mtu bytes
     */
    public synchronized void mtu(String link, int mtu) throws LinuxException {
        String attempted = "set the MTU of " + link + " to " + mtu;
        setLink(Netlink.index(link, attempted), true, mtu, attempted);
    }

    private int[] flagsAndMtu(int index, String attempted) throws LinuxException {
        Netlink.Request request = netlink.begin(LinkTable.RTM_GETLINK, Netlink.NLM_F_ACK);
        request.body().putInt(0).putInt(index).putInt(0).putInt(0);
        int[] found = new int[2];
        request.list(attempted, message -> {
            found[0] = message.i32(8);
            found[1] = message.attribute(LinkTable.IFINFOMSG_BYTES, LinkTable.IFLA_MTU, 0);
        });
        return found;
    }

    private void setLink(int index, boolean up, int mtu, String attempted) throws LinuxException {
        Netlink.Request request = netlink.begin(LinkTable.RTM_NEWLINK, Netlink.NLM_F_ACK);
        request.body().putInt(0).putInt(index).putInt(up ? LinkTable.IFF_UP : 0).putInt(LinkTable.IFF_UP);
        request.attribute(LinkTable.IFLA_MTU, mtu).execute(attempted);
    }

    /**
     * Gives an interface an address, without duplicate address detection. The kernel adds the route to the rest of the prefix by itself, and takes packets for an IPv6 address
     * some milliseconds after this returns.
     *
     * @return takes it away
     * @throws LinuxException EEXIST if the interface has it already
     */
    public synchronized Undo address(String link, Prefix address) throws LinuxException {
        String attempted = "give " + link + " the address " + address;
        int index = Netlink.index(link, attempted);
        addressRequest(LinkTable.RTM_NEWADDR, Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL, index, address)
                .execute(attempted);
        return undo(() -> addressRequest(LinkTable.RTM_DELADDR, 0, index, address)
                .execute("take the address " + address + " from " + link));
    }

    private Netlink.Request addressRequest(int type, int flags, int index, Prefix address) {
        Netlink.Request request = netlink.begin(type, flags | Netlink.NLM_F_ACK);
        boolean v4 = address.address().isV4();
        request.body()
                .put((byte) Netlink.family(address.address()))
                .put((byte) address.length())
                .put((byte) (v4 ? 0 : IFA_F_NODAD))
                .put((byte) 0)
                .putInt(index);
        byte[] bytes = address.address().bytes();
        return request.attribute(IFA_LOCAL, bytes).attribute(IFA_ADDRESS, bytes);
    }

    /**
     * Leads a prefix into an interface.
     *
     * @param source the address that this host's own packets get there, or null: the kernel's choice
     * @return takes the route away
     * @throws LinuxException EEXIST if the same prefix is already led somewhere
     */
    public synchronized Undo route(Prefix destination, String link, @Nullable IpAddress source) throws LinuxException {
        String attempted = "lead " + destination + " into " + link;
        int index = Netlink.index(link, attempted);
        Prefix network = destination.network();
        routeRequest(Route.RTM_NEWROUTE, Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL, network, index, source)
                .execute(attempted);
        return undo(() -> routeRequest(Route.RTM_DELROUTE, 0, network, index, source)
                .execute("take the route to " + destination + " away"));
    }

    private Netlink.Request routeRequest(
            int type, int flags, Prefix destination, int index, @Nullable IpAddress source) {
        Netlink.Request request = netlink.begin(type, flags | Netlink.NLM_F_ACK);
        boolean v4 = destination.address().isV4();
        request.body()
                .put((byte) Netlink.family(destination.address()))
                .put((byte) destination.length())
                .put((byte) 0)
                .put((byte) 0)
                .put((byte) Route.RT_TABLE_MAIN)
                .put((byte) RTPROT_STATIC)
                .put((byte) (v4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE))
                .put((byte) Route.RTN_UNICAST)
                .putInt(0);
        request.attribute(Route.RTA_DST, destination.address().bytes()).attribute(Route.RTA_OIF, index);
        return source == null ? request : request.attribute(Route.RTA_PREFSRC, source.bytes());
    }

    /** The routes and own addresses that share an address with the prefix, default routes left out, so that a tunnel's route can be checked before it is made. */
    public synchronized List<Route> overlapping(Prefix prefix) throws LinuxException {
        List<Route> found = new ArrayList<>();
        Netlink.dump(
                () -> {
                    found.clear();
                    Netlink.Request request = netlink.begin(Route.RTM_GETROUTE, Netlink.NLM_F_DUMP);
                    request.body().put((byte) Netlink.family(prefix.address()));
                    request.body().put(new byte[Route.RTMSG_BYTES - 1]);
                    return request;
                },
                "list routes",
                message -> {
                    Route route = message.type() == Route.RTM_NEWROUTE ? Route.of(message) : null;
                    if (route != null
                            && route.destination().length() > 0
                            && route.destination().overlaps(prefix)) {
                        found.add(route);
                    }
                });
        return List.copyOf(found);
    }

    private Undo undo(Undo change) {
        boolean[] done = new boolean[1];
        return () -> {
            synchronized (this) {
                if (!done[0]) {
                    done[0] = true;
                    unlessGone(change);
                }
            }
        };
    }

    private static void unlessGone(Undo change) throws IOException {
        try {
            change.close();
        } catch (LinuxException e) {
            switch (e.errno()) {
                case Errno.ENODEV,
                        Errno.ESRCH,
                        Errno.EADDRNOTAVAIL -> {} // it went with its interface, or somebody was faster
                default -> throw e;
            }
        }
    }

    @Override
    public synchronized void close() {
        netlink.close();
    }
}
