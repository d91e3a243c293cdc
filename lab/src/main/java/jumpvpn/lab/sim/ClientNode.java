package jumpvpn.lab.sim;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import jumpvpn.core.agent.Agent;
import jumpvpn.core.agent.AgentConfig;
import jumpvpn.core.agent.AgentContext;
import jumpvpn.core.agent.AgentPort;
import jumpvpn.core.agent.AgentStatus;
import jumpvpn.core.control.Grant;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.data.Outbound;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.observability.Event;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/** The client's process. */
final class ClientNode extends Node {
    private final DropCounters drops = new DropCounters();
    private final KeyPair own;
    private final ShadowClient shadow;
    private @Nullable Agent agent;
    private LookupTable<Binding> bindings = new LookupTable<>();
    private ForwardingGate gate = new ForwardingGate();

    ClientNode(World world) {
        super(world, "client");
        own = KeyPair.generate(crypto());
        shadow = new ShadowClient("client", world.gateway.exchange);
    }

    private Crypto crypto() {
        return new Crypto(world.parts.aead(), new ToyAgreement(), world.parts.clientEntropy());
    }

    byte[] publicKey() {
        return own.publicKey();
    }

    Agent agent() {
        return Objects.requireNonNull(agent);
    }

    ForwardingGate gate() {
        return gate;
    }

    LookupTable<Binding> bindings() {
        return bindings;
    }

    AgentStatus status() {
        return agent().status(local());
    }

    @Override
    void boot() {
        bindings = new LookupTable<>();
        gate = new ForwardingGate();
        AgentConfig config = new AgentConfig(
                own,
                world.scenario.suite(),
                List.of(new AgentConfig.Gateway(GatewayNode.NAME, world.gateway.publicKey())));
        Agent made = new Agent(
                new AgentContext(config, crypto(), new Port(), world.parts.sink(this::said), bindings, gate, drops));
        agent = made;
        packetPath(new Inbound(bindings, drops, false), new Outbound((_, _) -> gate, drops));
        for (Uplink uplink : world.network.uplinks()) {
            if (uplink.isUp) {
                world.network.paths(uplink).forEach(this::pathUp);
            }
        }
        made.start(local());
    }

    private void said(Event event) {
        world.invariants.event(Role.CLIENT, event);
        shadow.event(event);
    }

    private void pathUp(Path path) {
        shadow.pathUp(local(), path.id());
        agent().pathUp(local(), path);
    }

    private final class Port implements AgentPort {
        @Override
        public void transmit(int pathId, Endpoint to, byte[] datagram) {
            ClientNode.this.transmit(pathId, to, datagram);
        }

        @Override
        public void granted(Grant.Session session, String gateway) {
            shadow.granted(local(), session.id(), session.policy());
            world.traffic.clientAddress(session.inner().getFirst().address());
        }

        @Override
        public void ended(ReasonCode reason, String text) {
            note("ended", reason.number(), text);
        }
    }

    /** The operator stops the process; it says goodbye. */
    void close() {
        touch("close", () -> {
            note("closes", 0, "");
            shadow.terminates(local());
            agent().close(local());
            check();
            kill();
        });
    }

    void linkUp(Uplink uplink) {
        List<Path> paths = world.network.paths(uplink);
        touch("link up", () -> paths.forEach(this::pathUp));
    }

    void linkDown(Uplink uplink) {
        int[] gone = uplink.pathIds.clone();
        touch("link down", () -> {
            for (int pathId : gone) {
                shadow.pathDown(local(), pathId);
                agent().pathDown(local(), pathId);
            }
        });
    }

    /** The operator ends the session. */
    void terminate() {
        touch("terminate", () -> {
            shadow.terminates(local());
            agent().terminate(local());
        });
    }

    @Override
    void killed() {
        agent = null;
        gate.drop();
        world.invariants.died(Role.CLIENT);
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
        return isRunning() ? agent().nextNanos() : 0;
    }

    @Override
    void proceed(long nowNanos) {
        agent().proceed(nowNanos);
    }

    @Override
    void receive(int socketId, Endpoint from, byte[] bytes) {
        shadow.hears(local(), bytes);
        agent().receive(local(), socketId, bytes);
    }

    @Override
    void receiveControl(Binding binding, Endpoint from, byte[] message) {
        shadow.control(local(), binding, message);
        agent().receiveControl(local(), binding, message);
    }

    @Override
    void opened(Binding binding, long counter) {
        shadow.opened(local(), binding, counter);
    }

    @Override
    void watchEngine(long nowNanos, Binding binding) {
        agent().watch(nowNanos, binding);
    }

    @Override
    void transmit(int socketId, Endpoint to, byte[] bytes) {
        note("sends", java.util.Arrays.hashCode(bytes), new Datagram(to, to, bytes));
        if (bytes[0] == MessageType.HANDSHAKE_INIT) {
            world.gateway.shadow.handshake(0, ByteBuffer.wrap(bytes).getLong(4));
        }
        shadow.sends(local(), socketId, bytes);
        world.network.fromClient(socketId, to, bytes);
    }

    @Override
    void delivered(Binding binding, byte[] packet) {
        world.invariants.delivered(this, binding);
        world.traffic.delivered(Role.CLIENT, packet);
    }

    @Override
    DropCounters drops() {
        return drops;
    }
}
