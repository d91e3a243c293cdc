package jumpvpn.lab.sim;

import java.util.List;
import java.util.Objects;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Forwarding;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.Grace;
import jumpvpn.core.data.HandOver;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.Lease;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.data.Outbound;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.data.Resting;
import jumpvpn.core.gateway.Cluster;
import jumpvpn.core.gateway.Gateway;
import jumpvpn.core.gateway.GatewayConfig;
import jumpvpn.core.gateway.GatewayContext;
import jumpvpn.core.gateway.Placement;
import jumpvpn.core.gateway.SessionStatus;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.observability.Event;
import jumpvpn.core.ownership.Member;
import jumpvpn.core.ownership.Rendezvous;
import jumpvpn.core.security.Hkdf;
import jumpvpn.core.security.TicketSealer;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/** A gateway's process. */
final class GatewayNode extends Node {
    static final long WALL_SECONDS = 1_800_000_000L;
    private static final int DAY_SECONDS = 86_400;
    private static final int MTU = 1400;

    final int index;
    private final ShadowGateway beside;
    private final Relays relays = new Relays(this);
    private @Nullable Gateway gateway;
    private long restsBefore;
    private SimTable table;
    private @Nullable TableLink link;
    private boolean cutOff;
    private boolean refused;
    private LookupTable<ForwardingGate> routes = new LookupTable<>();
    private boolean dark;
    private boolean closedToSome;
    private boolean hasLeft;
    private ProvenAddresses addresses;

    GatewayNode(World world, int index) {
        super(world, "gw" + (index + 1), Role.GATEWAY);
        this.index = index;
        this.table = newTable();
        this.addresses = new ProvenAddresses(name);
        this.beside = new ShadowGateway(this);
    }

    /** Opens the gateway's tickets; their key is derived as docs/protocol/wire.md says. */
    TicketSealer tickets() {
        byte[] master = Hkdf.derive(new byte[0], own.privateKey(), "jumpvpn ticket master", new byte[0], 32);
        return new TicketSealer(master, (int) (WALL_SECONDS / DAY_SECONDS), 31);
    }

    /** The gateways' common one, or one of its own. */
    private SimTable newTable() {
        return world.sharedTable == null ? new SimTable(world, Deadlines.NEVER) : world.sharedTable;
    }

    Gateway gateway() {
        return Objects.requireNonNull(gateway);
    }

    SimTable table() {
        return table;
    }

    TableLink link() {
        return Objects.requireNonNull(link);
    }

    /** Whether the table can't be reached from here. */
    boolean isCutOff() {
        return cutOff;
    }

    void cutOff(boolean now) {
        cutOff = now;
        if (!now && link != null) {
            link.flush();
        }
    }

    /** Whether the table takes no writes from here. */
    boolean isRefused() {
        return refused || (world.timeline.now() >= world.scenario.refusesNanos() && !world.faults.isHealed());
    }

    void refuse(boolean now) {
        refused = now;
    }

    /** How often it put a session to rest, in all its starts. */
    long rests() {
        return restsBefore + (gateway == null ? 0 : gateway.rests());
    }

    List<SessionStatus> sessions() {
        return gateway().sessions(local());
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

    private GatewayConfig config() {
        return new GatewayConfig(
                name,
                own,
                List.of(new Prefix(Traffic.SERVER, 24)),
                world.clients.stream()
                        .map(client -> new GatewayConfig.Client(client.name, client.own.publicKey(), List.of()))
                        .toList(),
                world.scenario.policy(),
                MTU,
                world.scenario.store().isCluster()
                        ? new Cluster(index + 1, null, placement(), others())
                        : Cluster.NONE);
    }

    /** As {@link Cluster#sticky} has it, but for the set, which may change in one seed. */
    private Placement placement() {
        return new Placement() {
            @Override
            public Place of(SessionId id) {
                return placeOf(id);
            }

            @Override
            public List<Endpoint> endpoints(SessionId id) {
                return world.scenario.store().sticky() ? home(id).member().endpoints() : List.of();
            }
        };
    }

    /** Whose the session is by its id. */
    private GatewayNode home(SessionId id) {
        Rendezvous owners =
                new Rendezvous(world.gateways.stream().map(GatewayNode::member).toList());
        return world.gateways.get(owners.of(id).number() - 1);
    }

    /** Where a session belongs. */
    Placement.Place placeOf(SessionId id) {
        if (!world.scenario.store().sticky()) {
            return Placement.Place.HERE;
        }
        GatewayNode home = home(id);
        if (home == this) {
            return Placement.Place.HERE;
        }
        return home.hasLeft ? Placement.Place.GONE : Placement.Place.ELSEWHERE;
    }

    /** The operators take the gateway out of the cluster; it comes back with its next start. */
    void leaveCluster() {
        hasLeft = true;
    }

    /** Where those listen who could serve our sessions. */
    private List<Member> others() {
        return world.gateways.stream()
                .filter(gateway -> gateway != this)
                .map(GatewayNode::member)
                .toList();
    }

    private Member member() {
        return new Member(name, index + 1, List.of(world.network.endpoint(this, 0)), null, false);
    }

    /** What happens to this gateway is told to the model's. */
    ShadowGateway beside() {
        return beside;
    }

    @Override
    Engine boot() {
        if (!world.scenario.store().durable()) {
            table = newTable();
        }
        link = new TableLink(this, table, world.scenario.store().weather(), chance);
        routes = new LookupTable<>();
        Lease lease = new Lease();
        addresses = new ProvenAddresses(name);
        closedToSome = false;
        hasLeft = false;
        beside.ownership.starts(local());
        Gateway made = new Gateway(
                new GatewayContext(
                        config(),
                        crypto(),
                        relays,
                        sink(),
                        new ShadowTable(world.parts.table(link), beside),
                        bindings(),
                        routes,
                        drops,
                        Grace.NONE,
                        lease,
                        world.parts.faults()),
                WALL_SECONDS);
        gateway = made;
        packetPath(new Inbound(bindings(), drops, true, lease), new Outbound(routes::get, drops, true, lease, 0, 0));
        return new Driven(made);
    }

    /** Another gateway's datagram arrives. */
    void relayed(byte[] datagram) {
        touch("relayed", () -> accept(0, Relays.INSIDE, datagram.clone()));
    }

    @Override
    void handsOn(Inbound.@Nullable Disposition what, @Nullable HandOver to, byte[] datagram, byte[] packet) {
        relays.handsOn(what, to, datagram, packet);
    }

    @Override
    void begin(long nowNanos) {
        beside.during(() -> gateway().start(nowNanos));
    }

    private final class Driven implements Engine {
        private final Gateway gateway;

        Driven(Gateway gateway) {
            this.gateway = gateway;
        }

        @Override
        public long nextNanos() {
            return beside.isUntold() ? 0 : gateway.nextNanos();
        }

        @Override
        public void proceed(long nowNanos) {
            beside.during(() -> gateway.proceed(nowNanos));
        }

        @Override
        public void receive(long nowNanos, int socketId, Endpoint from, byte[] bytes) {
            beside.during(() -> gateway.hear(nowNanos));
            beside.hears(nowNanos, bytes);
            if (bytes[0] == MessageType.HANDSHAKE_INIT || bytes[0] == MessageType.REATTACH_REQUEST) {
                addresses.prove(from);
            }
            beside.during(() -> gateway.receive(nowNanos, socketId, from, bytes));
        }

        @Override
        public void receiveControl(long nowNanos, Binding binding, Endpoint from, byte[] message) {
            beside.during(() -> gateway.hear(nowNanos));
            beside.control(nowNanos, binding, message);
            if (BindingMessage.decode(message) instanceof BindingMessage.ChallengeAnswer) {
                addresses.prove(from);
            }
            beside.during(() -> gateway.receiveControl(nowNanos, binding, from, message));
        }

        @Override
        public void watch(long nowNanos, Binding binding) {
            beside.during(() -> gateway.watch(nowNanos, binding));
        }

        @Override
        public void wake(long nowNanos, Resting session) {
            beside.during(() -> gateway.wake(nowNanos, session));
        }

        @Override
        public void close(long nowNanos) {
            beside.during(() -> gateway.close(nowNanos));
        }
    }

    /** A session's packet may pass only while the lease goes on by this machine's clock, also what waited while the process had no time (I1). */
    void passes(String how) {
        if (link().isLeaseOver()) {
            throw new Violation("I1", name + " " + how + " a session's packet although its lease is over");
        }
    }

    /** Whether nothing reaches this gateway and nothing comes from it. */
    boolean isDark() {
        return dark;
    }

    void dark(boolean now) {
        dark = now;
    }

    /** The operator ends all sessions that there are. */
    void terminate() {
        touch("terminate", () -> {
            List<SessionId> ids = sessions().stream().map(SessionStatus::id).toList();
            for (SessionId id : ids) {
                beside.during(() -> gateway().hear(local()));
                beside.terminates(local(), id);
                beside.during(() -> gateway().terminate(local(), id));
            }
        });
    }

    /** The operator wants it empty. */
    void drain() {
        touch("drain", () -> {
            beside.during(() -> gateway().hear(local()));
            closedToSome = true;
            beside.ownership.drains();
            beside.during(() -> gateway().drain(local()));
        });
    }

    /** The operator is about to stop the process; the sessions are to outlive it. */
    void leave() {
        touch("leave", () -> {
            beside.ownership.leaves();
            beside.during(() -> gateway().leave(local()));
        });
    }

    /** The operator turns a client out. */
    void revoke(ClientNode client) {
        touch("revoke", () -> {
            beside.during(() -> gateway().hear(local()));
            closedToSome = true;
            beside.revokes(local(), client.index);
            beside.during(() -> gateway().revoke(local(), client.own.publicKey()));
        });
    }

    /** Whether somebody may wait here in vain until the process starts anew. */
    boolean isClosedToSome() {
        return closedToSome;
    }

    @Override
    void closing() {
        beside.during(() -> gateway().hear(local()));
        sessions().forEach(session -> beside.terminates(local(), session.id()));
    }

    @Override
    void opened(Binding binding, long counter, Endpoint from, int length) {
        addresses.came(from, length);
        routed(binding);
        beside.opened(local(), binding, counter);
    }

    /** Wire identifiers say whose they are, but those of early data. */
    private void routed(Binding binding) {
        int number = world.scenario.store().isCluster() ? index + 1 : 0;
        if (number != 0 && binding.dataType() == PacketLayout.DATA && binding.localWireId >>> 56 != number) {
            throw new Violation("I10", name + " gave out the wire identifier " + Long.toHexString(binding.localWireId));
        }
    }

    @Override
    void said(Event event) {
        beside.event(event);
    }

    @Override
    void killed() {
        restsBefore = rests();
        gateway = null;
        link().close();
        beside.dies();
    }

    @Override
    void check() {
        world.invariants.check(this);
        world.steps.gateway();
        beside.settled();
        world.steps.gatewayCompared();
    }

    @Override
    void network(int socketId, Endpoint to, byte[] bytes) {
        if (bytes[0] == PacketLayout.DATA) {
            passes("seals");
        }
        world.exchange.gatewaySends(bytes);
        beside.sends(local(), bytes);
        world.invariants.answered(bytes);
        addresses.sends(to, bytes);
        world.network.fromGateway(this, socketId, to, bytes);
    }
}
