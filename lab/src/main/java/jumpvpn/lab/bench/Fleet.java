package jumpvpn.lab.bench;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.Grace;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.gateway.Gateway;
import jumpvpn.core.gateway.GatewayConfig;
import jumpvpn.core.gateway.GatewayContext;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.JdkAead;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.session.Policy;
import jumpvpn.node.host.SystemEntropy;
import org.jspecify.annotations.Nullable;

/** A real gateway with real ciphers, the product's entropy and a table in memory, and as many clients with a session each. */
final class Fleet {
    private static final int SOCKET = 7;
    private static final long WALL_SECONDS = 1_795_000_000L;

    final List<BenchClient> clients = new ArrayList<>();
    final Gateway gateway;
    /** Boot time at the gateway. */
    long nowNanos = 1_000_000_000_000L;
    /** How many events there were. */
    long events;

    /** The session table; the product has its records on disk too. */
    final DetachedTable table = new DetachedTable();

    private final DropCounters drops = new DropCounters();
    private final LookupTable<Bound> bindings = new LookupTable<>();
    private final Inbound inbound = new Inbound(bindings, drops, true);
    private byte @Nullable [] sent;

    /** A gateway to which {@code sessions} clients have connected. */
    Fleet(int sessions) {
        Random seeded = new Random(1);
        Crypto births = new Crypto(new JdkAead(), new CheapAgreement(), seeded::nextBytes);
        KeyPair own = KeyPair.generate(births);
        List<GatewayConfig.Client> known = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            BenchClient client = new BenchClient(births, own.publicKey(), i);
            clients.add(client);
            known.add(new GatewayConfig.Client("client" + i, client.own.publicKey(), List.of()));
        }
        GatewayConfig config =
                new GatewayConfig("gw1", own, List.of(Prefix.parse("10.0.0.1/8")), known, Policy.DEFAULT, 1400);
        Crypto crypto = new Crypto(new JdkAead(), new CheapAgreement(), new SystemEntropy());
        gateway = new Gateway(
                new GatewayContext(
                        config,
                        crypto,
                        (_, _, datagram) -> sent = datagram,
                        _ -> events++,
                        table,
                        bindings,
                        new LookupTable<>(),
                        drops,
                        Grace.NONE),
                WALL_SECONDS);
        gateway.start(nowNanos);
        clients.forEach(this::connect);
    }

    private void connect(BenchClient client) {
        long wireId = client.secondMessage(asked(client.from, client.firstMessage()));
        Binding binding = (Binding) Objects.requireNonNull(bindings.get(0, wireId));
        gateway.receiveControl(nowNanos, binding, client.from, new BindingMessage.Confirm().encode());
        client.welcome(nowNanos, answer());
    }

    /** Lets the gateway take a datagram that somebody sent; what it answers. */
    byte[] asked(Endpoint from, byte[] datagram) {
        give(from, datagram);
        return answer();
    }

    /** Lets the gateway take a datagram; whether it said something. */
    boolean give(Endpoint from, byte[] datagram) {
        sent = null;
        gateway.receive(nowNanos, SOCKET, from, datagram);
        return sent != null;
    }

    /** A packet in a binding arrives, as the packet thread takes it. */
    void arrives(Endpoint from, byte[] datagram) {
        MemorySegment memory = MemorySegment.ofArray(datagram);
        if (accept(memory, from) == Inbound.Disposition.RESTING) {
            gateway.wake(nowNanos, Objects.requireNonNull(inbound.resting()));
            accept(memory, from);
        }
        Binding binding = Objects.requireNonNull(inbound.binding(), "the packet was not taken");
        byte[] message =
                Arrays.copyOfRange(datagram, PacketLayout.PAYLOAD, PacketLayout.PAYLOAD + inbound.payloadLength());
        gateway.receiveControl(nowNanos, binding, from, message);
        if (binding.claimWatch()) {
            gateway.watch(nowNanos, binding);
        }
    }

    private Inbound.Disposition accept(MemorySegment memory, Endpoint from) {
        int length = (int) memory.byteSize();
        return inbound.accept(
                memory,
                0,
                length,
                nowNanos,
                from.address().high(),
                from.address().low(),
                from.port());
    }

    private byte[] answer() {
        byte[] answer = Objects.requireNonNull(sent, "the gateway said nothing");
        sent = null;
        return answer;
    }

    /** Time passes, and the gateway does what falls due. */
    void pass(long nanos) {
        long until = nowNanos + nanos;
        while (gateway.nextNanos() <= until) {
            nowNanos = Math.max(nowNanos, gateway.nextNanos());
            gateway.proceed(nowNanos);
        }
        nowNanos = until;
    }
}
