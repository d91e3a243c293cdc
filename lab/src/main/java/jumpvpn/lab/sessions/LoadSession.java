package jumpvpn.lab.sessions;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import jumpvpn.core.agent.Agent;
import jumpvpn.core.agent.AgentConfig;
import jumpvpn.core.agent.AgentContext;
import jumpvpn.core.agent.AgentPort;
import jumpvpn.core.agent.AgentStatus;
import jumpvpn.core.control.Grant;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.transport.LinkKind;
import jumpvpn.core.transport.Path;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Memory;
import jumpvpn.node.transport.udp.UdpSocket;
import org.jspecify.annotations.Nullable;

/** One of the many: a real agent with a key, a socket and a gate of its own. The control thread's, but for socket and gate. */
final class LoadSession implements AgentPort {
    private static final int SOCKET_SLOTS = 64;
    private static final String OTHER = "-2";

    final ForwardingGate gate = new ForwardingGate();
    final UdpSocket socket;
    final Agent agent;
    /** When the agent is to proceed, as far as the control thread has noted it. */
    long dueNanos = Deadlines.NEVER;
    /** When it lost its binding, for {@link LoadTally}. */
    long lostNanos;

    private final List<Path> paths = new ArrayList<>();
    private final World world;
    private @Nullable Path lost;

    /**
     * What all sessions share.
     *
     * @param remotes where the gateways are, in the same order
     * @param bindings of all of them
     * @param one a slot for what the control thread sends
     * @param tally is told of each event
     * @param granted is told of each session
     */
    record World(
            Crypto crypto,
            Suite suite,
            List<AgentConfig.Gateway> gateways,
            List<Endpoint> remotes,
            LookupTable<Bound> bindings,
            DropCounters drops,
            PacketBatch one,
            LoadTally tally,
            Consumer<Grant.Session> granted) {}

    LoadSession(World world, byte[] privateKey, String device, Endpoint local) throws LinuxException {
        this.world = world;
        socket = UdpSocket.open(local, device, SOCKET_SLOTS);
        for (int i = 0; i < world.gateways.size(); i++) {
            path(device, local, i);
            if (world.gateways.size() > 1) {
                path(device + OTHER, local, i); // the same way, but to the agent, so that it can lose one
            }
        }
        KeyPair own = KeyPair.of(world.crypto.agreement(), privateKey);
        AgentConfig config = new AgentConfig(own, world.suite, world.gateways);
        agent = new Agent(new AgentContext(
                config, world.crypto, this, event -> world.tally.said(this, event), world.bindings, gate, world.drops));
    }

    private void path(String link, Endpoint local, int gateway) {
        paths.add(new Path(
                paths.size() + 1,
                Protocol.UDP,
                link,
                LinkKind.ETHERNET,
                local.address(),
                world.gateways.get(gateway).name(),
                world.remotes.get(gateway),
                0));
    }

    void begin(long nowNanos) {
        agent.start(nowNanos);
        paths.forEach(path -> agent.pathUp(nowNanos, path));
    }

    /** Its path goes; the one that went before is there again. False if it has none to lose. */
    boolean losePath(long nowNanos) {
        AgentStatus status = agent.status(nowNanos);
        Path path = status.path();
        if (path == null || status.state() != SessionState.ATTACHED) {
            return false;
        }
        if (lost != null) {
            agent.pathUp(nowNanos, lost);
        }
        lost = path;
        agent.pathDown(nowNanos, path.id());
        return true;
    }

    /** Sends slots of a batch; how many are done with. */
    synchronized int send(PacketBatch batch, int from, int to) {
        return socket.send(batch, from, to);
    }

    @Override
    public void transmit(int pathId, Endpoint to, byte[] datagram) {
        PacketBatch one = world.one;
        Memory.copy(datagram, 0, one.address[0], datagram.length);
        one.length[0] = datagram.length;
        one.peer(0, to);
        one.count = 1;
        send(one, 0, 1);
    }

    @Override
    public void granted(Grant.Session session, String gateway) {
        world.granted.accept(session);
    }

    @Override
    public void innerMtu(int bytes) {
        // the cable carries the gateway's MTU whole, which the TUN has
    }

    @Override
    public void ended(ReasonCode reason, String text) {
        System.out.println(text);
    }
}
