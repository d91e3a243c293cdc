package jumpvpn.lab.sessions;

import java.util.List;
import java.util.function.Consumer;
import jumpvpn.core.agent.Agent;
import jumpvpn.core.agent.AgentConfig;
import jumpvpn.core.agent.AgentContext;
import jumpvpn.core.agent.AgentPort;
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
import jumpvpn.core.transport.LinkKind;
import jumpvpn.core.transport.Path;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Memory;
import jumpvpn.node.transport.udp.UdpSocket;

/** One of the many: a real agent with a key, a socket and a gate of its own. The control thread's, but for socket and gate. */
final class LoadSession implements AgentPort {
    private static final int PATH = 1;
    private static final int SOCKET_SLOTS = 64;

    final ForwardingGate gate = new ForwardingGate();
    final UdpSocket socket;
    final Agent agent;
    /** When the agent is to proceed, as far as the control thread has noted it. */
    long dueNanos = Deadlines.NEVER;

    private final Path path;
    private final World world;

    /**
     * What all sessions share.
     *
     * @param bindings of all of them
     * @param one a slot for what the control thread sends
     * @param granted is told of each session
     */
    record World(
            Crypto crypto,
            Suite suite,
            AgentConfig.Gateway gateway,
            LookupTable<Bound> bindings,
            DropCounters drops,
            PacketBatch one,
            Consumer<Grant.Session> granted) {}

    LoadSession(World world, byte[] privateKey, String link, Endpoint local, Endpoint remote) throws LinuxException {
        this.world = world;
        socket = UdpSocket.open(local, link, SOCKET_SLOTS);
        path = new Path(PATH, Protocol.UDP, link, LinkKind.ETHERNET, local.address(), world.gateway.name(), remote, 0);
        KeyPair own = KeyPair.of(world.crypto.agreement(), privateKey);
        AgentConfig config = new AgentConfig(own, world.suite, List.of(world.gateway));
        agent = new Agent(new AgentContext(config, world.crypto, this, _ -> {}, world.bindings, gate, world.drops));
    }

    void begin(long nowNanos) {
        agent.start(nowNanos);
        agent.pathUp(nowNanos, path);
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
