package jumpvpn.node.host;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * Where packets to single addresses go on a shared link: proxy entries, so that this host answers its neighbours' question for an address (ARP, neighbour discovery), and
 * host routes by way of a neighbour. Works in the network namespace in which it was opened and bears the number {@value #PROTOCOL} as the protocol of all that it makes, as
 * {@code ip neigh show proxy} and {@code ip route} say. Undos need this object open. Any thread; one call at a time.
 */
public final class Neighbours implements AutoCloseable {
    private static final int PROTOCOL =
            74; // none of iproute2's list, so that what a killed process left can be told from other people's
    private static final int RTM_NEWNEIGH = 28;
    private static final int RTM_DELNEIGH = 29;
    private static final int RTM_GETNEIGH = 30;
    private static final int NDMSG_BYTES = 12;
    private static final int NDA_DST = 1;
    private static final int NDA_PROTOCOL = 12;
    private static final int NTF_PROXY = 8;
    private static final int NUD_PERMANENT = 0x80; // stays while the carrier is away, since Linux 6.0
    private static final int REPLACING = Netlink.NLM_F_CREATE | Netlink.NLM_F_REPLACE;

    private final Netlink netlink;

    private Neighbours(Netlink netlink) {
        this.netlink = netlink;
    }

    /** Opens the socket; needs no privilege, the changes do (CAP_NET_ADMIN). */
    public static Neighbours open() throws LinuxException {
        return new Neighbours(Netlink.open(0));
    }

    /**
     * Lets this host answer for an address on a link; again is no error. An IPv4 question is answered only while this host forwards and its route to the address leads to another
     * link, an IPv6 question only while it forwards and {@code proxy_ndp} is on.
     *
     * @return ends it
     */
    public synchronized Undo proxy(String link, IpAddress address) throws LinuxException {
        String attempted = "answer for " + address + " on " + link;
        int index = Netlink.index(link, attempted);
        proxyRequest(RTM_NEWNEIGH, REPLACING, index, address).execute(attempted);
        return new Change(index, address, null);
    }

    /**
     * Leads the packets to an address to a neighbour, in place of any earlier route to just this address.
     *
     * @param via the neighbour, of the same family
     * @return takes this route away, but not one that has replaced it
     */
    public synchronized Undo route(IpAddress address, IpAddress via, String link) throws LinuxException {
        String attempted = "lead " + address + " to " + via + " on " + link;
        int index = Netlink.index(link, attempted);
        routeRequest(Route.RTM_NEWROUTE, REPLACING, index, address, via).execute(attempted);
        return new Change(index, address, via);
    }

    /**
     * Takes away what a killed process left: its entries and routes for addresses inside these prefixes.
     *
     * @return how many there were
     */
    public synchronized int clear(String link, List<Prefix> prefixes) throws LinuxException {
        String attempted = "look for what an earlier run left on " + link;
        int index = Netlink.index(link, attempted);
        List<Change> found = new ArrayList<>();
        Netlink.dump(() -> beginDump(found), attempted, message -> addLeftover(found, message, index));
        List<Change> routes = new ArrayList<>();
        Netlink.dump(() -> beginRouteDump(routes), attempted, message -> addLeftoverRoute(routes, message, index));
        found.addAll(routes);
        found.removeIf(change -> prefixes.stream().noneMatch(prefix -> prefix.contains(change.address)));
        for (Change change : found) {
            change.close();
        }
        return found.size();
    }

    private Netlink.Request beginDump(List<Change> found) {
        found.clear();
        Netlink.Request request = netlink.begin(RTM_GETNEIGH, Netlink.NLM_F_DUMP);
        request.body().putLong(0).putShort((short) 0).put((byte) NTF_PROXY).put((byte) 0);
        return request;
    }

    private Netlink.Request beginRouteDump(List<Change> found) {
        found.clear();
        Netlink.Request request = netlink.begin(Route.RTM_GETROUTE, Netlink.NLM_F_DUMP);
        request.body().put(new byte[Route.RTMSG_BYTES]);
        return request;
    }

    /** ndmsg: family 0, interface 4, state u16 8, flags 10, type 11. */
    private void addLeftover(List<Change> found, Netlink.Message message, int index) {
        byte[] address = message.attribute(NDMSG_BYTES, NDA_DST);
        byte[] protocol = message.attribute(NDMSG_BYTES, NDA_PROTOCOL);
        boolean ours = protocol != null && protocol[0] == PROTOCOL && message.i32(4) == index;
        if (message.type() == RTM_NEWNEIGH && ours && address != null) {
            found.add(new Change(index, IpAddress.of(address), null));
        }
    }

    /** rtmsg: as {@link Route#of} has it; the protocol is byte 5. */
    private void addLeftoverRoute(List<Change> found, Netlink.Message message, int index) {
        Route route = message.type() == Route.RTM_NEWROUTE && message.u8(5) == PROTOCOL ? Route.of(message) : null;
        if (route != null && route.linkIndex() == index && route.gateway() != null) {
            found.add(new Change(index, route.destination().address(), route.gateway()));
        }
    }

    private Netlink.Request proxyRequest(int type, int flags, int index, IpAddress address) {
        Netlink.Request request = netlink.begin(type, flags | Netlink.NLM_F_ACK);
        request.body()
                .putInt(Netlink.family(address))
                .putInt(index)
                .putShort((short) NUD_PERMANENT)
                .put((byte) NTF_PROXY)
                .put((byte) 0);
        return request.attribute(NDA_DST, address.bytes()).attribute(NDA_PROTOCOL, new byte[] {PROTOCOL});
    }

    private Netlink.Request routeRequest(int type, int flags, int index, IpAddress address, IpAddress via) {
        Netlink.Request request = netlink.begin(type, flags | Netlink.NLM_F_ACK);
        byte[] bytes = address.bytes();
        request.body()
                .put((byte) Netlink.family(address))
                .put((byte) (8 * bytes.length))
                .putShort((short) 0)
                .put((byte) Route.RT_TABLE_MAIN)
                .put((byte) PROTOCOL)
                .put((byte) 0) // universe: it leads to a gateway
                .put((byte) Route.RTN_UNICAST)
                .putInt(0);
        return request.attribute(Route.RTA_DST, bytes)
                .attribute(Route.RTA_GATEWAY, via.bytes())
                .attribute(Route.RTA_OIF, index);
    }

    /** A proxy entry, or with a neighbour a route. There may be a hundred thousand, hence a small class. */
    private final class Change implements Undo {
        private final int index;
        private final IpAddress address;
        private final @Nullable IpAddress via;
        private boolean done;

        private Change(int index, IpAddress address, @Nullable IpAddress via) {
            this.index = index;
            this.address = address;
            this.via = via;
        }

        @Override
        public void close() throws LinuxException {
            synchronized (Neighbours.this) {
                if (done) {
                    return;
                }
                done = true;
                try {
                    remove();
                } catch (LinuxException e) {
                    switch (e.errno()) {
                        case Errno.ENOENT,
                                Errno.ESRCH,
                                Errno.ENODEV -> {} // it went with its interface, or was replaced
                        default -> throw e;
                    }
                }
            }
        }

        private void remove() throws LinuxException {
            if (via == null) {
                proxyRequest(RTM_DELNEIGH, 0, index, address).execute("stop answering for " + address);
            } else {
                routeRequest(Route.RTM_DELROUTE, 0, index, address, via)
                        .execute("take the route to " + address + " away");
            }
        }
    }

    @Override
    public synchronized void close() {
        netlink.close();
    }
}
