package jumpvpn.lab.sim;

import java.util.List;
import java.util.Objects;
import jumpvpn.core.agent.Agent;
import jumpvpn.core.agent.AgentConfig;
import jumpvpn.core.agent.AgentContext;
import jumpvpn.core.agent.AgentPort;
import jumpvpn.core.agent.AgentStatus;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.Grant;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.Outbound;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/** A client's process. */
final class ClientNode extends Node {
    final int index;
    private @Nullable Agent agent;
    private ForwardingGate gate = new ForwardingGate();

    ClientNode(World world, int index) {
        super(world, "client" + (index + 1), Role.CLIENT);
        this.index = index;
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
        packetPath(new Inbound(bindings(), drops, false), new Outbound((_, _) -> gate, drops));
        return new Driven(made);
    }

    @Override
    void begin(long nowNanos) {
        for (Uplink uplink : uplinks()) {
            if (uplink.isUp) {
                world.network.paths(uplink).forEach(path -> agent().pathUp(nowNanos, path));
            }
        }
        agent().start(nowNanos);
    }

    private record Driven(Agent agent) implements Engine {
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
            agent.receive(nowNanos, socketId, bytes);
        }

        @Override
        public void receiveControl(long nowNanos, Binding binding, Endpoint from, byte[] message) {
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
            world.traffic.granted(
                    ClientNode.this, session.id(), session.inner().getFirst().address());
        }

        @Override
        public void ended(ReasonCode reason, String text) {
            note("ended", reason.number(), text);
        }
    }

    void linkUp(Uplink uplink) {
        List<Path> paths = world.network.paths(uplink);
        touch("link up", () -> paths.forEach(path -> agent().pathUp(local(), path)));
    }

    void linkDown(Uplink uplink) {
        int[] gone = uplink.pathIds.clone();
        touch("link down", () -> {
            for (int pathId : gone) {
                agent().pathDown(local(), pathId);
            }
        });
    }

    @Override
    void killed() {
        agent = null;
        gate.drop();
    }

    @Override
    void check() {
        world.invariants.check(this);
    }

    @Override
    void told(byte[] message) {
        if (BindingMessage.decode(message) instanceof BindingMessage.Welcome welcome) {
            world.insider.welcomed(this, welcome);
        }
    }

    @Override
    void network(int socketId, Endpoint to, byte[] bytes) {
        world.network.fromClient(socketId, to, bytes);
    }
}
