package jumpvpn.lab.explore;

import java.util.List;
import jumpvpn.core.agent.Agent;
import jumpvpn.core.agent.AgentConfig;
import jumpvpn.core.agent.AgentContext;
import jumpvpn.core.agent.AgentPort;
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
import jumpvpn.core.session.SessionId;
import jumpvpn.core.transport.LinkKind;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/** The client's process. */
final class ClientEngine extends Engine {
    private final ForwardingGate gate = new ForwardingGate();
    private final LookupTable<Bound> bindings = new LookupTable<>();
    private final int[] pathIds = new int[Given.LINKS];
    private final boolean[] up = new boolean[Given.LINKS];
    private final Agent agent;
    private int nextPathId = 1;

    ClientEngine(Given given, Input.Start start) {
        super(given, start);
        List<AgentConfig.Gateway> gateways = given.gateways().stream()
                .map(gateway -> new AgentConfig.Gateway(
                        Given.name(gateway), given.gatewayKeys().publicKey()))
                .toList();
        AgentConfig config = new AgentConfig(given.clientKeys(), Suite.AES_256_GCM, gateways);
        agent = new Agent(new AgentContext(
                config, crypto(), new Port(), event -> out(new Output.Said(event)), bindings, gate, drops));
        packetPath(new Inbound(bindings, drops, false), new Outbound((_, _) -> gate, drops, false));
    }

    @Override
    void boot() {
        for (int link = 0; link < Given.LINKS; link++) {
            if ((start.links() >> link & 1) == 1) {
                pathUp(start.nowNanos(), link);
            }
        }
        agent.start(start.nowNanos());
    }

    private void pathUp(long now, int link) {
        up[link] = true;
        pathIds[link] = nextPathId++;
        int gateway = given.gatewayOf(link);
        agent.pathUp(
                now,
                new Path(
                        pathIds[link],
                        Protocol.UDP,
                        link == 0 ? "eth0" : "wlan0",
                        link == 0 ? LinkKind.ETHERNET : LinkKind.WIFI,
                        Given.outer(link).address(),
                        Given.name(gateway),
                        Given.endpoint(gateway),
                        0));
    }

    private final class Port implements AgentPort {
        @Override
        public void transmit(int pathId, Endpoint to, byte[] datagram) {
            ClientEngine.this.transmit(pathId, to, datagram);
        }

        @Override
        public void granted(Grant.Session session, String gateway) {
            // the status has it
        }

        @Override
        public void innerMtu(int bytes) {
            // there is no TUN
        }

        @Override
        public void ended(ReasonCode reason, String text) {
            // the events say it
        }
    }

    @Override
    List<Object> parts() {
        return List.of(agent, gate, bindings, pathIds, up, nextPathId);
    }

    @Override
    Shown shown(long nowNanos) {
        return new Shown(
                agent.nextNanos(), agent.status(nowNanos), Shown.Gate.of(gate.forwarding()), List.of(), List.of());
    }

    @Override
    int socketId(Message message) {
        return pathIds[message.link()];
    }

    @Override
    @Nullable
    SessionId holder(long nowNanos, Binding binding) {
        return agent.status(nowNanos).id();
    }

    @Override
    void toggle(long nowNanos, int link) {
        if (up[link]) {
            up[link] = false;
            agent.pathDown(nowNanos, pathIds[link]);
        } else {
            pathUp(nowNanos, link);
        }
    }

    @Override
    void jump(long nowNanos) {
        agent.jump(nowNanos, null);
    }

    @Override
    void proceed(long nowNanos) {
        agent.proceed(nowNanos);
    }

    @Override
    void receive(long nowNanos, int socketId, Endpoint from, byte[] bytes) {
        agent.receive(nowNanos, socketId, bytes);
    }

    @Override
    void receiveControl(long nowNanos, Binding binding, Endpoint from, byte[] message) {
        agent.receiveControl(nowNanos, binding, message);
    }

    @Override
    void watch(long nowNanos, Binding binding) {
        agent.watch(nowNanos, binding);
    }

    @Override
    void transmit(int socketId, Endpoint to, byte[] bytes) {
        for (int link = 0; link < Given.LINKS; link++) {
            if (up[link] && pathIds[link] == socketId) {
                out(new Output.Sent(new Message(given.gatewayOf(link), link, Given.outer(link), bytes)));
            }
        }
    }
}
