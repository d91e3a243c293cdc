package jumpvpn.node.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.Lease;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.data.PacketTurns;
import jumpvpn.core.data.Resting;
import jumpvpn.core.gateway.Gateway;
import jumpvpn.core.gateway.GatewayContext;
import jumpvpn.core.gateway.GatewayPort;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.ownership.ClockReading;
import jumpvpn.core.ownership.Member;
import jumpvpn.core.ownership.MemorySessionTable;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.Fault;
import jumpvpn.core.session.Role;
import jumpvpn.node.config.Cluster;
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
import jumpvpn.node.ownership.DeliveringTable;
import jumpvpn.node.ownership.etcd.EtcdSessionTable;
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
    private final DropCounters drops = new DropCounters();
    private final Sockets sockets;
    private final Listeners listeners;
    private final EventLog events;
    private final CryptoChoice ciphers;
    private final Crypto crypto;
    private final @Nullable DeliveringTable table;
    private final NetworkConfig network;
    private final @Nullable InsideNetwork inside;
    private final LinkMonitor links;
    private final ControlLoop control;
    private final Gateway gateway;
    private final @Nullable SharedStore store;
    private final GatewayAnswers answers;
    private final EarlyHandshakes early = new EarlyHandshakes();
    private final PacketPath packets;
    private boolean closed;

    private GatewayNode(GatewayConfig config, Log log, Set<Fault> faults, Opened opened)
            throws StartException, LinuxException {
        this.config = config;
        this.opened = opened;
        sockets = new Sockets(config.packets().shards());
        listeners = new Listeners(sockets);
        Ciphers choosing = Ciphers.choosing(config);
        events = events(log);
        ciphers = choosing.chosen(log);
        crypto = ciphers.crypto(new SystemEntropy());
        jumpvpn.core.gateway.GatewayConfig engineConfig = EngineConfig.of(config, crypto, MTU);
        table = table(engineConfig, log);
        network = NetworkConfig.open();
        opened.add(network::close);
        links = LinkMonitor.open();
        opened.add(links::close);
        opened.add(sockets::closeAll);
        listen(log);
        sockets.ways(ways(engineConfig.cluster().others(), log));
        List<TunDevice> queues = PacketPath.queues(config.network().interfaceName(), config.packets(), opened);
        raise(log);
        inside = inside(log);
        closeStoreBeside();
        control = new ControlLoop(clock, log, links);
        opened.add(control::close);
        PacketTurns turns = PacketPath.turns(sockets.shards());
        GatewayContext context = context(engineConfig, turns, faults);
        gateway = new Gateway(context, wall.nowMillis() / 1000);
        AdmittedClients clients = new AdmittedClients(config);
        store = store(clients, log);
        gateway.start(clock.nowNanos());
        answers = new GatewayAnswers(
                new GatewayAnswers.Told(config, clients, gateway, table, store, sockets, ciphers.names(), drops, wall));
        packets = packets(
                log,
                new PacketPath.Tables(context.bindings(), context.routes()::get, context.lease(), true),
                turns,
                queues);
    }

    private EventLog events(Log log) throws StartException {
        EventLog made = EventLog.open(config, Role.GATEWAY, wall, log);
        opened.add(made::close);
        if (!config.exports().isEmpty()) {
            Exporting.add(config, Role.GATEWAY, made, log, opened, () -> handle(new Request.Status(), Through.CONTROL));
        }
        return made;
    }

    private @Nullable SharedStore store(AdmittedClients clients, Log log) {
        return table instanceof EtcdSessionTable etcd ? new SharedStore(etcd, config, clients, gateway, log) : null;
    }

    /** What leads the network inside and the store may both take a while to end, and neither needs the other. */
    private void closeStoreBeside() {
        if (table instanceof EtcdSessionTable etcd) {
            opened.add(() -> Thread.ofVirtual().start(etcd::close));
        }
    }

    private void raise(Log log) throws StartException, LinuxException {
        InnerNetwork inner = new InnerNetwork(network, log);
        opened.add(inner::close);
        inner.raise(config.network().interfaceName(), MTU, config.network().addresses(), List.of());
        forward(inner);
    }

    /** What leads the network behind to this gateway, if its file asks for that. */
    private @Nullable InsideNetwork inside(Log log) throws StartException {
        Cluster cluster = config.cluster();
        if (cluster.inside() == null && cluster.onOwn() == null && cluster.onRelease() == null) {
            return null;
        }
        InsideNetwork.Setting setting =
                new InsideNetwork.Setting(cluster.inside(), cluster.onOwn(), cluster.onRelease());
        try {
            InsideNetwork started =
                    InsideNetwork.start(setting, config.network().addresses(), network, log);
            opened.add(started::close);
            return started;
        } catch (IOException e) {
            throw new StartException(config.file() + ": [cluster]: " + e.getMessage(), e);
        }
    }

    private GatewayContext context(
            jumpvpn.core.gateway.GatewayConfig engineConfig, PacketTurns turns, Set<Fault> faults) {
        if (faults.contains(Fault.FENCING_OFF) && table instanceof EtcdSessionTable etcd) {
            etcd.withoutFence();
        }
        return new GatewayContext(
                engineConfig,
                crypto,
                port(engineConfig),
                events,
                table == null ? new MemorySessionTable() : table.waking(control::wake),
                new LookupTable<>(),
                new LookupTable<>(),
                drops,
                turns,
                new Lease(),
                faults);
    }

    private GatewayPort port(jumpvpn.core.gateway.GatewayConfig engineConfig) {
        if (inside == null) {
            return sockets;
        }
        ClusterPort port = new ClusterPort(
                sockets, inside, engineConfig.ownerId(), engineConfig.cluster().others());
        if (table instanceof EtcdSessionTable etcd) {
            etcd.onOwner(port::heard);
        }
        return port;
    }

    private PacketPath packets(Log log, PacketPath.Tables tables, PacketTurns turns, List<TunDevice> queues)
            throws LinuxException {
        PacketPath.Shared shared = new PacketPath.Shared(clock, log, sockets, drops, control, this, turns);
        PacketPath path = new PacketPath(shared, tables, queues, listeners, config.packets());
        opened.add(path::close);
        return path;
    }

    /**
     * Starts a gateway.
     *
     * @throws StartException with words for its user
     */
    public static GatewayNode start(GatewayConfig config, Log log) throws StartException {
        return start(config, log, EnumSet.noneOf(Fault.class));
    }

    /**
     * Starts a gateway whose engine a lab has broken.
     *
     * @throws StartException with words for its user
     */
    public static GatewayNode start(GatewayConfig config, Log log, Set<Fault> faults) throws StartException {
        Opened opened = new Opened(log);
        try {
            GatewayNode node = new GatewayNode(config, log, faults, opened);
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
        Packets possible = Transports.possible(config.packets(), log);
        for (Listen listen : udpFirst()) {
            try {
                boolean isShared = config.listen().stream().anyMatch(listen::sharesPortWith);
                listeners.add(Transports.listen(listen.protocol(), listen.endpoint(), isShared, possible));
                warn(listen, possible, log);
            } catch (LinuxException e) {
                throw new StartException(config.file() + ":" + listen.line() + ": " + e.getMessage(), e);
            }
        }
    }

    private List<Listen> udpFirst() {
        return config.listen().stream()
                .sorted(Comparator.comparing(Listen::protocol))
                .toList();
    }

    private Map<Long, Sockets.Way> ways(List<Member> others, Log log) {
        return Listeners.ways(
                udpFirst(),
                others,
                member -> log.warn(config.file() + ": no UDP port of \"listen\" is of the family of "
                        + member.endpoints() + ", so clients that go to \"" + member.name()
                        + "\" lose packets meanwhile: listen on udp:// of that family, too"));
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

    private void forward(InnerNetwork inner) throws StartException {
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

    private @Nullable DeliveringTable table(jumpvpn.core.gateway.GatewayConfig engineConfig, Log log)
            throws StartException {
        DeliveringTable opening = Table.open(config, engineConfig, crypto, this::clocks, log);
        if (opening != null) {
            opened.add(opening::close);
        }
        return opening;
    }

    private ClockReading clocks() {
        return new ClockReading(clock.nowNanos(), wall.nowMillis() * NANOS_PER_MILLI);
    }

    @Override
    public void receive(long nowNanos, int socketId, Endpoint from, byte[] datagram) {
        boolean isHandshake = datagram.length > 0 && datagram[0] == MessageType.HANDSHAKE_INIT;
        if (isHandshake && !gateway.isOpen(nowNanos)) {
            early.keep(nowNanos, socketId, from, datagram);
        } else {
            gateway.receive(nowNanos, socketId, from, datagram);
        }
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
        if (inside != null) { // a gateway listens on addresses, not on links
            inside.linksChanged();
        }
    }

    @Override
    public void proceed(long nowNanos) {
        try {
            turn(nowNanos);
        } finally {
            events.wake();
        }
    }

    private void turn(long nowNanos) {
        if (store != null) {
            store.deliver(nowNanos);
        } else if (table != null) {
            table.deliver();
        }
        gateway.wallClock(wall.nowMillis() / 1000);
        gateway.proceed(nowNanos);
        if (!early.isEmpty() && gateway.isOpen(nowNanos)) {
            early.take(nowNanos)
                    .forEach(each -> gateway.receive(nowNanos, each.socketId(), each.from(), each.datagram()));
        }
    }

    @Override
    public long nextNanos() {
        return store == null ? gateway.nextNanos() : Math.min(gateway.nextNanos(), store.nextNanos());
    }

    @Override
    public Reply handle(Request request, Through through) {
        return answers.isTheStores(request)
                ? control.laterReply((hears, now) ->
                        answers.askStore(now, request, (reply, at) -> hears.accept(told(at, request, through, reply))))
                : control.reply(now -> told(now, request, through, answers.answer(now, request)));
    }

    private Reply told(long nowNanos, Request request, Through through, Reply reply) {
        return OperatorAction.told(events, Role.GATEWAY, nowNanos, request, through, reply);
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
        if (table == null) {
            control.farewell(gateway::close);
        } else { // the sessions go on when this gateway is started again, or at another
            control.farewell(this::leave);
        }
        opened.close();
    }

    /** Clients that can go elsewhere need not wait until they miss this gateway. */
    private void leave(long nowNanos) {
        if (store != null && store.hasOthers()) {
            gateway.drain(nowNanos);
        }
        gateway.leave(nowNanos);
    }
}
