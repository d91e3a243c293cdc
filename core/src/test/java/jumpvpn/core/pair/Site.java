package jumpvpn.core.pair;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.Grace;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.Lease;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.data.Outbound;
import jumpvpn.core.gateway.Gateway;
import jumpvpn.core.gateway.GatewayConfig;
import jumpvpn.core.gateway.GatewayContext;
import jumpvpn.core.gateway.SessionStatus;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.observability.Event;
import jumpvpn.core.ownership.Member;
import jumpvpn.core.ownership.SessionTable;

/** One more gateway of a pair, with the same keys: links may lead to it instead of the first. */
final class Site {
    final List<Event> events = new ArrayList<>();
    final List<Integer> delivered = new ArrayList<>();
    final DropCounters drops = new DropCounters();
    /** How many datagrams came for a session whose bind was not known. */
    int pending;

    final Gateway gateway;
    private final Pair pair;
    private final Inbound inbound;
    private final Outbound outbound;

    Site(Pair pair, GatewayConfig config, SessionTable table) {
        this.pair = pair;
        LookupTable<Bound> bindings = new LookupTable<>();
        LookupTable<ForwardingGate> routes = new LookupTable<>();
        Lease lease = new Lease();
        gateway = new Gateway(
                new GatewayContext(
                        config,
                        pair.crypto,
                        pair.wire,
                        events::add,
                        table,
                        bindings,
                        routes,
                        drops,
                        Grace.NONE,
                        lease,
                        pair.faults),
                Pair.WALL_SECONDS);
        inbound = new Inbound(bindings, drops, true, lease);
        outbound = new Outbound(routes::get, drops, true, lease, 0, 0);
        gateway.start(pair.now);
    }

    /** Other gateways, one at each endpoint. */
    static List<Member> members(Endpoint... endpoints) {
        return IntStream.range(0, endpoints.length)
                .mapToObj(i -> new Member("gw" + (i + 2), i + 2, List.of(endpoints[i]), null, false))
                .toList();
    }

    /** So many gateways, {@code gw1} and on, one at each address from 203.0.113.1 on. */
    static List<Member> set(int size) {
        return IntStream.rangeClosed(1, size)
                .mapToObj(number -> new Member(
                        "gw" + number,
                        number,
                        List.of(new Endpoint(IpAddress.parse("203.0.113." + number), 4500)),
                        null,
                        false))
                .toList();
    }

    void receives(Endpoint from, byte[] datagram) {
        Inbound.Disposition disposition = accept(inbound, from, datagram, datagram.length, pair.now);
        if (disposition == Inbound.Disposition.RESTING) {
            gateway.wake(pair.now, inbound.resting());
            disposition = accept(inbound, from, datagram, datagram.length, pair.now);
        }
        switch (disposition) {
            case RELAY -> pair.wire.fromClient(inbound, datagram);
            case TO_CLIENT -> sendDown(Slots.payload(datagram, inbound));
            case PENDING -> pending++;
            case DELIVER -> delivered.add(Inner.number(Slots.payload(datagram, inbound)));
            case CONTROL -> gateway.receiveControl(pair.now, inbound.binding(), from, Slots.payload(datagram, inbound));
            case UNBOUND -> gateway.receive(pair.now, Pair.SOCKET, from, datagram);
            case ACKNOWLEDGED, DROPPED, UNKNOWN, RESTING -> {
                // complete in itself
            }
        }
        Binding binding = inbound.binding();
        if (binding != null && disposition != Inbound.Disposition.UNBOUND && binding.claimWatch()) {
            gateway.watch(pair.now, binding);
        }
    }

    static Inbound.Disposition accept(Inbound inbound, Endpoint from, byte[] room, int length, long now) {
        IpAddress address = from.address();
        MemorySegment memory = MemorySegment.ofArray(room);
        return inbound.accept(memory, 0, length, now, address.high(), address.low(), from.port());
    }

    static void wake(Gateway gateway, Outbound outbound, long now) {
        if (outbound.resting() != null && outbound.resting().claimWake()) {
            gateway.wake(now, outbound.resting());
        }
    }

    /** Somebody behind this gateway sends an inner packet to the client. */
    void sendDown(int number) {
        sendDown(Inner.v4(Pair.GATEWAY_INNER, pair.inner(), number));
    }

    private void sendDown(byte[] packet) {
        byte[] datagram = Slots.framed(packet);
        int length = outbound.accept(MemorySegment.ofArray(datagram), 0, packet.length, pair.now);
        Binding binding = outbound.binding();
        if (length > 0) {
            pair.down(Pair.SOCKET, binding.peer(), java.util.Arrays.copyOf(datagram, length));
            if (binding.claimWatch()) {
                gateway.watch(pair.now, binding);
            }
        }
        pair.wire.toClient(outbound, packet);
        wake(gateway, outbound, pair.now);
    }

    List<SessionStatus> sessions() {
        return gateway.sessions(pair.now);
    }
}
