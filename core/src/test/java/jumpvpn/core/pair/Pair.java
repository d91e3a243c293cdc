package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import jumpvpn.core.agent.Agent;
import jumpvpn.core.agent.AgentConfig;
import jumpvpn.core.agent.AgentContext;
import jumpvpn.core.agent.AgentStatus;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.Grace;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.Lease;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.data.Outbound;
import jumpvpn.core.gateway.Cluster;
import jumpvpn.core.gateway.Gateway;
import jumpvpn.core.gateway.GatewayConfig;
import jumpvpn.core.gateway.GatewayContext;
import jumpvpn.core.gateway.Placement;
import jumpvpn.core.gateway.SessionStatus;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.ownership.Member;
import jumpvpn.core.ownership.MemorySessionTable;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.JdkAead;
import jumpvpn.core.security.JdkX25519;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.Fault;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import org.jspecify.annotations.Nullable;

/** One client and one gateway in one thread with real cryptography, seeded entropy and two links between them; time moves only when told. */
final class Pair {
    static final Endpoint GATEWAY = new Endpoint(IpAddress.parse("203.0.113.1"), 4500);
    static final IpAddress GATEWAY_INNER = IpAddress.parse("10.77.0.1");
    static final long MILLI = 1_000_000L;
    static final int SOCKET = 7;
    static final long WALL_SECONDS = 1_795_000_000L;

    /** A datagram under way, or one that was seen on the wire. */
    record Datagram(long nanos, long order, boolean up, Link link, Endpoint from, byte[] bytes) {}

    final Random random = new Random(42);
    final Crypto crypto = new Crypto(new NonceGuard(new JdkAead()), new JdkX25519(), random::nextBytes);
    final KeyPair gatewayKey = KeyPair.generate(crypto);
    final KeyPair clientKey = KeyPair.generate(crypto);
    final Link a = new Link(1, "eth0", "192.0.2.1", GATEWAY, 20);
    final Link b = new Link(2, "wlan0", "198.51.100.1", GATEWAY, 35);
    final Links links = new Links(a, b);

    final List<Event> clientEvents = new ArrayList<>();
    final List<Event> gatewayEvents = new ArrayList<>();
    final List<Datagram> seen = new ArrayList<>();
    final List<Integer> atGateway = new ArrayList<>();
    final List<Integer> atClient = new ArrayList<>();
    final List<Integer> innerMtus = new ArrayList<>();
    final List<String> ends = new ArrayList<>();
    final DropCounters clientDrops = new DropCounters();
    final DropCounters gatewayDrops = new DropCounters();
    Policy policy = Policy.DEFAULT;
    Suite suite = Suite.AES_256_GCM;
    long now = 1_000_000_000_000L;
    Agent agent;
    Gateway gateway;
    MemorySessionTable table = new MemorySessionTable();
    Placement placement = _ -> Placement.Place.HERE;
    List<Member> others = List.of();
    Grace grace = Grace.NONE;
    final Wire wire = new Wire(this);
    Set<Fault> faults = EnumSet.noneOf(Fault.class);
    /** Where links go that lead to the second gateway. */
    @Nullable
    Site second;

    private Inbound clientInbound;
    private Outbound clientOutbound;
    private Inbound gatewayInbound;
    Outbound gatewayOutbound;
    private final PriorityQueue<Datagram> underWay =
            new PriorityQueue<>(Comparator.comparingLong(Datagram::nanos).thenComparingLong(Datagram::order));
    private long order;

    /** A gateway that knows the client, and a client that has both links up and has not started. */
    static Pair ready() {
        return ready(Policy.DEFAULT);
    }

    static Pair ready(Policy policy) {
        Pair pair = new Pair();
        pair.policy = policy;
        pair.startGateway(List.of(pair.client()));
        pair.startClient(pair.gatewayKey.publicKey());
        return pair;
    }

    /** Connected over link a, at rest. */
    static Pair connected() {
        return connected(Policy.DEFAULT);
    }

    static Pair connected(Policy policy) {
        Pair pair = ready(policy);
        pair.connect();
        return pair;
    }

    void connect() {
        agent.start(now);
        await(() -> state() == SessionState.ATTACHED && sessions().size() == 1, 2000);
        run(500);
    }

    GatewayConfig.Client client() {
        return new GatewayConfig.Client("laptop", clientKey.publicKey(), List.of());
    }

    /** A gateway with an empty table. */
    void startGateway(List<GatewayConfig.Client> clients) {
        table = new MemorySessionTable();
        startGatewayOver(clients, table);
    }

    /** The gateway's process is killed and started again; its table has survived. */
    void restartGateway() {
        startGatewayOver(List.of(client()), table);
    }

    void startGatewayOver(List<GatewayConfig.Client> clients, SessionTable over) {
        LookupTable<Bound> bindings = new LookupTable<>();
        LookupTable<ForwardingGate> routes = new LookupTable<>();
        Lease lease = new Lease();
        gateway = new Gateway(
                new GatewayContext(
                        config("gw1", clients),
                        crypto,
                        wire,
                        gatewayEvents::add,
                        over,
                        bindings,
                        routes,
                        gatewayDrops,
                        grace,
                        lease,
                        faults),
                WALL_SECONDS);
        gateway.start(now);
        gatewayInbound = new Inbound(bindings, gatewayDrops, true, lease);
        gatewayOutbound = new Outbound(routes::get, gatewayDrops, true, lease, 0, 0);
    }

    private GatewayConfig config(String name, List<GatewayConfig.Client> clients) {
        return new GatewayConfig(
                name,
                gatewayKey,
                List.of(Prefix.parse("10.77.0.1/24"), Prefix.parse("fd77::1/64")),
                clients,
                policy,
                1400,
                new Cluster(0, null, placement, others));
    }

    /** A second gateway of the same keys; no link leads there yet. */
    Site startSecond(SessionTable over) {
        second = new Site(this, config("gw2", List.of(client())), over);
        return second;
    }

    void startClient(byte[] trustedGatewayKey) {
        LookupTable<Bound> bindings = new LookupTable<>();
        ForwardingGate gate = new ForwardingGate();
        AgentConfig own = links.config(clientKey, suite, trustedGatewayKey);
        agent = new Agent(
                new AgentContext(own, crypto, new ClientPort(this), clientEvents::add, bindings, gate, clientDrops));
        clientInbound = new Inbound(bindings, clientDrops, false);
        clientOutbound = new Outbound((_, _) -> gate, clientDrops, false);
        List.of(a, b).forEach(link -> agent.pathUp(now, link.path));
    }

    void up(Link link, byte[] datagram) {
        Datagram sent = new Datagram(
                now + link.delayNanos + link.lateUpNanos.applyAsLong(datagram),
                order++,
                true,
                link,
                link.outer,
                datagram);
        seen.add(new Datagram(now, sent.order, true, link, link.outer, datagram.clone()));
        if (link.carriesUp(datagram)) {
            underWay.add(sent);
            again(sent);
        }
    }

    void down(int socket, Endpoint to, byte[] datagram) {
        assertThat(socket).isEqualTo(SOCKET);
        for (Link link : links.all()) {
            if (link.outer.equals(to)) {
                seen.add(new Datagram(now, order, false, link, GATEWAY, datagram.clone()));
                if (link.carriesDown(datagram)) {
                    Datagram sent = new Datagram(
                            now + link.delayNanos + link.lateDownNanos.applyAsLong(datagram),
                            order++,
                            false,
                            link,
                            GATEWAY,
                            datagram);
                    underWay.add(sent);
                    again(sent);
                }
            }
        }
    }

    private void again(Datagram sent) {
        if (sent.link.twice.test(sent.bytes)) {
            underWay.add(
                    new Datagram(sent.nanos + 3 * MILLI, order++, sent.up, sent.link, sent.from, sent.bytes.clone()));
        }
    }

    /** Somebody sends these bytes to the gateway, from anywhere. */
    void inject(Endpoint from, byte[] datagram) {
        gatewayReceives(from, datagram.clone());
    }

    private void gatewayReceives(Endpoint from, byte[] datagram) {
        byte[] room = Slots.room(datagram);
        Inbound.Disposition disposition = Site.accept(gatewayInbound, from, room, datagram.length, now);
        if (disposition == Inbound.Disposition.RESTING) {
            gateway.wake(now, gatewayInbound.resting());
            disposition = Site.accept(gatewayInbound, from, room, datagram.length, now);
        }
        switch (disposition) {
            case DELIVER -> atGateway.add(Inner.number(Slots.payload(room, gatewayInbound)));
            case CONTROL ->
                gateway.receiveControl(now, gatewayInbound.binding(), from, Slots.payload(room, gatewayInbound));
            case UNBOUND -> gateway.receive(now, SOCKET, from, datagram);
            case RELAY -> wire.fromClient(gatewayInbound, room);
            case TO_CLIENT -> sendDown(Slots.payload(room, gatewayInbound));
            case ACKNOWLEDGED, DROPPED, UNKNOWN, RESTING, PENDING -> {
                // complete in itself
            }
        }
        Binding binding = gatewayInbound.binding();
        if (binding != null && disposition != Inbound.Disposition.UNBOUND && binding.claimWatch()) {
            gateway.watch(now, binding);
        }
    }

    private void clientReceives(int pathId, byte[] datagram) {
        byte[] room = Slots.room(datagram);
        Inbound.Disposition disposition = Site.accept(clientInbound, GATEWAY, room, datagram.length, now);
        switch (disposition) {
            case DELIVER -> atClient.add(Inner.number(Slots.payload(room, clientInbound)));
            case CONTROL -> agent.receiveControl(now, clientInbound.binding(), Slots.payload(room, clientInbound));
            case UNBOUND -> agent.receive(now, pathId, datagram);
            case ACKNOWLEDGED, DROPPED, UNKNOWN, RESTING -> {} // complete in itself
        }
        Binding binding = clientInbound.binding();
        if (binding != null && disposition != Inbound.Disposition.UNBOUND && binding.claimWatch()) {
            agent.watch(now, binding);
        }
    }

    /** The client's host sends an inner packet. */
    void sendUp(int number) {
        sendUp(Inner.v4(inner(), GATEWAY_INNER, number));
    }

    void sendUp(byte[] packet) {
        byte[] datagram = Slots.framed(packet);
        int length = clientOutbound.accept(MemorySegment.ofArray(datagram), 0, packet.length, now);
        Binding binding = clientOutbound.binding();
        if (length > 0) {
            for (byte[] sealed : Slots.parts(datagram, length, clientOutbound)) {
                up(links.of(binding.pathId), sealed);
            }
            if (binding.claimWatch()) {
                agent.watch(now, binding);
            }
        }
    }

    /** Somebody behind the gateway sends an inner packet to the client. */
    void sendDown(int number) {
        sendDown(Inner.v4(GATEWAY_INNER, inner(), number));
    }

    void sendDown(byte[] packet) {
        byte[] datagram = Slots.framed(packet);
        int length = gatewayOutbound.accept(MemorySegment.ofArray(datagram), 0, packet.length, now);
        Binding binding = gatewayOutbound.binding();
        if (length > 0) {
            for (byte[] sealed : Slots.parts(datagram, length, gatewayOutbound)) {
                down(SOCKET, binding.peer(), sealed);
                if (gatewayOutbound.copy() != null) {
                    down(SOCKET, gatewayOutbound.copy(), sealed.clone());
                }
            }
            if (binding.claimWatch()) {
                gateway.watch(now, binding);
            }
        }
        wire.toClient(gatewayOutbound, packet);
        Site.wake(gateway, gatewayOutbound, now);
    }

    /** Lets time pass; packets go before deadlines. */
    void run(long millis) {
        runUntil(now + millis * MILLI);
    }

    private void runUntil(long target) {
        int turns = 0;
        long last = now;
        while (true) {
            long next = Math.min(agent.nextNanos(), gateway.nextNanos());
            next = second == null ? next : Math.min(next, second.gateway.nextNanos());
            next = underWay.isEmpty() ? next : Math.min(next, underWay.peek().nanos);
            if (next > target) {
                now = target;
                return;
            }
            now = Math.max(now, next);
            turns = now == last ? turns + 1 : 0;
            last = now;
            assertThat(turns)
                    .as("turns at one instant: somebody wants to be woken without end")
                    .isLessThan(1000);
            while (!underWay.isEmpty() && underWay.peek().nanos <= now) {
                Datagram due = underWay.poll();
                if (due.up && due.link.leadsToSecond && second != null) {
                    second.receives(due.from, due.bytes);
                } else if (due.up) {
                    gatewayReceives(due.from, due.bytes);
                } else {
                    clientReceives(due.link.path.id(), due.bytes);
                }
            }
            agent.proceed(now);
            gateway.proceed(now);
            if (second != null) {
                second.gateway.proceed(now);
            }
        }
    }

    /** Nobody gets the processor for so long: a suspend, or a starved machine. */
    void sleep(long millis) {
        now += millis * MILLI;
    }

    /** Lets time pass until something holds; returns after how many milliseconds. */
    long await(BooleanSupplier holds, long mostMillis) {
        for (long waited = 0; waited <= mostMillis; waited++) {
            if (holds.getAsBoolean()) {
                return waited;
            }
            run(1);
        }
        throw new AssertionError(
                "not within " + mostMillis + " ms\nclient:\n  " + String.join("\n  ", told(clientEvents))
                        + "\ngateway:\n  " + String.join("\n  ", told(gatewayEvents)) + "\nends: " + ends);
    }

    SessionState state() {
        return agent.status(now).state();
    }

    AgentStatus status() {
        return agent.status(now);
    }

    List<SessionStatus> sessions() {
        return gateway.sessions(now);
    }

    IpAddress inner() {
        return status().inner().getFirst().address();
    }

    /** Sends packets both ways every few milliseconds and lets time pass between them. */
    void chat(int firstNumber, int packets, long everyMillis) {
        for (int i = 0; i < packets; i++) {
            sendUp(firstNumber + i);
            sendDown(firstNumber + i);
            run(everyMillis);
        }
    }

    void forgetEvents() {
        clientEvents.clear();
        gatewayEvents.clear();
        seen.clear();
        atClient.clear();
        atGateway.clear();
    }

    /** Events as {@code TYPE reason}, a state change as {@code FROM>TO reason}. */
    static List<String> told(List<Event> events) {
        return events.stream()
                .map(event -> (event.type() == EventType.STATE_CHANGE ? event.from() + ">" + event.to() : event.type())
                        + " " + event.reason())
                .toList();
    }

    static long count(List<Event> events, EventType type, ReasonCode reason) {
        return events.stream()
                .filter(event -> event.type() == type && event.reason() == reason)
                .count();
    }
}
