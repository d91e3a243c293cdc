package jumpvpn.lab.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.LinkKind;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/**
 * What lies between the client and the gateway:
 *
 * <pre>
 *   client ─ eth0  10.1.0.2 ─ NAT 203.0.113.1 ─┐
 *          ─ wlan0 10.2.0.2 ─ NAT 203.0.113.2 ─┼─ gateway 198.51.100.1:4500, perhaps 198.51.100.2:4500
 *          ─ wwan0 10.3.0.2 ─ NAT 203.0.113.3 ─┘
 * </pre>
 */
final class Network {
    private static final List<String> NAMES = List.of("eth0", "wlan0", "wwan0");
    private static final List<LinkKind> KINDS = List.of(LinkKind.ETHERNET, LinkKind.WIFI, LinkKind.CELLULAR);
    private static final int INSIDE_PORT = 10_000;
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

    private final World world;
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final List<Uplink> uplinks = new ArrayList<>();
    private int nextPathId = 1;
    Eavesdropper eavesdropper = (_, _) -> true;

    Network(World world) {
        this.world = world;
        Scenario scenario = world.scenario;
        for (int i = 1; i <= scenario.endpoints(); i++) {
            endpoints.add(new Endpoint(IpAddress.parse("198.51.100." + i), GATEWAY_PORT));
        }
        Chance chance = new Chance(world.seed, "network");
        for (int i = 0; i < scenario.uplinks(); i++) {
            Lane.Weather weather = scenario.weather(chance);
            uplinks.add(new Uplink(
                    NAMES.get(i),
                    KINDS.get(i),
                    IpAddress.parse("10." + (i + 1) + ".0.2"),
                    new Nat(IpAddress.parse("203.0.113." + (i + 1)), scenario.natTimeoutNanos()),
                    new Lane(world.timeline, new Chance(world.seed, "up " + i), weather),
                    new Lane(world.timeline, new Chance(world.seed, "down " + i), weather),
                    endpoints.size()));
            renumber(uplinks.getLast());
        }
    }

    List<Uplink> uplinks() {
        return uplinks;
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
        for (int i = 0; i < endpoints.size(); i++) {
            paths.add(new Path(
                    uplink.pathIds[i],
                    Protocol.UDP,
                    uplink.name,
                    uplink.kind,
                    uplink.local,
                    GatewayNode.NAME,
                    endpoints.get(i),
                    i));
        }
        return paths;
    }

    /** The client sends; the path's link may be down by now. */
    void fromClient(int pathId, Endpoint to, byte[] bytes) {
        Uplink uplink = uplinkOf(pathId);
        int socketId = endpoints.indexOf(to);
        if (uplink == null || !uplink.isUp || socketId < 0) {
            return;
        }
        Endpoint from = uplink.nat.outward(world.timeline.now(), INSIDE_PORT + pathId);
        Datagram datagram = new Datagram(from, to, bytes);
        if (eavesdropper.passes(datagram, true)) {
            uplink.up.carry(
                    bytes,
                    arriving -> world.gateway.arrive(socketId, from, arriving, arriving == bytes ? datagram : null));
        }
    }

    /** The gateway sends from one of its endpoints. */
    void fromGateway(int socketId, Endpoint to, byte[] bytes) {
        Uplink uplink = uplinkBehind(to);
        if (uplink == null) {
            return;
        }
        Datagram datagram = new Datagram(endpoints.get(socketId), to, bytes);
        if (eavesdropper.passes(datagram, false)) {
            uplink.down.carry(bytes, arriving -> toClient(arriving, arriving == bytes ? datagram : null, datagram));
        }
    }

    /** A datagram reaches the client's router. */
    private void toClient(byte[] bytes, @Nullable Datagram unaltered, Datagram sent) {
        Uplink uplink = uplinkBehind(sent.to);
        Integer insidePort = uplink == null ? null : uplink.nat.inward(world.timeline.now(), sent.to.port());
        if (uplink == null || insidePort == null || !uplink.isUp || uplinkOf(insidePort - INSIDE_PORT) != uplink) {
            return;
        }
        world.client.arrive(insidePort - INSIDE_PORT, sent.from, bytes, unaltered);
    }

    /**
     * Somebody on the way sends bytes to where a datagram went, from an address of his choice. They are no faster than it was.
     *
     * @param unaltered the datagram if the bytes are its own, else null
     */
    void inject(byte[] bytes, @Nullable Datagram unaltered, Endpoint from, Datagram about) {
        int socketId = endpoints.indexOf(about.to);
        Uplink uplink = uplinkBehind(socketId >= 0 ? about.from : about.to);
        if (uplink == null) {
            return;
        }
        world.timeline.in(uplink.delayNanos, () -> {
            if (socketId >= 0) {
                world.gateway.arrive(socketId, from, bytes, unaltered);
            } else {
                toClient(bytes, unaltered, new Datagram(from, about.to, bytes));
            }
        });
    }

    private @Nullable Uplink uplinkOf(int pathId) {
        for (Uplink uplink : uplinks) {
            if (Arrays.stream(uplink.pathIds).anyMatch(id -> id == pathId)) {
                return uplink;
            }
        }
        return null;
    }

    private @Nullable Uplink uplinkBehind(Endpoint outside) {
        for (Uplink uplink : uplinks) {
            if (uplink.nat.outside().equals(outside.address())) {
                return uplink;
            }
        }
        return null;
    }
}
