package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.Forwarding;
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
import jumpvpn.core.gateway.GatewayPort;
import jumpvpn.core.gateway.Placement;
import jumpvpn.core.gateway.SessionStatus;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.ownership.Member;
import jumpvpn.core.ownership.MemorySessionTable;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.JdkAead;
import jumpvpn.core.security.JdkX25519;
import jumpvpn.core.security.KeyAgreement;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.session.Fault;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;

/** A gateway whose clients are written by hand ({@link HandClient}): nothing is said to it but what a test says, to the nanosecond. */
final class LoneGateway {
    static final long MILLI = 1_000_000;
    static final long SECOND = 1000 * MILLI;
    static final long MINUTE = 60 * SECOND;
    static final int SOCKET = 3;

    /** What the gateway sent. */
    record Sent(long nanos, Endpoint to, byte[] bytes) {}

    final Random random = new Random(7);
    final Crypto crypto = new Crypto(new NonceGuard(new JdkAead()), new Agreement(), random::nextBytes);
    KeyPair key = KeyPair.generate(crypto);
    final MemorySessionTable memory = new MemorySessionTable();
    final ScriptedTable table = new ScriptedTable(memory);
    final List<GatewayConfig.Client> clients = new ArrayList<>();
    final List<Event> events = new ArrayList<>();
    final List<Sent> sent = new ArrayList<>();
    final List<Integer> delivered = new ArrayList<>();
    /** What the world was told of inner addresses. */
    final List<String> world = new ArrayList<>();

    final DropCounters drops = new DropCounters();
    LookupTable<Bound> bindings = new LookupTable<>();
    LookupTable<ForwardingGate> routes = new LookupTable<>();
    Policy policy = Policy.DEFAULT;
    Placement placement = _ -> Placement.Place.HERE;
    List<Member> others = List.of();
    /** In the set of gateways; 0: alone. */
    int number;

    Set<Fault> faults = EnumSet.noneOf(Fault.class);
    List<Prefix> networks = List.of(Prefix.parse("10.77.0.1/24"));
    long now = 1_000_000 * SECOND;
    Gateway gateway;
    /** The socket is one of QUIC's or TCP's. */
    boolean isConnected;

    private boolean isCheap;
    private Inbound inbound;
    private Outbound outbound;

    /** From here on handshakes cost nothing and protect nobody. */
    void cheapAgreement() {
        isCheap = true;
        key = KeyPair.generate(crypto);
    }

    /** Starts, or after a crash starts anew over the table that it had. */
    LoneGateway start() {
        bindings = new LookupTable<>();
        routes = new LookupTable<>();
        Lease lease = new Lease();
        GatewayConfig config = new GatewayConfig(
                "gw1", key, networks, clients, policy, 1400, new Cluster(number, null, placement, others));
        gateway = new Gateway(
                new GatewayContext(
                        config,
                        crypto,
                        new Port(),
                        events::add,
                        table,
                        bindings,
                        routes,
                        drops,
                        Grace.NONE,
                        lease,
                        faults),
                Pair.WALL_SECONDS);
        inbound = new Inbound(bindings, drops, true, lease);
        outbound = new Outbound(routes::get, drops, true, lease, 0, 0);
        gateway.start(now);
        return this;
    }

    /** X25519, or what costs nothing where a test needs a thousand handshakes. */
    private final class Agreement implements KeyAgreement {
        private final KeyAgreement real = new JdkX25519();

        @Override
        public byte[] publicKey(byte[] privateKey) {
            return isCheap ? privateKey.clone() : real.publicKey(privateKey);
        }

        @Override
        public byte[] agree(byte[] privateKey, byte[] publicKey) throws InvalidKeyException {
            if (!isCheap) {
                return real.agree(privateKey, publicKey);
            }
            byte[] agreed = privateKey.clone();
            for (int i = 0; i < agreed.length; i++) {
                agreed[i] ^= publicKey[i];
            }
            return agreed;
        }
    }

    private final class Port implements GatewayPort {
        @Override
        public void transmit(int socket, Endpoint to, byte[] datagram) {
            assertThat(socket).isEqualTo(SOCKET);
            sent.add(new Sent(now, to, datagram.clone()));
        }

        @Override
        public void owns(List<Prefix> inner) {
            world.add("owns " + inner + (inner.stream().anyMatch(this::isClosed) ? " behind a closed gate" : ""));
        }

        /** Whether a packet that comes right now, since the address was announced, is lost. */
        private boolean isClosed(Prefix inner) {
            ForwardingGate gate =
                    routes.get(inner.address().high(), inner.address().low());
            return gate == null || gate.forwarding() instanceof Forwarding.Drop;
        }

        @Override
        public void handsOn(List<Prefix> inner) {
            world.add("hands on " + inner);
        }

        @Override
        public void releases(List<Prefix> inner, long gateway) {
            world.add("releases " + inner + " to " + gateway);
        }

        @Override
        public boolean isConnected(int socket) {
            return isConnected && socket == SOCKET;
        }
    }

    /** A datagram comes in, and what the receiving thread makes of it. */
    void receive(Endpoint from, byte[] bytes) {
        byte[] datagram = bytes.clone();
        IpAddress address = from.address();
        Inbound.Disposition disposition = inbound.accept(
                MemorySegment.ofArray(datagram), 0, datagram.length, now, address.high(), address.low(), from.port());
        if (disposition == Inbound.Disposition.RESTING) {
            gateway.wake(now, inbound.resting());
            disposition = inbound.accept(
                    MemorySegment.ofArray(datagram),
                    0,
                    datagram.length,
                    now,
                    address.high(),
                    address.low(),
                    from.port());
        }
        Binding binding = inbound.binding();
        switch (disposition) {
            case DELIVER -> delivered.add(Inner.number(Slots.payload(datagram, inbound)));
            case CONTROL -> gateway.receiveControl(now, binding, from, Slots.payload(datagram, inbound));
            case UNBOUND -> gateway.receive(now, SOCKET, from, datagram);
            case ACKNOWLEDGED, DROPPED, UNKNOWN, RESTING -> {
                // complete in itself
            }
        }
        if (binding != null && disposition != Inbound.Disposition.UNBOUND && binding.claimWatch()) {
            gateway.watch(now, binding);
        }
    }

    /** Somebody behind the gateway sends an inner packet of 24 bytes. */
    void sendDown(IpAddress inner, int number) {
        byte[] packet = Inner.v4(IpAddress.parse("10.77.0.1"), inner, number);
        byte[] datagram = Slots.framed(packet);
        int length = outbound.accept(MemorySegment.ofArray(datagram), 0, packet.length, now);
        Binding binding = outbound.binding();
        if (length > 0) {
            sent.add(new Sent(now, binding.peer(), Arrays.copyOf(datagram, length)));
            if (binding.claimWatch()) {
                gateway.watch(now, binding);
            }
        }
        if (outbound.resting() != null && outbound.resting().claimWake()) {
            gateway.wake(now, outbound.resting());
        }
    }

    /** Time passes; the gateway is woken exactly when it wants to be. */
    void run(long nanos) {
        long target = now + nanos;
        int turns = 0;
        while (gateway.nextNanos() <= target) {
            long before = now;
            now = Math.max(now, gateway.nextNanos());
            turns = now == before ? turns + 1 : 0;
            assertThat(turns).as("turns at one instant").isLessThan(100);
            gateway.proceed(now);
        }
        now = target;
    }

    /** Time passes and nobody has the processor. */
    void sleep(long nanos) {
        now += nanos;
    }

    List<SessionStatus> sessions() {
        return gateway.sessions(now);
    }

    SessionStatus session() {
        assertThat(sessions()).hasSize(1);
        return sessions().getFirst();
    }

    List<String> told() {
        return Pair.told(events);
    }

    /** State changes as {@code REASON version}. */
    List<String> rows() {
        return events.stream()
                .filter(event -> event.type() == EventType.STATE_CHANGE)
                .map(event -> event.reason() + " " + event.version()
                        + (event.details().contains(new Event.Detail("again", true)) ? " again" : ""))
                .toList();
    }

    List<Event> events(EventType type, ReasonCode reason) {
        return events.stream()
                .filter(event -> event.type() == type && event.reason() == reason)
                .toList();
    }

    /** The value of an event's detail. */
    static Object detail(Event event, String name) {
        return event.details().stream()
                .filter(detail -> detail.name().equals(name))
                .findFirst()
                .orElseThrow()
                .value();
    }

    void forget() {
        events.clear();
        sent.clear();
        delivered.clear();
    }
}
