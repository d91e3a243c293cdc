package jumpvpn.lab.explore;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.Fault;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.SessionState;
import jumpvpn.lab.explore.Choice.Kind;
import jumpvpn.lab.explore.Choice.Limit;
import jumpvpn.lab.sim.ToyAead;
import jumpvpn.lab.sim.ToyAgreement;
import jumpvpn.lab.sim.Violation;

/**
 * One client with two links, one or two gateways, one table, one attacker. Nothing happens by itself: {@link #choices} says what may happen now, {@link #take} lets it
 * happen. Datagrams and answers take no time of their own; time passes by choice only.
 *
 * <pre>
 *   client ─ eth0  10.1.0.2 ──┬── gateway 1
 *          ─ wlan0 10.2.0.2 ──┴── gateway 1, in the world of two: gateway 2
 * </pre>
 */
final class SmallWorld {
    static final Endpoint ATTACKER = new Endpoint(IpAddress.parse("192.0.2.66"), 666);

    private static final long MILLI = 1_000_000L;
    private static final long START_NANOS = 1_000_000_000_000L;
    private static final long LONGEST_SILENCE_NANOS = 120_000 * MILLI;
    private static final long REST_NANOS = 2_000 * MILLI;
    private static final int MOST_WAKES = 20_000;
    private static final Policy POLICY = Policy.DEFAULT
            .with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 20_000 * MILLI)
            .with(PolicyKey.SESSION_MAX_LIFETIME, 3_600_000 * MILLI)
            .with(PolicyKey.TRANSPORT_MAX_CANDIDATES, 2);

    final Bounds bounds;
    final ClientEnd client;
    final Store store;
    final Rules rules;
    private final Set<Fault> faults;
    private final AeadPort aead = new ToyAead();
    private final KeyPair clientKeys;
    private final KeyPair gatewayKeys;
    private final List<GatewayEnd> gateways = new ArrayList<>();
    private final EnumMap<Limit, Integer> left = new EnumMap<>(Limit.class);
    private final List<Message> underWay = new ArrayList<>();
    private final List<Message> recorded = new ArrayList<>();
    private final Deque<Runnable> soon = new ArrayDeque<>();
    private long now = START_NANOS;
    private boolean open;
    private boolean silent;
    private long happened;
    private int packets;

    private SmallWorld(Bounds bounds, Set<Fault> faults) {
        this.bounds = bounds;
        this.faults = faults;
        for (Limit limit : Limit.values()) {
            left.put(limit, bounds.of(limit));
        }
        Crypto crypto = new Crypto(aead, new ToyAgreement(), out -> {
            for (int i = 0; i < out.length; i++) {
                out[i] = (byte) Digest.mix(i, happened++);
            }
        });
        clientKeys = KeyPair.generate(crypto);
        gatewayKeys = KeyPair.generate(crypto);
        rules = new Rules(this);
        store = new Store(this);
        for (int number = 1; number <= bounds.gateways(); number++) {
            gateways.add(new GatewayEnd(this, number));
        }
        client = new ClientEnd(this);
    }

    /** The world as exploration finds it: a session over the first link, at rest, and everything that was sent until then recorded by the attacker. */
    static SmallWorld attached(Bounds bounds, Set<Fault> faults) {
        SmallWorld world = new SmallWorld(bounds, faults);
        world.gateways.forEach(End::start);
        world.settle();
        world.client.start();
        world.settle();
        world.runUntil(world.now + REST_NANOS);
        if (world.client.status().state() != SessionState.ATTACHED) {
            throw new IllegalStateException("no session to begin with: " + world.client.status());
        }
        world.open = true;
        world.rules.look();
        return world;
    }

    long now() {
        return now;
    }

    AeadPort aead() {
        return aead;
    }

    Set<Fault> faults() {
        return faults;
    }

    Policy policy() {
        return POLICY;
    }

    KeyPair clientKeys() {
        return clientKeys;
    }

    KeyPair gatewayKeys() {
        return gatewayKeys;
    }

    List<GatewayEnd> gateways() {
        return gateways;
    }

    List<Message> recorded() {
        return recorded;
    }

    /** The client's address on a link as others see it. */
    static Endpoint outer(int link) {
        return new Endpoint(
                new IpAddress(
                        IpAddress.parse("10.1.0.2").high(),
                        IpAddress.parse("10.1.0.2").low() + (link << 16)),
                10_000);
    }

    /** The gateway that a link leads to. */
    GatewayEnd gatewayOf(int link) {
        return gateways.get(Math.min(link, gateways.size() - 1));
    }

    /** Whether it is chosen what happens; else messages and answers come at once, in order. */
    boolean isOpen() {
        return open;
    }

    /** Something that others can see happened. */
    void happened() {
        happened++;
    }

    /** To be done once what is being done is done. */
    void soon(Runnable action) {
        soon.add(action);
    }

    /** An end sends a datagram. */
    void sent(Message message) {
        happened++;
        rules.sent(message);
        if (silent) {
            return;
        }
        recorded.add(message);
        if (!open) {
            soon(() -> arrive(message));
            return;
        }
        underWay.add(message);
        if (underWay.size() > bounds.slots()) {
            underWay.removeFirst();
        }
    }

    private End end(int number) {
        return number == 0 ? client : gateways.get(number - 1);
    }

    private void arrive(Message message) {
        arrive(message, message.from(), message.bytes());
    }

    /** Brings bytes where a message goes; the link may be down by now, the process gone. */
    private boolean arrive(Message message, Endpoint from, byte[] bytes) {
        End to = end(message.to());
        if (!to.isRunning() || (message.to() == 0 && !client.isUp(message.link()))) {
            return false;
        }
        to.arrive(message.to() == 0 ? client.pathId(message.link()) : 0, from, bytes);
        return true;
    }

    /** What may happen now, in an order that does not change. */
    List<Choice> choices() {
        List<Choice> choices = new ArrayList<>();
        TreeSet<Long> seen = new TreeSet<>();
        for (int i = 0; i < underWay.size(); i++) {
            if (seen.add(underWay.get(i).digest().low())) {
                choices.add(new Choice(Kind.DELIVER, i));
                offer(choices, Kind.DUPLICATE, i);
            }
        }
        for (int i = 0; i < store.asks().size(); i++) {
            Store.Ask ask = store.asks().get(i);
            offer(choices, Kind.APPLY, i, ask.mayApply());
            offer(choices, Kind.ANSWER, i, ask.mayAnswer());
            offer(choices, Kind.FAIL, i, ask.mayFail());
            offer(choices, Kind.DOUBT, i, ask.mayDoubt());
        }
        for (int i = 0; i <= gateways.size(); i++) {
            offer(choices, Kind.KILL, i, end(i).isRunning());
            offer(choices, Kind.START, i, !end(i).isRunning());
            offer(choices, Kind.NOTIFY, i, i > 0 && store.isUntold(gateways.get(i - 1)));
            offer(choices, Kind.PACKET, i, end(i).isRunning() && rules.clientInner() != null);
        }
        offer(choices, Kind.JUMP, 0, client.isRunning());
        offer(choices, Kind.LINK, 0);
        offer(choices, Kind.LINK, 1);
        offer(choices, Kind.WAIT, 0);
        offer(choices, Kind.SILENCE, 0);
        for (int i = 0; i < recorded.size(); i++) {
            boolean heard = end(recorded.get(i).to()).isRunning();
            offer(choices, Kind.REPLAY, i, heard);
            offer(choices, Kind.FORGE, i, heard);
        }
        return choices;
    }

    private void offer(List<Choice> choices, Kind kind, int index) {
        offer(choices, kind, index, true);
    }

    private void offer(List<Choice> choices, Kind kind, int index, boolean possible) {
        if (possible && (kind.limit == null || left.getOrDefault(kind.limit, 0) > 0)) {
            choices.add(new Choice(kind, index));
        }
    }

    /** What a choice would be, for people. */
    String describe(Choice choice) {
        int index = choice.index();
        String about = switch (choice.kind()) {
            case DELIVER, DUPLICATE -> underWay.get(index).toString();
            case APPLY, ANSWER, FAIL, DOUBT -> store.asks().get(index).toString();
            case KILL, START, NOTIFY, PACKET -> end(index).name();
            case LINK -> index + (client.isUp(index) ? " down" : " up");
            case REPLAY, FORGE -> recorded.get(index).toString();
            case WAIT, SILENCE, JUMP -> "";
        };
        return (choice.kind() + " " + about).strip();
    }

    /** Lets it happen, and looks at everything afterwards. */
    void take(Choice choice) {
        Kind kind = choice.kind();
        int index = choice.index();
        if (kind.limit != null) {
            left.merge(kind.limit, -1, Integer::sum);
        }
        switch (kind) {
            case DELIVER -> deliver(underWay.remove(index));
            case DUPLICATE -> deliver(underWay.get(index));
            case WAIT -> pass(Deadlines.NEVER, () -> happened);
            case SILENCE -> silence();
            case JUMP -> client.jump();
            case LINK -> client.toggle(index);
            case PACKET -> packet(index);
            case KILL -> kill(end(index));
            case START -> end(index).start();
            case APPLY -> store.apply(store.asks().get(index));
            case ANSWER -> store.answer(store.asks().get(index));
            case FAIL -> store.fail(store.asks().get(index));
            case DOUBT -> store.doubt(store.asks().get(index));
            case NOTIFY -> store.notify(gateways.get(index - 1));
            case REPLAY ->
                attack(recorded.get(index), ATTACKER, recorded.get(index).bytes());
            case FORGE -> {
                Message message = recorded.get(index);
                attack(message, message.from(), message.forged());
            }
        }
        rules.look();
    }

    private void deliver(Message message) {
        if (arrive(message, message.from(), message.bytes())) {
            rules.heard(message);
        }
    }

    private void attack(Message message, Endpoint from, byte[] bytes) {
        boolean genuine = bytes.length == message.bytes().length && java.util.Arrays.equals(bytes, message.bytes());
        rules.attacked(message, genuine);
        boolean arrived = arrive(message, from, bytes);
        rules.attackOver();
        if (genuine && arrived) {
            rules.heard(message);
        }
    }

    private void packet(int index) {
        IpAddress inner = java.util.Objects.requireNonNull(rules.clientInner());
        packets++;
        end(index).send(index == 0 ? inner : GatewayEnd.INNER, index == 0 ? GatewayEnd.INNER : inner, packets);
    }

    private void kill(End end) {
        end.kill();
        if (end instanceof GatewayEnd gateway) {
            store.killed(gateway);
        }
        rules.killed(end);
    }

    private void silence() {
        silent = true;
        pass(now + LONGEST_SILENCE_NANOS, rules::rows);
        silent = false;
    }

    /** Time passes until the number changes, or this time. */
    private void pass(long until, java.util.function.LongSupplier number) {
        long before = number.getAsLong();
        for (int wakes = 0; number.getAsLong() == before; wakes++) {
            long next = nextNanos();
            if (next == Deadlines.NEVER || next > until) {
                now = until == Deadlines.NEVER ? now : until;
                return;
            }
            if (wakes > MOST_WAKES) {
                throw new Violation("I13", "an end asks to be woken again and again without anything to do");
            }
            wake(next);
        }
    }

    private long nextNanos() {
        long next = client.nextNanos();
        for (End gateway : gateways) {
            next = Math.min(next, gateway.nextNanos());
        }
        return next;
    }

    private void wake(long at) {
        now = Math.max(now, at);
        if (client.nextNanos() <= now) {
            client.proceed();
        }
        for (End gateway : gateways) {
            if (gateway.nextNanos() <= now) {
                gateway.proceed();
            }
        }
    }

    /** Everything that was sent or asked comes at once, in order. */
    private void settle() {
        for (Runnable next = soon.poll(); next != null; next = soon.poll()) {
            next.run();
        }
    }

    private void runUntil(long until) {
        for (int wakes = 0; nextNanos() <= until; wakes++) {
            if (wakes > MOST_WAKES) {
                throw new Violation("I13", "an end asks to be woken again and again without anything to do");
            }
            wake(nextNanos());
            settle();
        }
        now = until;
    }

    /** All that decides what can happen from here on. */
    Digest.Value digest() {
        Digest digest = new Digest().add(now);
        digest.add(client.isRunning() ? 1 : 0).add(client.starts()).add(client.history());
        for (int link = 0; link < 2; link++) {
            digest.add(client.isUp(link) ? 1 : 0).add(client.pathId(link));
        }
        for (GatewayEnd gateway : gateways) {
            digest.add(gateway.isRunning() ? 1 : 0).add(gateway.starts()).add(gateway.history());
        }
        left.forEach((limit, count) -> digest.add(count));
        store.digest(digest);
        sum(digest, underWay);
        if (left.getOrDefault(Limit.ATTACKS, 0) > 0) {
            sum(digest, recorded);
            rules.digestOfHeard(digest);
        }
        return digest.value();
    }

    private static void sum(Digest digest, List<Message> messages) {
        long high = 0;
        long low = 0;
        for (Message message : messages) {
            high += message.digest().high();
            low += message.digest().low();
        }
        digest.add(messages.size()).add(high).add(low);
    }

    /** Contract I9: everybody runs, every link is up, the table answers at once; within so long both ends must have one session and pass packets. */
    void heal(long withinNanos) {
        open = false;
        underWay.clear();
        for (int i = 0; i <= gateways.size(); i++) {
            if (!end(i).isRunning()) {
                end(i).start();
            }
        }
        for (int link = 0; link < 2; link++) {
            if (!client.isUp(link)) {
                client.toggle(link);
            }
        }
        for (Store.Ask ask : List.copyOf(store.asks())) {
            if (ask.mayAnswer() && store.asks().contains(ask)) {
                store.answer(ask);
            }
        }
        long end = now + withinNanos;
        while (!rules.passes() && now < end) {
            gateways.forEach(gateway -> {
                while (store.isUntold(gateway)) {
                    store.notify(gateway);
                }
            });
            settle();
            if (rules.isWhole()) {
                rules.expectPackets();
                packet(0);
                packet(rules.owner());
            }
            settle();
            runUntil(now + 200 * MILLI);
            rules.look();
        }
        if (!rules.passes()) {
            throw new Violation(
                    "I9",
                    "no session that passes packets " + withinNanos / 1_000_000_000
                            + " s after everything was well: client " + client.status() + ", gateways "
                            + gateways.stream().map(GatewayEnd::sessions).toList());
        }
    }
}
