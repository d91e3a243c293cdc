package jumpvpn.lab.bench;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
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
import jumpvpn.core.ownership.ClockReading;
import jumpvpn.core.ownership.MemorySessionTable;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.JdkAead;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.session.Policy;
import jumpvpn.node.host.SystemEntropy;
import org.jspecify.annotations.Nullable;

/** A real gateway with real ciphers and the product's entropy, and as many clients with a session each. */
final class Fleet {
    /** When it begins. */
    static final ClockReading START = new ClockReading(1_000_000_000_000L, 1_795_000_000_000_000_000L);

    private static final int SOCKET = 7;
    private static final int TOGETHER = 500;

    final ArrayList<BenchClient> clients = new ArrayList<>();
    final Gateway gateway;
    /** Boot time at the gateway. */
    long nowNanos = START.bootNanos();
    /** How many events there were. */
    long events;

    private final DropCounters drops = new DropCounters();
    private final LookupTable<Bound> bindings = new LookupTable<>();
    private final Inbound inbound = new Inbound(bindings, drops, true);
    private final Map<Endpoint, byte[]> sent = new HashMap<>();
    /** What was sent last, where only one asks. */
    private byte @Nullable [] last;

    private boolean oneAsks;
    /** Waits for what the table has not said yet. */
    private final Runnable tableSettled;

    /** A gateway with a table in memory to which {@code sessions} clients have connected. */
    Fleet(int sessions) {
        this(sessions, new MemorySessionTable(), () -> {});
    }

    /** The same with the product's table. */
    Fleet(int sessions, DurableTable table) {
        this(sessions, table, () -> table.settle(0));
    }

    private Fleet(int sessions, SessionTable table, Runnable tableSettled) {
        this.tableSettled = tableSettled;
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
                        (_, to, datagram) -> transmit(to, datagram),
                        _ -> events++,
                        table,
                        bindings,
                        new LookupTable<>(),
                        drops,
                        Grace.NONE),
                START.wallNanos() / 1_000_000_000L);
        gateway.start(nowNanos);
        settle();
        eachAsks(this::connect, this::welcomed);
    }

    private void transmit(Endpoint to, byte[] datagram) {
        if (oneAsks) {
            last = datagram;
        } else {
            sent.put(to, datagram);
        }
    }

    /** Every client asks something, many at once, and hears the answer. */
    private void eachAsks(Consumer<BenchClient> question, BiConsumer<BenchClient, byte[]> hears) {
        for (int i = 0; i < clients.size(); i += TOGETHER) {
            List<BenchClient> some = clients.subList(i, Math.min(i + TOGETHER, clients.size()));
            some.forEach(question);
            settle();
            some.forEach(client -> hears.accept(client, answer(client.from)));
        }
    }

    private void connect(BenchClient client) {
        gateway.receive(nowNanos, SOCKET, client.from, client.firstMessage());
        long wireId = client.secondMessage(answer(client.from));
        Binding binding = (Binding) Objects.requireNonNull(bindings.get(0, wireId));
        gateway.receiveControl(nowNanos, binding, client.from, new BindingMessage.Confirm().encode());
    }

    private void welcomed(BenchClient client, byte[] datagram) {
        if (!client.welcome(nowNanos, datagram)) {
            throw new IllegalStateException("the gateway's first packet is no WELCOME");
        }
    }

    /** Every client reattaches. */
    void reattach() {
        eachAsks(
                client -> gateway.receive(nowNanos, SOCKET, client.from, client.request(nowNanos)),
                (client, answer) -> client.answered(nowNanos, answer));
    }

    /** The clients go; the gateway stays. */
    void forgetClients() {
        clients.clear();
        clients.trimToSize();
    }

    private void settle() {
        tableSettled.run();
        while (gateway.nextNanos() <= nowNanos) {
            gateway.proceed(nowNanos);
            tableSettled.run();
        }
    }

    /** Lets the gateway take a datagram that somebody sent; what it answers. */
    byte[] asked(Endpoint from, byte[] datagram) {
        give(from, datagram);
        return Objects.requireNonNull(last, "the gateway said nothing");
    }

    /** Lets the gateway take a datagram; whether it said something. */
    boolean give(Endpoint from, byte[] datagram) {
        oneAsks = true;
        last = null;
        gateway.receive(nowNanos, SOCKET, from, datagram);
        oneAsks = false;
        return last != null;
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

    private byte[] answer(Endpoint to) {
        return Objects.requireNonNull(sent.remove(to), "the gateway said nothing");
    }

    /** Time passes, and the gateway does what falls due. */
    void pass(long nanos) {
        long until = nowNanos + nanos;
        while (gateway.nextNanos() <= until) {
            nowNanos = Math.max(nowNanos, gateway.nextNanos());
            settle();
        }
        nowNanos = until;
    }
}
