package jumpvpn.node.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
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
import jumpvpn.core.data.Lease;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.node.config.ClientConfig;
import jumpvpn.node.config.GatewayEndpoint;
import jumpvpn.node.config.Packets;
import jumpvpn.node.data.tun.TunDevice;
import jumpvpn.node.host.BootClock;
import jumpvpn.node.host.Cpu;
import jumpvpn.node.host.LinkMonitor;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.NetworkConfig;
import jumpvpn.node.host.Route;
import jumpvpn.node.host.SystemEntropy;
import jumpvpn.node.host.WallClock;
import jumpvpn.node.observability.jsonl.EventFeed;
import jumpvpn.node.security.CryptoChoice;
import org.jspecify.annotations.Nullable;

/** A running client: the agent, its TUN, its paths and its threads. */
public final class ClientNode implements NodeControl, Engine, AgentPort {
    private static final int LEAST_MTU = 1280;

    private final ClientConfig config;
    private final Log log;
    private final Opened opened;
    private final BootClock clock = new BootClock();
    private final WallClock wall = new WallClock();
    private final DropCounters drops = new DropCounters();
    private final Sockets sockets;
    private final EventLog events;
    private final NetworkConfig network;
    private final LinkMonitor links;
    private final InnerNetwork inner;
    private final ControlLoop control;
    private final CryptoChoice ciphers;
    private final Suite suite = Cpu.hasAesGcm() ? Suite.AES_256_GCM : Suite.CHACHA20_POLY1305;
    private final Agent agent;
    private final ClientPaths paths;
    private final PacketPath packets;
    private List<Prefix> raised = List.of();
    private int mtu;
    private boolean closed;

    private ClientNode(ClientConfig config, Log log, Opened opened) throws StartException, LinuxException {
        this.config = config;
        this.log = log;
        this.opened = opened;
        sockets = new Sockets(config.packets().shards());
        Ciphers choosing = Ciphers.choosing(config);
        events = EventLog.open(config, Role.CLIENT, wall, log);
        opened.add(events::close);
        if (!config.exports().isEmpty()) {
            Exporting.add(
                    config, Role.CLIENT, events, log, opened, () -> handle(new Request.Status(), Through.CONTROL));
        }
        network = NetworkConfig.open();
        opened.add(network::close);
        refuseOverlaps();
        links = LinkMonitor.open();
        opened.add(links::close);
        opened.add(sockets::closeAll);
        List<TunDevice> queues = PacketPath.queues(config.network().interfaceName(), config.packets(), opened);
        inner = new InnerNetwork(network, log);
        opened.add(inner::close);
        control = new ControlLoop(clock, log, links);
        opened.add(control::close);
        ForwardingGate gate = new ForwardingGate();
        LookupTable<Bound> bindings = new LookupTable<>();
        ciphers = choosing.chosen(log);
        Crypto crypto = ciphers.crypto(new SystemEntropy());
        agent = new Agent(new AgentContext(agentConfig(crypto), crypto, this, this::emit, bindings, gate, drops));
        packets = new PacketPath(
                new PacketPath.Shared(clock, log, sockets, drops, control, this, PacketPath.turns(sockets.shards())),
                new PacketPath.Tables(bindings, (_, _) -> gate, new Lease(), false),
                queues,
                (socket, _, _) -> socket.id,
                config.packets());
        opened.add(packets::close);
        paths = new ClientPaths(config, possible(), agent, sockets, packets::socketsChanged, control, log);
    }

    /**
     * Starts a client; returns before it is connected.
     *
     * @throws StartException with words for its user
     */
    public static ClientNode start(ClientConfig config, Log log) throws StartException {
        Opened opened = new Opened(log);
        try {
            ClientNode node = new ClientNode(config, log, opened);
            node.begin();
            return node;
        } catch (LinuxException e) {
            opened.close();
            throw new StartException(config.file() + ":" + config.network().line() + ": " + e.getMessage(), e);
        } catch (StartException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** UDP that keeps to no interface may leave by another, or go into the tunnel and round. */
    private Packets possible() {
        Packets possible = Transports.possible(config.packets(), log);
        if (possible.udp() == Packets.Udp.NIO && protocols().contains(Protocol.UDP)) {
            log.warn(
                    "UDP by java.nio keeps to no interface, so the routing table alone decides: lead the gateways' addresses around the tunnel if \"routes\" covers them (`ip route add"
                            + " ADDRESS via ROUTER`), and with several uplinks give each a table of its own (`ip rule add from ADDRESS`)");
        }
        return possible;
    }

    private AgentConfig agentConfig(Crypto crypto) {
        KeyPair own = KeyPair.of(crypto.agreement(), config.privateKey().bytes());
        List<AgentConfig.Gateway> gateways = new ArrayList<>();
        for (ClientConfig.Gateway gateway : config.gateways()) {
            gateways.add(
                    new AgentConfig.Gateway(gateway.name(), gateway.publicKey().bytes()));
        }
        return new AgentConfig(own, suite, gateways);
    }

    private void refuseOverlaps() throws StartException, LinuxException {
        for (Prefix wanted : config.network().routes()) {
            for (Prefix part : InnerNetwork.halves(wanted)) {
                for (Route route : network.overlapping(part)) {
                    String there = route.destination() + (route.ownAddress() ? " (an address of this machine)" : "");
                    if (route.destination().equals(part.network())) {
                        throw new StartException(
                                config.file() + ":" + config.network().routesLine() + ": the route " + wanted
                                        + " is led elsewhere already; see `ip route`, remove that one or choose another");
                    }
                    if (wanted.length() > 0 && route.destination().length() > part.length() && !route.ownAddress()) {
                        log.warn(config.file() + ":" + config.network().routesLine() + ": " + there
                                + " lies inside the route " + wanted + " and goes around the tunnel");
                    }
                }
            }
        }
    }

    private void begin() {
        events.start();
        paths.resolve();
        control.post(now -> {
            agent.start(now);
            paths.update(now, links.links());
        });
        control.start(this);
        packets.start();
    }

    @Override
    public void receive(long nowNanos, int socketId, Endpoint from, byte[] datagram) {
        agent.receive(nowNanos, socketId, datagram);
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
    public void linksChanged(long nowNanos) {
        paths.update(nowNanos, links.links());
    }

    @Override
    public void proceed(long nowNanos) {
        try {
            agent.proceed(nowNanos);
        } finally {
            events.wake();
        }
    }

    @Override
    public long nextNanos() {
        return agent.nextNanos();
    }

    @Override
    public void transmit(int pathId, Endpoint to, byte[] datagram) {
        sockets.transmit(pathId, to, datagram);
    }

    private Set<Protocol> protocols() {
        return config.gateways().stream()
                .flatMap(gateway -> gateway.endpoints().stream())
                .map(GatewayEndpoint::protocol)
                .collect(Collectors.toSet());
    }

    @Override
    public void granted(Grant.Session session, String gateway) {
        log.info("session " + session.id() + " by gateway " + gateway + ", inner address " + session.inner());
    }

    @Override
    public void attached(Grant.Session session) {
        if (raised.isEmpty()) {
            Rehearsal.start(log, ciphers, suite, protocols()); // now that the first packets have priority no more
        }
        if (session.inner().equals(raised)) {
            return;
        }
        try {
            inner.close();
            mtu = Math.max(LEAST_MTU, session.mtu());
            inner.raise(
                    config.network().interfaceName(),
                    mtu,
                    session.inner(),
                    config.network().routes());
            raised = session.inner();
        } catch (LinuxException e) {
            control.failure().complete(config.file() + ":" + config.network().line() + ": " + e.getMessage());
        }
    }

    @Override
    public void innerMtu(int bytes) {
        if (bytes == mtu) {
            return;
        }
        try {
            network.mtu(config.network().interfaceName(), bytes);
            mtu = bytes;
            log.info("the path carries inner packets of " + bytes + " bytes: that is the tunnel's MTU now");
        } catch (LinuxException e) {
            log.warn("the tunnel's MTU stays " + mtu + ", what is too long for the path goes in halves: "
                    + e.getMessage());
        }
    }

    @Override
    public void ended(ReasonCode reason, String text) {
        log.warn(text);
        paths.resolveAgain(clock.nowNanos());
    }

    /** Who has to look for another way may find one behind a name that has changed. */
    private void emit(Event event) {
        events.emit(event);
        if (event.type() == EventType.TRANSPORT_DEAD || event.type() == EventType.SWITCH_DENIED) {
            paths.resolveAgain(event.nanos());
        }
    }

    @Override
    public Reply handle(Request request, Through through) {
        return control.reply(
                now -> OperatorAction.told(events, Role.CLIENT, now, request, through, answer(now, request)));
    }

    private Reply answer(long nowNanos, Request request) {
        return switch (request) {
            case Request.Status _ -> new Reply.Status(status(nowNanos));
            case Request.Sessions _ -> {
                NodeStatus.Client status = status(nowNanos);
                yield new Reply.Sessions(status.session().sessionId() == null ? List.of() : List.of(status.session()));
            }
            case Request.Jump jump -> jump(nowNanos, jump.to());
            case Request.Terminate terminate -> terminate(nowNanos, terminate.session());
            case Request.Drain _, Request.Cluster _, Request.Admit _, Request.Revoke _ ->
                new Reply.Refused("NOT_A_GATEWAY", "that is a gateway's matter: run it there");
        };
    }

    private Reply jump(long nowNanos, @Nullable String to) {
        ReasonCode refusal = agent.jump(nowNanos, to);
        if (refusal == null) {
            return new Reply.Done("the jump has begun; `jumpvpn status` shows the path");
        }
        String text = switch (refusal) {
            case SESSION_NOT_FOUND -> "there is no session to move; see `jumpvpn status`";
            case NO_VALID_CANDIDATE -> "there is no such other path; `jumpvpn status` lists the candidates";
            case TRANSPORT_NOT_ALLOWED -> "the gateway's policy does not allow that protocol (transport.allowed)";
            default -> "the session is busy with another switch; try again when it is ATTACHED";
        };
        return new Reply.Refused(refusal.name(), text);
    }

    private Reply terminate(long nowNanos, String session) {
        AgentStatus status = agent.status(nowNanos);
        if (status.id() == null || !(session.equals(status.id().toString()) || session.equals(config.name()))) {
            return new Reply.Refused("SESSION_NOT_FOUND", "there is no session " + session + "; see `jumpvpn status`");
        }
        agent.terminate(nowNanos);
        return new Reply.Done("session " + status.id() + " ended; the client connects anew");
    }

    private NodeStatus.Client status(long nowNanos) {
        AgentStatus status = agent.status(nowNanos);
        return new NodeStatus.Client(
                config.name(),
                config.network().interfaceName(),
                StatusView.of(status, sockets, config.name(), nowNanos, wall.nowMillis()),
                StatusView.candidates(status, sockets, nowNanos),
                ciphers.names(),
                drops,
                StatusView.transports(sockets, socket -> paths.name(socket.id)));
    }

    @Override
    public EventFeed events() {
        return events.feed();
    }

    @Override
    public CompletableFuture<String> failure() {
        return control.failure();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        control.farewell(agent::close);
        opened.close();
    }
}
