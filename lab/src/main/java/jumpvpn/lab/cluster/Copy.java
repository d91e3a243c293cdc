package jumpvpn.lab.cluster;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import jumpvpn.core.agent.Agent;
import jumpvpn.core.agent.AgentConfig;
import jumpvpn.core.agent.AgentContext;
import jumpvpn.core.agent.AgentPort;
import jumpvpn.core.agent.AgentStatus;
import jumpvpn.core.control.Grant;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.transport.LinkKind;
import jumpvpn.core.transport.Path;
import jumpvpn.lab.netns.Namespace;
import jumpvpn.lab.netns.NamespaceThread;
import jumpvpn.node.security.CryptoChoice;
import org.jspecify.annotations.Nullable;

/**
 * A client that can be one of two copies: two of one seed that are told the same at the same time are in the same state, as if one process's memory had been copied. The mute one sends
 * nothing until it {@link #wakes}; from then on it has randomness of its own, as any two processes have.
 */
final class Copy implements AutoCloseable {
    private static final int ROOM = 2048;

    final Agent agent;
    private final LookupTable<Bound> bindings = new LookupTable<>();
    private final Inbound inbound = new Inbound(bindings, new DropCounters(), false);
    private final DatagramChannel channel;
    private final ByteBuffer room = ByteBuffer.allocate(ROOM);
    private Random random;
    private boolean isMute;
    private @Nullable ReasonCode end;

    /** Whose copies they are. @param gateways with their public keys, the one at {@code remotes.get(i)} is the i-th */
    record Original(byte[] privateKey, List<AgentConfig.Gateway> gateways, List<Endpoint> remotes, IpAddress local) {}

    Copy(Namespace host, Original original, long seed, boolean isMute) throws IOException {
        this.isMute = isMute;
        random = new Random(seed);
        channel = NamespaceThread.call(host.pid(), () -> {
            DatagramChannel open = DatagramChannel.open();
            open.bind(new InetSocketAddress(InetAddress.getByName(original.local.toString()), 0));
            open.configureBlocking(false);
            return open;
        });
        Crypto crypto = CryptoChoice.best().crypto(bytes -> random.nextBytes(bytes));
        AgentConfig config = new AgentConfig(
                KeyPair.of(crypto.agreement(), original.privateKey), Suite.AES_256_GCM, original.gateways);
        agent = new Agent(new AgentContext(
                config, crypto, new Port(), _ -> {}, bindings, new ForwardingGate(), new DropCounters()));
    }

    /** Begins to connect, over a path to each gateway. */
    void begin(long nowNanos, Original original) {
        agent.start(nowNanos);
        for (int i = 0; i < original.remotes.size(); i++) {
            agent.pathUp(
                    nowNanos,
                    new Path(
                            i + 1,
                            Protocol.UDP,
                            "wan0",
                            LinkKind.ETHERNET,
                            original.local,
                            original.gateways.get(i).name(),
                            original.remotes.get(i),
                            0));
        }
    }

    /** From now on it speaks for itself. */
    void wakes() {
        isMute = false;
        random = new Random();
    }

    /** A datagram that came; null: none is there. */
    byte @Nullable [] next() throws IOException {
        room.clear();
        return channel.receive(room) == null ? null : Arrays.copyOf(room.array(), room.position());
    }

    /** It is told this. */
    void hears(long nowNanos, byte[] received) {
        byte[] datagram = received.clone();
        Inbound.Disposition disposition =
                inbound.accept(MemorySegment.ofArray(datagram), 0, datagram.length, nowNanos, 0, 0, 0);
        Binding binding = inbound.binding();
        if (disposition == Inbound.Disposition.UNBOUND) {
            agent.receive(nowNanos, 1, datagram);
        } else if (disposition == Inbound.Disposition.CONTROL && binding != null) {
            int end = PacketLayout.PAYLOAD + inbound.payloadLength();
            agent.receiveControl(nowNanos, binding, Arrays.copyOfRange(datagram, PacketLayout.PAYLOAD, end));
        }
    }

    AgentStatus status(long nowNanos) {
        return agent.status(nowNanos);
    }

    /** Why its session ended; null while it lives. */
    @Nullable
    ReasonCode end() {
        return end;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private final class Port implements AgentPort {
        @Override
        public void transmit(int pathId, Endpoint to, byte[] datagram) {
            if (isMute) {
                return;
            }
            try {
                channel.send(
                        ByteBuffer.wrap(datagram),
                        new InetSocketAddress(InetAddress.getByName(to.address().toString()), to.port()));
            } catch (IOException e) {
                // as lost as any datagram may be
            }
        }

        @Override
        public void granted(Grant.Session session, String gateway) {
            // there is no TUN
        }

        @Override
        public void innerMtu(int bytes) {
            // there is no TUN
        }

        @Override
        public void ended(ReasonCode reason, String text) {
            end = reason;
        }
    }
}
