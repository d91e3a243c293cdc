package jumpvpn.node.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.data.PacketTurns;
import jumpvpn.core.data.Resting;
import jumpvpn.core.gateway.Gateway;
import jumpvpn.core.gateway.GatewayContext;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.ownership.ClockReading;
import jumpvpn.core.ownership.MemorySessionTable;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.Role;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.config.Listen;
import jumpvpn.node.config.Packets;
import jumpvpn.node.data.tun.TunDevice;
import jumpvpn.node.host.BootClock;
import jumpvpn.node.host.Forwarding;
import jumpvpn.node.host.LinkMonitor;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Masquerade;
import jumpvpn.node.host.NetworkConfig;
import jumpvpn.node.host.SystemEntropy;
import jumpvpn.node.host.WallClock;
import jumpvpn.node.observability.jsonl.EventFeed;
import jumpvpn.node.ownership.Reports;
import jumpvpn.node.ownership.StateException;
import jumpvpn.node.ownership.embedded.EmbeddedSessionTable;
import jumpvpn.node.security.CryptoChoice;
import org.jspecify.annotations.Nullable;

/** A running gateway: the engine, its TUN, its listening sockets and its threads. */
public final class GatewayNode implements NodeControl, Engine {
    private static final int MTU = 1400;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final GatewayConfig config;
    private final Opened opened;
    private final BootClock clock = new BootClock();
    private final WallClock wall = new WallClock();
    private final long startedMillis = wall.nowMillis();
    private final DropCounters drops = new DropCounters();
    private final Sockets sockets;
    private final Listeners listeners;
    private final EventLog events;
    private final CryptoChoice ciphers;
    private final Crypto crypto;
    private final jumpvpn.core.gateway.GatewayConfig engineConfig;
    private final @Nullable EmbeddedSessionTable durable;
    private final NetworkConfig network;
    private final LinkMonitor links;
    private final InnerNetwork inner;
    private final ControlLoop control;
    private final Gateway gateway;
    private final PacketPath packets;
    private boolean closed;

    private GatewayNode(GatewayConfig config, Log log, Opened opened) throws StartException, LinuxException {
        this.config = config;
        this.opened = opened;
        sockets = new Sockets(config.packets().shards());
        listeners = new Listeners(sockets);
        Ciphers choosing = Ciphers.choosing(config);
        events = EventLog.open(config.file(), config.name(), Role.GATEWAY, config.events(), wall, log);
        opened.add(events::close);
        if (!config.exports().isEmpty()) {
            Exporting.add(config, Role.GATEWAY, events, log, opened, () -> handle(new Request.Status()));
        }
        ciphers = choosing.chosen(log);
        crypto = ciphers.crypto(new SystemEntropy());
        engineConfig = engineConfig();
        durable = durable(log);
        network = NetworkConfig.open();
        opened.add(network::close);
        links = LinkMonitor.open();
        opened.add(links::close);
        opened.add(sockets::closeAll);
        listen(log);
        List<TunDevice> queues = PacketPath.queues(config.network().interfaceName(), config.packets(), opened);
        inner = new InnerNetwork(network, log);
        opened.add(inner::close);
        inner.raise(config.network().interfaceName(), MTU, config.network().addresses(), List.of());
        forward();
        control = new ControlLoop(clock, log, links);
        opened.add(control::close);
        PacketTurns turns = PacketPath.turns(sockets.shards());
        LookupTable<Bound> bindings = new LookupTable<>();
        LookupTable<ForwardingGate> routes = new LookupTable<>();
        SessionTable table = durable == null ? new MemorySessionTable() : durable.waking(control::wake);
        GatewayContext context =
                new GatewayContext(engineConfig, crypto, sockets, events, table, bindings, routes, drops, turns);
        gateway = new Gateway(context, wall.nowMillis() / 1000);
        gateway.start(clock.nowNanos());
        packets = packets(log, new PacketPath.Tables(bindings, routes::get, true), turns, queues);
        opened.add(packets::close);
    }

    private PacketPath packets(Log log, PacketPath.Tables tables, PacketTurns turns, List<TunDevice> queues)
            throws LinuxException {
        PacketPath.Shared shared = new PacketPath.Shared(clock, log, sockets, drops, control, this, turns);
        return new PacketPath(shared, tables, queues, listeners, config.packets());
    }

    /**
     * Starts a gateway.
     *
     * @throws StartException with words for its user
     */
    public static GatewayNode start(GatewayConfig config, Log log) throws StartException {
        Opened opened = new Opened(log);
        try {
            GatewayNode node = new GatewayNode(config, log, opened);
            node.events.start();
            node.control.start(node);
            node.packets.start();
            Rehearsal.start(
                    log,
                    node.ciphers,
                    Suite.AES_256_GCM,
                    config.listen().stream().map(Listen::protocol).collect(Collectors.toSet()));
            return node;
        } catch (LinuxException e) {
            opened.close();
            throw new StartException(config.file() + ":" + config.network().line() + ": " + e.getMessage(), e);
        } catch (StartException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private void listen(Log log) throws StartException {
        List<Listen> udpFirst = config.listen().stream()
                .sorted(Comparator.comparing(Listen::protocol))
                .toList();
        Packets possible = Transports.possible(config.packets(), log);
        for (Listen listen : udpFirst) {
            try {
                boolean isShared = config.listen().stream().anyMatch(listen::sharesPortWith);
                listeners.add(Transports.listen(listen.protocol(), listen.endpoint(), isShared, possible));
                warn(listen, possible, log);
            } catch (LinuxException e) {
                throw new StartException(config.file() + ":" + listen.line() + ": " + e.getMessage(), e);
            }
        }
    }

    /** Netty and java.nio say of no datagram which address it came to, so on all addresses they answer from the one that the route back suggests. */
    private void warn(Listen listen, Packets packets, Log log) {
        boolean isNio = listen.protocol() == Protocol.UDP && packets.udp() == Packets.Udp.NIO;
        IpAddress address = listen.endpoint().address();
        List<IpAddress> reachable = Listeners.reachable(address, links.links());
        if ((isNio || listen.protocol() == Protocol.QUIC) && address.isUnspecified() && reachable.size() > 1) {
            log.warn(
                    config.file() + ":" + listen.line() + ": " + listen + " may answer from another address than it was"
                            + " asked at, and its clients would not hear it: name those in use one by one; this host has "
                            + reachable);
        }
    }

    private void forward() throws StartException {
        try {
            inner.add(Forwarding.enable(lockDirectory()));
            if (config.network().masquerade()) {
                inner.add(Masquerade.install(
                        config.network().interfaceName(), config.network().addresses()));
            }
        } catch (IOException e) {
            throw new StartException(config.file() + ":" + config.network().line() + ": " + e.getMessage(), e);
        }
    }

    /** Where all gateways of this user on this machine meet: /run/jumpvpn, or a directory of the user's own where that is not writable. */
    private static Path lockDirectory() throws IOException {
        Path shared = Path.of("/run/jumpvpn");
        boolean usable = Files.isDirectory(shared) ? Files.isWritable(shared) : Files.isWritable(shared.getParent());
        Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        return usable ? shared : Path.of(System.getProperty("java.io.tmpdir"), "jumpvpn-" + uid);
    }

    /** The table that outlives this process, if there shall be one. */
    private @Nullable EmbeddedSessionTable durable(Log log) throws StartException {
        Path folder = config.state();
        if (folder == null) {
            return null;
        }
        byte[] key = engineConfig.recordKey();
        try {
            EmbeddedSessionTable table =
                    EmbeddedSessionTable.open(folder, engineConfig.ownerId(), key, crypto, this::clocks, new Told(log));
            opened.add(table::close);
            return table;
        } catch (StateException e) {
            throw new StartException(config.file() + ": " + e.getMessage(), e);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private ClockReading clocks() {
        return new ClockReading(clock.nowNanos(), wall.nowMillis() * NANOS_PER_MILLI);
    }

    private jumpvpn.core.gateway.GatewayConfig engineConfig() {
        List<jumpvpn.core.gateway.GatewayConfig.Client> clients = new ArrayList<>();
        for (GatewayConfig.Client client : config.clients()) {
            clients.add(new jumpvpn.core.gateway.GatewayConfig.Client(
                    client.name(), client.publicKey().bytes(), client.addresses()));
        }
        return new jumpvpn.core.gateway.GatewayConfig(
                config.name(),
                KeyPair.of(crypto.agreement(), config.privateKey().bytes()),
                config.network().addresses(),
                clients,
                config.policy(),
                MTU);
    }

    @Override
    public void receive(long nowNanos, int socketId, Endpoint from, byte[] datagram) {
        gateway.receive(nowNanos, socketId, from, datagram);
    }

    @Override
    public void receiveControl(long nowNanos, Binding binding, Endpoint from, byte[] message) {
        gateway.receiveControl(nowNanos, binding, from, message);
    }

    @Override
    public void watch(long nowNanos, Binding binding) {
        gateway.watch(nowNanos, binding);
    }

    @Override
    public void wake(long nowNanos, Resting session) {
        gateway.wake(nowNanos, session);
    }

    @Override
    public void linksChanged(long nowNanos) {
        // a gateway listens on addresses, not on links
    }

    @Override
    public void proceed(long nowNanos) {
        if (durable != null) {
            durable.deliver();
        }
        gateway.wallClock(wall.nowMillis() / 1000);
        gateway.proceed(nowNanos);
        events.wake();
    }

    @Override
    public long nextNanos() {
        return gateway.nextNanos();
    }

    @Override
    public Reply handle(Request request) {
        return control.reply(now -> answer(now, request));
    }

    private Reply answer(long nowNanos, Request request) {
        return switch (request) {
            case Request.Status _ ->
                new Reply.Status(new NodeStatus.Gateway(
                        config.name(),
                        config.network().interfaceName(),
                        config.listen().stream().map(Listen::toString).toList(),
                        startedMillis,
                        config.state() == null ? null : config.state().toString(),
                        durable == null ? null : durable.failure(),
                        config.clients().size(),
                        sessions(nowNanos),
                        ciphers.names(),
                        drops,
                        StatusView.transports(sockets, GatewayNode::listening)));
            case Request.Sessions _ -> new Reply.Sessions(sessions(nowNanos));
            case Request.Jump _ ->
                new Reply.Refused("ILLEGAL_TRANSITION", "a jump is the client's to make: run `jumpvpn jump` there");
            case Request.Terminate terminate -> terminate(nowNanos, terminate.session());
        };
    }

    private List<SessionStatus> sessions(long nowNanos) {
        Endpoint local = config.listen().getFirst().endpoint();
        return StatusView.of(gateway.sessions(nowNanos), config.name(), local, nowNanos, wall.nowMillis());
    }

    private static String listening(PathSocket socket) {
        return socket.socket.protocol().scheme() + "://" + socket.socket.local();
    }

    private Reply terminate(long nowNanos, String word) {
        Optional<jumpvpn.core.gateway.SessionStatus> session = gateway.sessions(nowNanos).stream()
                .filter(status ->
                        status.id().toString().equals(word) || status.client().equals(word))
                .findFirst();
        if (session.isEmpty()) {
            return new Reply.Refused("SESSION_NOT_FOUND", "there is no session " + word + "; see `jumpvpn sessions`");
        }
        gateway.terminate(nowNanos, session.get().id());
        return new Reply.Done(
                "session " + session.get().id() + " of " + session.get().client() + " ended");
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
        if (durable == null) { // else the sessions go on when this gateway is started again
            control.farewell(gateway::close);
        }
        opened.close();
    }

    /** The table's reports go to the log. */
    private record Told(Log log) implements Reports {
        @Override
        public void warn(String text) {
            log.warn(text);
        }

        @Override
        public void error(String text) {
            log.error(text);
        }
    }
}
