package jumpvpn.node.runtime;

import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import jumpvpn.core.agent.Agent;
import jumpvpn.core.agent.AgentConfig;
import jumpvpn.core.agent.AgentContext;
import jumpvpn.core.agent.AgentPort;
import jumpvpn.core.control.Grant;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.Grace;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.gateway.Gateway;
import jumpvpn.core.gateway.GatewayConfig;
import jumpvpn.core.gateway.GatewayContext;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.ownership.MemorySessionTable;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.transport.LinkKind;
import jumpvpn.core.transport.Path;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Memory;
import jumpvpn.node.host.SystemEntropy;
import jumpvpn.node.observability.jsonl.EventJson;
import jumpvpn.node.security.CryptoChoice;

/**
 * Plays jumps between an agent and a gateway inside this process, with real keys and no network, so that the first real jump finds its classes loaded and its code
 * compiled. A cold one takes about 60 ms longer at each end (docs/adr/0008). Bounded; on a thread of its own.
 */
final class Rehearsal {
    private static final int ROUNDS = 60;
    private static final int JUMPS = 4;
    private static final long STEP_NANOS = 700_000_000;
    private static final int BUFFER_BYTES = 2048;
    private static final int MOST_DATAGRAMS = 200;
    private static final Endpoint GATEWAY = new Endpoint(IpAddress.v4(0x7f000001), 1);

    private record Datagram(boolean toGateway, int pathId, byte[] bytes) {}

    private final EventJson json = new EventJson("rehearsal", "0");
    private final ArrayDeque<Datagram> wire = new ArrayDeque<>();
    private final LookupTable<Bound> atClient = new LookupTable<>();
    private final LookupTable<Bound> atGateway = new LookupTable<>();
    private final DropCounters drops = new DropCounters();
    private final Agent agent;
    private final Gateway gateway;
    private long nowNanos = STEP_NANOS;

    private Rehearsal(Crypto crypto, Suite suite) {
        KeyPair client = KeyPair.generate(crypto);
        KeyPair own = KeyPair.generate(crypto);
        AgentConfig config =
                new AgentConfig(client, suite, List.of(new AgentConfig.Gateway("rehearsal", own.publicKey())));
        agent = new Agent(
                new AgentContext(config, crypto, new Wire(), this::written, atClient, new ForwardingGate(), drops));
        GatewayConfig gatewayConfig = new GatewayConfig(
                "rehearsal",
                own,
                List.of(Prefix.parse("10.0.0.1/24")),
                List.of(new GatewayConfig.Client("rehearsal", client.publicKey(), List.of())),
                Policy.DEFAULT,
                1280);
        gateway = new Gateway(
                new GatewayContext(
                        gatewayConfig,
                        crypto,
                        (pathId, _, bytes) -> wire.add(new Datagram(false, pathId, bytes)),
                        this::written,
                        new MemorySessionTable(),
                        atGateway,
                        new LookupTable<>(),
                        drops,
                        Grace.NONE),
                0);
        gateway.start(nowNanos);
    }

    /** Starts one, and then one of each of these transports; what goes wrong in it is logged and harms nothing. */
    static void start(Log log, CryptoChoice ciphers, Suite suite, Set<Protocol> transports) {
        Thread thread = new Thread(
                () -> {
                    try {
                        for (int round = 0; round < ROUNDS; round++) {
                            new Rehearsal(ciphers.crypto(new SystemEntropy()), suite).play();
                        }
                        for (Protocol protocol : transports) {
                            TransportRehearsal.play(protocol);
                        }
                    } catch (LinuxException e) {
                        log.warn("a transport could not be rehearsed; the first jump to it will be slower: "
                                + e.getMessage());
                    } catch (RuntimeException e) {
                        log.bug("the rehearsal failed; the first jump will be slower", e);
                    }
                },
                "rehearsal");
        thread.setDaemon(true);
        thread.start();
    }

    private void written(jumpvpn.core.observability.Event event) {
        json.line(event, 0, 0);
    }

    private static Path path(int id) {
        return new Path(
                id, Protocol.UDP, "r" + id, LinkKind.OTHER, IpAddress.v4(0x7f000001 + id), "rehearsal", GATEWAY, 0);
    }

    private void play() {
        agent.start(nowNanos);
        agent.pathUp(nowNanos, path(1));
        deliver();
        for (int jump = 1; jump <= JUMPS; jump++) {
            nowNanos += 4 * STEP_NANOS;
            agent.pathUp(nowNanos, path(jump + 1));
            if (jump % 2 == 0) {
                agent.jump(nowNanos, "r" + (jump + 1));
            } else {
                agent.pathDown(nowNanos, jump);
            }
            deliver();
        }
        if (agent.status(nowNanos).state() != SessionState.ATTACHED) {
            throw new IllegalStateException(
                    "a rehearsed session ended " + agent.status(nowNanos).state());
        }
    }

    private void deliver() {
        Inbound clientSide = new Inbound(atClient, drops, false);
        Inbound gatewaySide = new Inbound(atGateway, drops, true);
        try (Arena arena = Arena.ofConfined()) {
            long buffer = arena.allocate(BUFFER_BYTES, 64).address();
            for (int i = 0; i < MOST_DATAGRAMS && !wire.isEmpty(); i++) {
                nowNanos += 1_000_000;
                Datagram datagram = wire.remove();
                Memory.copy(datagram.bytes, 0, buffer, datagram.bytes.length);
                accept(datagram, buffer, datagram.toGateway ? gatewaySide : clientSide);
            }
        }
    }

    private void accept(Datagram datagram, long buffer, Inbound inbound) {
        Endpoint from = new Endpoint(GATEWAY.address(), datagram.pathId);
        Inbound.Disposition disposition = inbound.accept(
                Memory.ALL,
                buffer,
                datagram.bytes.length,
                nowNanos,
                from.address().high(),
                from.address().low(),
                from.port());
        Binding binding = inbound.binding();
        if (disposition == Inbound.Disposition.UNBOUND) {
            if (datagram.toGateway) {
                gateway.receive(nowNanos, 0, from, datagram.bytes);
            } else {
                agent.receive(nowNanos, datagram.pathId, datagram.bytes);
            }
        } else if (disposition == Inbound.Disposition.CONTROL && binding != null) {
            byte[] message = new byte[inbound.payloadLength()];
            Memory.copy(buffer + PacketLayout.PAYLOAD, message, 0, message.length);
            if (datagram.toGateway) {
                gateway.receiveControl(nowNanos, binding, from, message);
            } else {
                agent.receiveControl(nowNanos, binding, message);
            }
        }
    }

    /** The agent's way out. */
    private final class Wire implements AgentPort {
        @Override
        public void transmit(int pathId, Endpoint to, byte[] datagram) {
            wire.add(new Datagram(true, pathId, datagram));
        }

        @Override
        public void granted(Grant.Session session, String name) {
            // there is no TUN in a rehearsal
        }

        @Override
        public void innerMtu(int bytes) {
            // there is no TUN in a rehearsal
        }

        @Override
        public void ended(ReasonCode reason, String text) {
            // it says so itself
        }
    }
}
