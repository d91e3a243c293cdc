package jumpvpn.lab.explore;

import java.util.List;
import java.util.Objects;
import jumpvpn.core.agent.Agent;
import jumpvpn.core.agent.AgentConfig;
import jumpvpn.core.agent.AgentContext;
import jumpvpn.core.agent.AgentPort;
import jumpvpn.core.agent.AgentStatus;
import jumpvpn.core.control.Grant;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.data.Outbound;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.transport.LinkKind;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/** The client's process. */
final class ClientEnd extends End {
    private static final int LINKS = 2;

    private final int[] pathIds = new int[LINKS];
    private final boolean[] up = {true, true};
    private int nextPathId = 1;
    private @Nullable Agent agent;
    private ForwardingGate gate = new ForwardingGate();

    ClientEnd(SmallWorld world) {
        super(world, 0);
    }

    Agent agent() {
        return Objects.requireNonNull(agent);
    }

    AgentStatus status() {
        return agent().status(world.now());
    }

    ForwardingGate gate() {
        return gate;
    }

    boolean isUp(int link) {
        return up[link];
    }

    /** Which link has this path now, or -1. */
    int link(int pathId) {
        for (int link = 0; link < LINKS; link++) {
            if (up[link] && pathIds[link] == pathId) {
                return link;
            }
        }
        return -1;
    }

    int pathId(int link) {
        return pathIds[link];
    }

    @Override
    void boot() {
        LookupTable<Bound> bindings = new LookupTable<>();
        gate = new ForwardingGate();
        List<AgentConfig.Gateway> gateways = world.gateways().stream()
                .map(gateway -> new AgentConfig.Gateway(
                        gateway.name(), world.gatewayKeys().publicKey()))
                .toList();
        AgentConfig config = new AgentConfig(world.clientKeys(), Suite.AES_256_GCM, gateways);
        agent = new Agent(new AgentContext(
                config, crypto(), new Port(), event -> world.rules.said(this, event), bindings, gate, drops));
        packetPath(new Inbound(bindings, drops, false), new Outbound((_, _) -> gate, drops));
        for (int link = 0; link < LINKS; link++) {
            if (up[link]) {
                pathUp(link);
            }
        }
        agent().start(world.now());
    }

    private void pathUp(int link) {
        pathIds[link] = nextPathId++;
        GatewayEnd gateway = world.gatewayOf(link);
        agent().pathUp(
                        world.now(),
                        new Path(
                                pathIds[link],
                                Protocol.UDP,
                                link == 0 ? "eth0" : "wlan0",
                                link == 0 ? LinkKind.ETHERNET : LinkKind.WIFI,
                                SmallWorld.outer(link).address(),
                                gateway.name(),
                                gateway.endpoint(),
                                0));
    }

    private final class Port implements AgentPort {
        @Override
        public void transmit(int pathId, Endpoint to, byte[] datagram) {
            ClientEnd.this.transmit(pathId, to, datagram);
        }

        @Override
        public void granted(Grant.Session session, String gateway) {
            // the status has it
        }

        @Override
        public void ended(ReasonCode reason, String text) {
            // the events say it
        }
    }

    /** A link goes down, or comes up. */
    void toggle(int link) {
        up[link] = !up[link];
        if (!isRunning()) {
            return;
        }
        note("link").add(link).add(up[link] ? 1 : 0);
        if (up[link]) {
            pathUp(link);
        } else {
            agent().pathDown(world.now(), pathIds[link]);
        }
    }

    /** The operator asks for another path. */
    void jump() {
        note("jump");
        agent().jump(world.now(), null);
    }

    @Override
    void killed() {
        agent = null;
        gate.drop();
    }

    @Override
    long next() {
        return agent().nextNanos();
    }

    @Override
    void proceed() {
        note("time");
        agent().proceed(world.now());
    }

    @Override
    void receive(int socketId, Endpoint from, byte[] bytes) {
        agent().receive(world.now(), socketId, bytes);
    }

    @Override
    void receiveControl(Binding binding, Endpoint from, byte[] message) {
        agent().receiveControl(world.now(), binding, message);
    }

    @Override
    void watch(Binding binding) {
        agent().watch(world.now(), binding);
    }

    @Override
    void transmit(int socketId, Endpoint to, byte[] bytes) {
        int link = link(socketId);
        if (link >= 0) {
            world.sent(new Message(world.gatewayOf(link).number, link, SmallWorld.outer(link), bytes));
        }
    }
}
