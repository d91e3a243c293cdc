package jumpvpn.lab.sim;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import jumpvpn.core.agent.Agent;
import jumpvpn.core.agent.AgentConfig;
import jumpvpn.core.agent.AgentContext;
import jumpvpn.core.agent.AgentPort;
import jumpvpn.core.agent.AgentStatus;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.Grant;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.Outbound;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.observability.Event;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/** A client's process. */
final class ClientNode extends Node {
    final int index;
    private final ShadowClient beside;
    private @Nullable Agent agent;
    private ForwardingGate gate = new ForwardingGate();

    ClientNode(World world, int index) {
        super(world, "client" + (index + 1), Role.CLIENT);
        this.index = index;
        this.beside = new ShadowClient(name, world.exchange);
    }

    Agent agent() {
        return Objects.requireNonNull(agent);
    }

    ForwardingGate gate() {
        return gate;
    }

    AgentStatus status() {
        return agent().status(local());
    }

    List<Uplink> uplinks() {
        return world.network.uplinks(this);
    }

    @Override
    Engine boot() {
        gate = new ForwardingGate();
        AgentConfig config = new AgentConfig(
                own,
                world.scenario.suite(),
                world.gateways.stream()
                        .map(gateway -> new AgentConfig.Gateway(gateway.name, gateway.own.publicKey()))
                        .toList());
        Agent made = new Agent(new AgentContext(config, crypto(), new Port(), sink(), bindings(), gate, drops));
        agent = made;
        packetPath(new Inbound(bindings(), drops, false), new Outbound((_, _) -> gate, drops, false));
        return new Driven(made);
    }

    @Override
    void begin(long nowNanos) {
        for (Uplink uplink : uplinks()) {
            if (uplink.isUp) {
                world.network.paths(uplink).forEach(this::pathUp);
            }
        }
        agent().start(nowNanos);
    }

    private void pathUp(Path path) {
        beside.pathUp(local(), path.id());
        agent().pathUp(local(), path);
    }

    private final class Driven implements Engine {
        private final Agent agent;

        Driven(Agent agent) {
            this.agent = agent;
        }

        @Override
        public long nextNanos() {
            return agent.nextNanos();
        }

        @Override
        public void proceed(long nowNanos) {
            agent.proceed(nowNanos);
        }

        @Override
        public void receive(long nowNanos, int socketId, Endpoint from, byte[] bytes) {
            beside.hears(nowNanos, bytes);
            agent.receive(nowNanos, socketId, bytes);
        }

        @Override
        public void receiveControl(long nowNanos, Binding binding, Endpoint from, byte[] message) {
            beside.control(nowNanos, binding, message);
            if (BindingMessage.decode(message) instanceof BindingMessage.Welcome welcome) {
                world.insider.welcomed(ClientNode.this, welcome);
            }
            agent.receiveControl(nowNanos, binding, message);
        }

        @Override
        public void watch(long nowNanos, Binding binding) {
            agent.watch(nowNanos, binding);
        }

        @Override
        public void close(long nowNanos) {
            agent.close(nowNanos);
        }
    }

    private final class Port implements AgentPort {
        @Override
        public void transmit(int pathId, Endpoint to, byte[] datagram) {
            ClientNode.this.transmit(pathId, to, datagram);
        }

        @Override
        public void granted(Grant.Session session, String gateway) {
            beside.granted(local(), session.id(), session.policy());
            world.traffic.granted(ClientNode.this, session.inner().getFirst().address());
        }

        @Override
        public void innerMtu(int bytes) {
            // packets keep their lengths: none is lost for that
        }

        @Override
        public void ended(ReasonCode reason, String text) {
            note("ended", reason.number(), text);
        }
    }

    void linkUp(Uplink uplink) {
        List<Path> paths = world.network.paths(uplink);
        touch("link up", () -> paths.forEach(this::pathUp));
    }

    void linkDown(Uplink uplink) {
        int[] gone = uplink.pathIds.clone();
        touch("link down", () -> {
            for (int pathId : gone) {
                beside.pathDown(local(), pathId);
                agent().pathDown(local(), pathId);
            }
        });
    }

    /** The machine hears that a link will go. */
    void linkGoingDown(Uplink uplink) {
        int[] going = uplink.pathIds.clone();
        touch("link going down", () -> {
            for (int pathId : going) {
                agent().linkGoingDown(local(), pathId);
            }
        });
    }

    /** The operator ends the session. */
    void terminate() {
        touch("terminate", () -> {
            closing();
            agent().terminate(local());
        });
    }

    @Override
    void closing() {
        beside.terminates(local());
    }

    @Override
    void opened(Binding binding, long counter, Endpoint from, int length) {
        beside.opened(local(), binding, counter);
    }

    @Override
    void said(Event event) {
        beside.event(event);
    }

    @Override
    void killed() {
        agent = null;
        gate.drop();
        beside.dies();
    }

    @Override
    void check() {
        world.invariants.check(this);
        world.steps.client();
        beside.settled(this);
        world.steps.clientCompared();
    }

    @Override
    void network(int socketId, Endpoint to, byte[] bytes) {
        if (bytes[0] == MessageType.HANDSHAKE_INIT) {
            world.gateways.forEach(gateway -> gateway.beside()
                    .births
                    .handshake(index, ByteBuffer.wrap(bytes).getLong(4)));
        }
        beside.sends(local(), socketId, bytes);
        world.invariants.asked(bytes);
        world.network.fromClient(socketId, to, bytes);
    }
}
