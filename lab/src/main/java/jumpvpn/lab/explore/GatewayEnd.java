package jumpvpn.lab.explore;

import java.util.List;
import java.util.Objects;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.Forwarding;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.data.Outbound;
import jumpvpn.core.data.Resting;
import jumpvpn.core.gateway.Gateway;
import jumpvpn.core.gateway.GatewayConfig;
import jumpvpn.core.gateway.GatewayContext;
import jumpvpn.core.gateway.SessionStatus;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import org.jspecify.annotations.Nullable;

/** A gateway's process. */
final class GatewayEnd extends End {
    static final IpAddress INNER = IpAddress.parse("10.77.0.1");
    static final long WALL_SECONDS = 1_800_000_000L;

    private final Endpoint endpoint;
    private @Nullable Gateway gateway;
    private LookupTable<Bound> bindings = new LookupTable<>();
    private LookupTable<ForwardingGate> routes = new LookupTable<>();

    GatewayEnd(SmallWorld world, int number) {
        super(world, number);
        endpoint = new Endpoint(IpAddress.parse("198.51.100." + number), 4500);
    }

    Endpoint endpoint() {
        return endpoint;
    }

    Gateway gateway() {
        return Objects.requireNonNull(gateway);
    }

    List<SessionStatus> sessions() {
        return gateway().sessions(world.now());
    }

    /** The binding with this wire identifier, or null. */
    @Nullable
    Binding binding(long wireId) {
        return bindings.get(0, wireId) instanceof Binding binding ? binding : null;
    }

    /** The gate of whoever has this inner address, or null. */
    @Nullable
    ForwardingGate route(IpAddress inner) {
        return routes.get(inner.high(), inner.low());
    }

    /** What the gate does with packets; of a session at rest, as soon as it is awake. */
    Forwarding forwarding(ForwardingGate gate) {
        return gate.forwarding() instanceof Resting resting ? gateway().forwarding(resting) : gate.forwarding();
    }

    @Override
    void boot() {
        bindings = new LookupTable<>();
        routes = new LookupTable<>();
        GatewayConfig config = new GatewayConfig(
                name(),
                world.gatewayKeys(),
                List.of(new Prefix(INNER, 24)),
                List.of(new GatewayConfig.Client("laptop", world.clientKeys().publicKey(), List.of())),
                world.policy(),
                1400);
        gateway = new Gateway(
                new GatewayContext(
                        config,
                        crypto(),
                        this::transmit,
                        event -> world.rules.said(this, event),
                        world.store.link(this),
                        bindings,
                        routes,
                        drops,
                        world.faults()),
                WALL_SECONDS);
        packetPath(new Inbound(bindings, drops, true), new Outbound(routes::get, drops));
        gateway().start(world.now());
    }

    @Override
    void killed() {
        gateway = null;
    }

    @Override
    long next() {
        return gateway().nextNanos();
    }

    @Override
    void proceed() {
        note("time");
        gateway().proceed(world.now());
    }

    @Override
    void receive(int socketId, Endpoint from, byte[] bytes) {
        gateway().receive(world.now(), socketId, from, bytes);
    }

    @Override
    void receiveControl(Binding binding, Endpoint from, byte[] message) {
        gateway().receiveControl(world.now(), binding, from, message);
    }

    @Override
    void watch(Binding binding) {
        gateway().watch(world.now(), binding);
    }

    @Override
    void wake(Resting session) {
        gateway().wake(world.now(), session);
    }

    @Override
    void transmit(int socketId, Endpoint to, byte[] bytes) {
        for (int link = 0; link < 2; link++) {
            if (SmallWorld.outer(link).equals(to) && world.client.isUp(link)) {
                world.sent(new Message(0, link, endpoint, bytes));
            }
        }
    }
}
