package jumpvpn.node.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.ownership.Member;
import jumpvpn.core.transport.Transport;
import jumpvpn.node.config.Listen;
import jumpvpn.node.host.Link;

/**
 * The gateway's listening sockets. One that is bound to every address has a path for each local address that datagrams came to, so that answers leave from where the
 * client sent to: path = listener × {@value #ADDRESSES} + number of the address.
 */
final class Listeners implements ReceiveLoop.Arrivals {
    private static final int ADDRESSES = 256;

    private final Sockets sockets;
    private final List<List<IpAddress>> locals = new ArrayList<>();

    Listeners(Sockets sockets) {
        this.sockets = sockets;
    }

    /** The addresses of this host that clients may know it by, when it listens on all of this one's family. */
    static List<IpAddress> reachable(IpAddress wildcard, List<Link> links) {
        return links.stream()
                .filter(link -> link.up() && !link.loopback())
                .flatMap(link -> link.addresses().stream())
                .map(Prefix::address)
                .filter(address -> address.isV4() == wildcard.isV4() && !address.isLinkLocal())
                .toList();
    }

    /** Adds one, before any thread receives. @param ports one socket, or one for each shard, all on one port */
    void add(List<? extends Transport> ports) {
        sockets.add(locals.size() * ADDRESSES, ports);
        locals.add(new ArrayList<>());
    }

    /**
     * How other gateways are reached from here: from the first UDP port of the same family to the first endpoint of each.
     *
     * @param listens what {@link #add} was called for, in that order
     * @param unreachable hears of those that no port leads to
     */
    static Map<Long, Sockets.Way> ways(List<Listen> listens, List<Member> others, Consumer<Member> unreachable) {
        Map<Long, Sockets.Way> ways = new HashMap<>();
        List<Member> named =
                others.stream().filter(member -> !member.endpoints().isEmpty()).toList();
        for (Member member : named) {
            for (int i = 0; i < listens.size() && !ways.containsKey(member.gateway()); i++) {
                Listen from = listens.get(i);
                Endpoint to = member.endpoints().getFirst();
                boolean isOfFamily =
                        from.endpoint().address().isV4() == to.address().isV4();
                if (from.protocol() == Protocol.UDP && isOfFamily) {
                    ways.put(member.gateway(), new Sockets.Way(i * ADDRESSES, to));
                }
            }
            if (!ways.containsKey(member.gateway())) {
                unreachable.accept(member);
            }
        }
        return ways;
    }

    @Override
    public synchronized int pathOf(PathSocket socket, PacketBatch batch, int slot) {
        if (!socket.socket.local().address().isUnspecified()) {
            return socket.id;
        }
        List<IpAddress> known = locals.get(socket.id / ADDRESSES);
        for (int i = 0; i < known.size(); i++) {
            IpAddress address = known.get(i);
            if (address.low() == batch.localLow[slot] && address.high() == batch.localHigh[slot]) {
                return socket.id + 1 + i;
            }
        }
        if (known.size() == ADDRESSES - 1) {
            return socket.id; // this host has more addresses than that: the kernel chooses
        }
        known.add(batch.local(slot));
        sockets.alias(socket.id + known.size(), socket.id, batch.local(slot));
        return socket.id + known.size();
    }
}
