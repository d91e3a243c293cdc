package jumpvpn.lab.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.transport.LinkKind;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/**
 * What lies between clients and gateways. Each client has two or three links; two clients' links may share a router.
 *
 * <pre>
 *   client1 ─ eth0  10.1.0.2 ─ NAT 203.0.113.1 ─┐
 *           ─ wlan0 10.2.0.2 ─ NAT 203.0.113.2 ─┼─ gw1 198.51.100.1:4500, perhaps 198.51.100.2:4500
 *           ─ wwan0 10.3.0.2 ─ NAT 203.0.113.3 ─┤
 *   client2 ─ eth0  10.4.0.2 ─ NAT 203.0.113.4 ─┴─ perhaps gw2 …
 * </pre>
 */
final class Network {
    private static final List<String> NAMES = List.of("eth0", "wlan0", "wwan0");
    private static final List<LinkKind> KINDS = List.of(LinkKind.ETHERNET, LinkKind.WIFI, LinkKind.CELLULAR);
    private static final int GATEWAY_PORT = 4500;

    /** Somebody between the two who sees and may stop what passes. */
    interface Eavesdropper {
        /**
         * A datagram passes.
         *
         * @return false: it goes no further
         */
        boolean passes(Datagram datagram, boolean toGateway);
    }

    /** Where a gateway listens; its socket's number there is its place among the gateway's own. */
    record Listener(GatewayNode gateway, int socketId, Endpoint endpoint) {}

    private final World world;
    private final List<Listener> listeners = new ArrayList<>();
    private final List<List<Uplink>> uplinks = new ArrayList<>();
    private final List<Uplink> all = new ArrayList<>();
    private int nextPathId = 1;
    private final Chance between;
    private final List<Eavesdropper> eavesdroppers = new ArrayList<>();

    Network(World world) {
        this.world = world;
        this.between = new Chance(world.seed, "between");
        for (GatewayNode gateway : world.gateways) {
            for (int i = 0; i < world.scenario.endpoints(); i++) {
                IpAddress address = IpAddress.parse("198.51.100." + (listeners.size() + 1));
                listeners.add(new Listener(gateway, i, new Endpoint(address, GATEWAY_PORT)));
            }
        }
        Chance chance = new Chance(world.seed, "network");
        for (ClientNode client : world.clients) {
            List<Uplink> own = new ArrayList<>();
            for (int i = 0; i < world.scenario.uplinks(); i++) {
                own.add(uplink(client, i, chance));
            }
            uplinks.add(own);
        }
    }

    private Uplink uplink(ClientNode client, int i, Chance chance) {
        int number = all.size() + 1;
        Scenario scenario = world.scenario;
        Lane.Weather weather = scenario.weather(chance);
        boolean shares = chance.happens(0.2) && !all.isEmpty();
        boolean symmetric = chance.happens(0.3);
        Nat nat = shares
                ? chance.oneOf(all).nat
                : new Nat(IpAddress.parse("203.0.113." + number), scenario.natTimeoutNanos(), symmetric);
        Uplink made = new Uplink(
                client,
                NAMES.get(i),
                KINDS.get(i),
                IpAddress.parse("10." + number + ".0.2"),
                nat,
                new Lane(world.timeline, new Chance(world.seed, "up " + number), weather),
                new Lane(world.timeline, new Chance(world.seed, "down " + number), weather),
                scenario.mostBytes(new Chance(world.seed, "bytes " + number)),
                listeners.size());
        all.add(made);
        renumber(made);
        return made;
    }

    /** All links of all clients. */
    List<Uplink> uplinks() {
        return all;
    }

    List<Uplink> uplinks(ClientNode client) {
        return uplinks.get(client.index);
    }

    /** From now on this one sees everything too. */
    void tap(Eavesdropper eavesdropper) {
        eavesdroppers.add(eavesdropper);
    }

    private boolean passes(Datagram datagram, boolean toGateway) {
        boolean goesOn = true;
        for (Eavesdropper eavesdropper : eavesdroppers) {
            goesOn &= eavesdropper.passes(datagram, toGateway);
        }
        return goesOn;
    }

    /** A datagram goes from gateway to gateway: they are near each other, and what is between them repeats itself. */
    void between(GatewayNode from, long gateway, byte[] datagram) {
        for (GatewayNode to : world.gateways) {
            if (Owner.number(to.name) == gateway && !from.isDark() && !to.isDark()) {
                for (int copies = between.happens(0.2) ? 2 : 1; copies > 0; copies--) {
                    world.timeline.in(between.between(100_000, 3_000_000), () -> to.relayed(datagram));
                }
            }
        }
    }

    /** The link came up: its paths are new ones. */
    void renumber(Uplink uplink) {
        for (int i = 0; i < uplink.pathIds.length; i++) {
            uplink.pathIds[i] = nextPathId++;
        }
    }

    /** The client's paths over a link. */
    List<Path> paths(Uplink uplink) {
        List<Path> paths = new ArrayList<>();
        for (int i = 0; i < listeners.size(); i++) {
            Listener listener = listeners.get(i);
            paths.add(new Path(
                    uplink.pathIds[i],
                    Protocol.UDP,
                    uplink.name,
                    uplink.kind,
                    uplink.local,
                    listener.gateway.name,
                    listener.endpoint,
                    i));
        }
        return paths;
    }

    /** Who listens there, or null. */
    @Nullable
    Listener listener(Endpoint at) {
        for (Listener listener : listeners) {
            if (listener.endpoint.equals(at)) {
                return listener;
            }
        }
        return null;
    }

    /** Where a gateway listens. */
    Endpoint endpoint(GatewayNode gateway, int socketId) {
        for (Listener listener : listeners) {
            if (listener.gateway == gateway && listener.socketId == socketId) {
                return listener.endpoint;
            }
        }
        throw new IllegalArgumentException(gateway.name + " has no socket " + socketId);
    }

    /** A client sends; the path's link may be down by now. */
    void fromClient(int pathId, Endpoint to, byte[] bytes) {
        Uplink uplink = uplinkOf(pathId);
        Listener listener = listener(to);
        if (uplink == null || !uplink.isUp || listener == null) {
            return;
        }
        Endpoint from = uplink.nat.outward(world.timeline.now(), pathId, to);
        Datagram datagram = new Datagram(from, to, bytes);
        if (passes(datagram, true)) {
            uplink.up.carry(
                    bytes, arriving -> toGateway(listener, from, arriving, arriving == bytes ? datagram : null));
        }
    }

    private static void toGateway(Listener listener, Endpoint from, byte[] bytes, @Nullable Datagram unaltered) {
        if (!listener.gateway.isDark()) {
            listener.gateway.arrive(listener.socketId, from, bytes, unaltered);
        }
    }

    /** A gateway sends from one of its endpoints. */
    void fromGateway(GatewayNode gateway, int socketId, Endpoint to, byte[] bytes) {
        Endpoint from = endpoint(gateway, socketId);
        Uplink uplink = uplinkBehind(to, from);
        if (uplink == null || gateway.isDark()) {
            return;
        }
        Datagram datagram = new Datagram(from, to, bytes);
        if (passes(datagram, false)) {
            uplink.down.carry(bytes, arriving -> toClient(arriving, arriving == bytes ? datagram : null, datagram));
        }
    }

    /** A datagram reaches the client's router. */
    private void toClient(byte[] bytes, @Nullable Datagram unaltered, Datagram sent) {
        Uplink uplink = uplinkBehind(sent.to, sent.from);
        if (uplink == null || !uplink.isUp) {
            return;
        }
        Integer pathId = uplink.nat.inward(world.timeline.now(), sent.to.port(), sent.from);
        if (pathId != null) {
            uplink.client.arrive(pathId, sent.from, bytes, unaltered);
        }
    }

    /**
     * Somebody on the way sends bytes to where a datagram went, from an address of his choice.
     *
     * @param unaltered the datagram if the bytes are its own, else null
     * @param afterNanos how long they take
     */
    void inject(byte[] bytes, @Nullable Datagram unaltered, Endpoint from, Endpoint to, long afterNanos) {
        Listener listener = listener(to);
        world.timeline.in(afterNanos, () -> {
            if (listener != null) {
                toGateway(listener, from, bytes, unaltered);
            } else {
                toClient(bytes, unaltered, new Datagram(from, to, bytes));
            }
        });
    }

    /** How long a datagram of this kind takes where it went; no attacker is slower than that, if he does not want to be. */
    long delayOf(Datagram datagram) {
        Endpoint outside = listener(datagram.to) != null ? datagram.from : datagram.to;
        for (Uplink uplink : all) {
            if (uplink.nat.outside().equals(outside.address())) {
                return uplink.delayNanos;
            }
        }
        return 0;
    }

    private @Nullable Uplink uplinkOf(int pathId) {
        for (Uplink uplink : all) {
            if (Arrays.stream(uplink.pathIds).anyMatch(id -> id == pathId)) {
                return uplink;
            }
        }
        return null;
    }

    /** Whose packet this would be, as the router has it now. */
    private @Nullable Uplink uplinkBehind(Endpoint outside, Endpoint from) {
        for (Uplink uplink : all) {
            if (uplink.nat.outside().equals(outside.address())) {
                Integer pathId = uplink.nat.inward(world.timeline.now(), outside.port(), from);
                return pathId == null ? null : uplinkOf(pathId);
            }
        }
        return null;
    }
}
