package jumpvpn.lab.sim;

import java.util.List;
import java.util.Objects;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.data.Outbound;
import jumpvpn.core.gateway.Gateway;
import jumpvpn.core.gateway.GatewayConfig;
import jumpvpn.core.gateway.GatewayContext;
import jumpvpn.core.gateway.SessionStatus;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.observability.Event;
import jumpvpn.core.ownership.MemorySessionTable;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.Hkdf;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.TicketSealer;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/** The gateway's process; its sessions end with it, since its table is in memory. */
final class GatewayNode extends Node {
    static final String NAME = "gw1";
    private static final long WALL_SECONDS = 1_800_000_000L;

    private final DropCounters drops = new DropCounters();
    private final KeyPair own;
    final Exchange exchange;
    final ShadowGateway shadow;
    private @Nullable Gateway gateway;
    private MemorySessionTable table = new MemorySessionTable();
    private LookupTable<Binding> bindings = new LookupTable<>();
    private LookupTable<ForwardingGate> routes = new LookupTable<>();

    GatewayNode(World world) {
        super(world, "gateway");
        own = KeyPair.generate(crypto());
        exchange = new Exchange(world.parts.aead(), tickets());
        shadow = new ShadowGateway(NAME, world.scenario.policy(), exchange);
    }

    /** Opens the gateway's tickets; its key is derived as docs/protocol/wire.md says. */
    private TicketSealer tickets() {
        byte[] master = Hkdf.derive(new byte[0], own.privateKey(), "jumpvpn ticket master", new byte[0], 32);
        return new TicketSealer(crypto().entropy(), master, (int) (WALL_SECONDS / 86_400), 31);
    }

    private Crypto crypto() {
        return new Crypto(world.parts.aead(), new ToyAgreement(), world.parts.gatewayEntropy());
    }

    byte[] publicKey() {
        return own.publicKey();
    }

    Gateway gateway() {
        return Objects.requireNonNull(gateway);
    }

    LookupTable<Binding> bindings() {
        return bindings;
    }

    MemorySessionTable table() {
        return table;
    }

    List<SessionStatus> sessions() {
        return gateway().sessions(local());
    }

    /** The gate of whoever has this inner address, or null. */
    @Nullable
    ForwardingGate route(IpAddress inner) {
        return routes.get(inner.high(), inner.low());
    }

    @Override
    void boot() {
        table = new MemorySessionTable();
        bindings = new LookupTable<>();
        routes = new LookupTable<>();
        GatewayConfig config = new GatewayConfig(
                NAME,
                own,
                List.of(new Prefix(Traffic.SERVER, 24)),
                List.of(new GatewayConfig.Client("laptop", world.client.publicKey(), List.of())),
                world.scenario.policy(),
                1400);
        shadow.starts(local());
        gateway = new Gateway(
                new GatewayContext(
                        config,
                        crypto(),
                        this::transmit,
                        world.parts.sink(this::said),
                        new ObservedTable(world.parts.table(table), shadow, this::local),
                        bindings,
                        routes,
                        drops),
                WALL_SECONDS);
        gateway.start(local());
        packetPath(new Inbound(bindings, drops, true), new Outbound(routes::get, drops));
    }

    private void said(Event event) {
        world.invariants.event(Role.GATEWAY, event);
        shadow.event(event);
    }

    /** The operator stops the process; every client is told. */
    void close() {
        touch("close", () -> {
            note("closes", 0, "");
            sessions().forEach(session -> shadow.terminates(local(), session.id()));
            gateway().close(local());
            check();
            kill();
        });
    }

    /** The operator ends the session, if there is one. */
    void terminate() {
        touch("terminate", () -> {
            List<SessionId> ids = sessions().stream().map(SessionStatus::id).toList();
            ids.forEach(id -> {
                shadow.terminates(local(), id);
                gateway().terminate(local(), id);
            });
        });
    }

    @Override
    void killed() {
        gateway = null;
        world.invariants.died(Role.GATEWAY);
        shadow.dies();
    }

    @Override
    void check() {
        if (isRunning()) {
            world.invariants.check(this);
            shadow.settled(this);
        }
    }

    @Override
    long nextNanos() {
        return isRunning() ? gateway().nextNanos() : 0;
    }

    @Override
    void proceed(long nowNanos) {
        gateway().proceed(nowNanos);
    }

    @Override
    void receive(int socketId, Endpoint from, byte[] bytes) {
        shadow.hears(local(), bytes);
        gateway().receive(local(), socketId, from, bytes);
    }

    @Override
    void receiveControl(Binding binding, Endpoint from, byte[] message) {
        shadow.control(local(), binding, message);
        gateway().receiveControl(local(), binding, from, message);
    }

    @Override
    void opened(Binding binding, long counter) {
        shadow.opened(local(), binding, counter);
    }

    @Override
    void watchEngine(long nowNanos, Binding binding) {
        gateway().watch(nowNanos, binding);
    }

    @Override
    void transmit(int socketId, Endpoint to, byte[] bytes) {
        note("sends", java.util.Arrays.hashCode(bytes), new Datagram(to, to, bytes));
        shadow.sends(local(), bytes);
        world.network.fromGateway(socketId, to, bytes);
    }

    @Override
    void delivered(Binding binding, byte[] packet) {
        world.invariants.delivered(this, binding);
        world.traffic.delivered(Role.GATEWAY, packet);
    }

    @Override
    DropCounters drops() {
        return drops;
    }
}
