package jumpvpn.lab.explore;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.observability.Event;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.SessionState;
import jumpvpn.lab.explore.Choice.Kind;
import jumpvpn.lab.explore.Choice.Limit;
import jumpvpn.lab.sim.Violation;
import org.jspecify.annotations.Nullable;

/**
 * One client with two links, one or two gateways, one table, one attacker. Nothing happens by itself: {@link #choices} says what may happen now, {@link #take} lets it
 * happen. Datagrams and answers take no time of their own; time passes by choice only. A world can be copied: what its processes are never changes ({@link Life}).
 *
 * <pre>
 *   client ─ eth0  10.1.0.2 ──┬── gateway 1
 *          ─ wlan0 10.2.0.2 ──┴── gateway 1, in the world of two: gateway 2
 * </pre>
 */
final class SmallWorld {
    private static final long MILLI = 1_000_000L;
    private static final long START_NANOS = 1_000_000_000_000L;
    private static final long LONGEST_WAIT_NANOS = 120_000 * MILLI;
    private static final long REST_NANOS = 2_000 * MILLI;
    private static final int MOST_WAKES = 20_000;

    final Given given;
    final Net net;
    final Store store;
    final Rules rules;
    private final Lives lives;
    private final End[] ends;
    private final byte[] left;
    private final Deque<Runnable> soon = new ArrayDeque<>();
    private @Nullable Story story;
    private long now = START_NANOS;
    private boolean open;
    private boolean passing;
    private long happened;
    private int packets;

    private SmallWorld(Given given, Lives lives) {
        this.given = given;
        this.lives = lives;
        left = new byte[Limit.values().length];
        for (Limit limit : Limit.values()) {
            left[limit.ordinal()] = (byte) given.bounds().of(limit);
        }
        ends = new End[given.bounds().gateways() + 1];
        for (int number = 0; number < ends.length; number++) {
            ends[number] = End.unborn(number);
        }
        net = new Net(this);
        rules = new Rules(this);
        store = new Store(this);
    }

    private SmallWorld(SmallWorld from) {
        given = from.given;
        lives = from.lives;
        left = from.left.clone();
        ends = from.ends.clone();
        net = new Net(this, from.net);
        story = from.story;
        now = from.now;
        open = from.open;
        passing = from.passing;
        happened = from.happened;
        packets = from.packets;
        rules = new Rules(this, from.rules);
        store = new Store(this, from.store);
    }

    /** The same, to go another way from here. */
    SmallWorld copy() {
        return new SmallWorld(this);
    }

    /** The world as exploration finds it: a session over the first link, at rest, and everything that was sent until then recorded by the attacker. */
    static SmallWorld attached(Given given, Lives lives) {
        SmallWorld world = new SmallWorld(given, lives);
        given.gateways().forEach(world::start);
        world.settle();
        world.start(0);
        world.settle();
        world.runUntil(world.now + REST_NANOS);
        if (world.ends[0].shown().status().state() != SessionState.ATTACHED) {
            throw new IllegalStateException(
                    "no session to begin with: " + world.ends[0].shown().status());
        }
        world.open = true;
        world.rules.look();
        return world;
    }

    long now() {
        return now;
    }

    /** How often something of this kind may still happen. */
    int left(Limit limit) {
        return left[limit.ordinal()];
    }

    End end(int number) {
        return ends[number];
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

    /** Something comes into a process; what comes out of it happens. */
    void come(int number, Input input) {
        Lives.Step step = lives.next(ends[number].alive(), input, !passing);
        ends[number] = ends[number].living(step.after());
        step.outputs().forEach(output -> take(number, output));
    }

    private void start(int number) {
        int start = ends[number].start() + 1;
        Lives.Step step = lives.started(new Input.Start(now, number, start, number == 0 ? net.linksUp() : 0));
        ends[number] = ends[number].started(step.after());
        step.outputs().forEach(output -> take(number, output));
    }

    private void take(int number, Output output) {
        End end = ends[number];
        switch (output) {
            case Output.Said(Event event) -> {
                story = new Story(story, number, end.start(), event);
                rules.said(end, event);
            }
            case Output.Sent(Message message) -> net.sent(message);
            case Output.Delivered delivered -> rules.delivered(end, delivered);
            case Output.Marked(var mark) -> store.mark(mark);
            case Output.Sealed(long key) -> {
                rules.sealed(end, key);
                ends[number] = end.sealing(key);
            }
            case Output.Asked asked -> {
                happened++;
                rules.asked(end, asked);
                store.ask(end, asked);
            }
        }
    }

    /** Whether something would change a process. */
    boolean leavesTrace(int number, Input input) {
        return lives.leavesTrace(ends[number].alive(), input);
    }

    /** What may happen now, in an order that does not change. */
    List<Choice> choices() {
        return new Offer(this).choices();
    }

    /** Lets it happen, and looks at everything afterwards. */
    void take(Choice choice) {
        Kind kind = choice.kind();
        int index = choice.index();
        if (kind.limit != null) {
            left[kind.limit.ordinal()]--;
        }
        switch (kind) {
            case DELIVER -> net.deliver(net.underWay().remove(index));
            case LOSE -> net.underWay().remove(index);
            case DUPLICATE -> net.deliver(net.underWay().get(index));
            case WAIT -> pass(now + LONGEST_WAIT_NANOS, () -> happened);
            case SILENCE -> silence();
            case JUMP -> come(0, new Input.Jump(now));
            case LINK -> toggle(index);
            case PACKET -> packet(index);
            case KILL -> kill(index);
            case START -> start(index);
            case APPLY -> store.apply(store.asks().get(index));
            case ANSWER -> store.answer(store.asks().get(index));
            case FAIL -> store.fail(store.asks().get(index));
            case DOUBT -> store.doubt(store.asks().get(index));
            case NOTIFY -> store.tell(index);
            case REPLAY -> net.attack(index, false);
            case FORGE -> net.attack(index, true);
        }
        if (left(Limit.ATTACKS) == 0) {
            net.recorded().clear();
        }
        rules.look();
    }

    private void toggle(int link) {
        net.toggle(link);
        if (ends[0].isRunning()) {
            come(0, new Input.Toggle(now, link));
        }
    }

    private void packet(int by) {
        IpAddress inner = Objects.requireNonNull(rules.clientInner());
        packets++;
        come(by, new Input.Packet(now, packets, by == 0 ? inner : Given.INNER, by == 0 ? Given.INNER : inner));
    }

    private void kill(int number) {
        ends[number] = ends[number].killed();
        if (number > 0) {
            store.killed(number);
        }
        rules.killed(number);
    }

    private void silence() {
        net.silent(true);
        pass(now + LONGEST_WAIT_NANOS, rules::rows);
        net.silent(false);
    }

    /** Time passes until the number changes, or this time. */
    private void pass(long until, LongSupplier number) {
        long before = number.getAsLong();
        for (int wakes = 0; number.getAsLong() == before; wakes++) {
            long next = nextNanos();
            if (next > until) {
                now = until;
                return;
            }
            if (wakes > MOST_WAKES) {
                throw new Violation("I13", "an end asks to be woken again and again without anything to do");
            }
            wake(next);
        }
    }

    private long nextNanos() {
        long next = Deadlines.NEVER;
        for (End end : ends) {
            next = Math.min(next, end.nextNanos());
        }
        return next;
    }

    private void wake(long at) {
        now = Math.max(now, at);
        for (int number = 0; number < ends.length; number++) {
            if (ends[number].nextNanos() <= now) {
                come(number, new Input.Time(now));
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

    /** All that decides what can happen from here on. @param judged and how that will be judged */
    Digest.Value digest(boolean judged) {
        Digest digest = new Digest().add(now).add(rules.expected());
        for (End end : ends) {
            end.digest(digest);
        }
        if (judged) {
            rules.digest(digest);
        }
        digest.add(left);
        store.digest(digest);
        net.digest(digest);
        return digest.value();
    }

    /**
     * Everybody runs, every link is up, what was under way is lost, the table has answered, nothing bad can happen any more, and from here on the table and the network
     * answer at once.
     */
    void allIsWell() {
        open = false;
        passing = true;
        net.clear();
        Arrays.fill(left, (byte) 0);
        for (End end : ends) {
            if (!end.isRunning()) {
                start(end.number());
            }
        }
        for (int link = 0; link < Given.LINKS; link++) {
            if (!net.isUp(link)) {
                toggle(link);
            }
        }
        for (Store.Ask ask : List.copyOf(store.asks())) {
            if (ask.mayAnswer() && store.asks().contains(ask)) {
                store.answer(ask);
            }
        }
    }

    /** What was said until now must not contradict itself. */
    void audit() {
        Story.audit(story, given.policy());
    }

    /** What everybody shows, for people. */
    String shown() {
        StringBuilder text = new StringBuilder();
        for (End end : ends) {
            text.append(end.name()).append(' ');
            text.append(
                    !end.isRunning()
                            ? "is gone"
                            : end.isClient()
                                    ? end.shown().status()
                                    : end.shown().sessions());
            text.append("; ");
        }
        return text.toString();
    }

    /** A packet each way. */
    void packets(int gateway) {
        packet(0);
        packet(gateway);
        settle();
    }

    /** Time passes while all is well. */
    void goOn(long nanos) {
        for (int gateway : given.gateways()) {
            while (store.isUntold(gateway)) {
                store.tell(gateway);
            }
        }
        settle();
        runUntil(now + nanos);
        rules.look();
    }
}
