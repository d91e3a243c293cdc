package jumpvpn.lab.explore;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * The session table of all gateways. It is linearizable; when a commit takes effect, when and what it answers and when a gateway hears of it is chosen from outside.
 * Signs of life are taken and answered at once. A single gateway hears of a commit at once.
 */
final class Store {
    /**
     * Something that was asked of the table and is not over.
     *
     * @param by the gateway
     * @param start of the gateway
     * @param outcome of a commit that was tried
     * @param answered whether nobody waits for it
     */
    record Ask(
            int by, int start, Output.Asked asked, @Nullable Outcome outcome, boolean answered) {
        boolean mayApply() {
            return asked.isCommit() && outcome == null;
        }

        boolean mayAnswer() {
            return !answered;
        }

        boolean mayFail() {
            return !answered && outcome == null && (asked.isCommit() || asked.isRead());
        }

        boolean mayDoubt() {
            return !answered && asked.isCommit();
        }

        private boolean isOver() {
            return answered && (!asked.isCommit() || outcome != null);
        }

        private Ask tried(Outcome ended) {
            return new Ask(by, start, asked, ended, answered);
        }

        private Ask told() {
            return new Ask(by, start, asked, outcome, true);
        }

        Digest.Value digest() {
            return new Digest()
                    .add(by)
                    .add(start)
                    .add(asked.digest())
                    .add(outcome == null ? 9 : outcome.ordinal())
                    .add(answered ? 1 : 0)
                    .value();
        }

        @Override
        public String toString() {
            return asked.what() + " of " + Given.name(by) + (outcome == null ? "" : ", " + outcome);
        }
    }

    private record Change(SessionId id, @Nullable SessionRecord record) {}

    private final SmallWorld world;
    private final List<Ask> asks;
    private final TreeMap<Integer, List<Change>> untold;
    private final TreeMap<Long, Integer> doubted;
    private final List<Change> fresh = new ArrayList<>();
    private Records records;
    private boolean failed;

    Store(SmallWorld world) {
        this.world = world;
        asks = new ArrayList<>();
        untold = new TreeMap<>();
        doubted = new TreeMap<>();
        records = Records.NONE;
    }

    /** The same in another world. */
    Store(SmallWorld world, Store from) {
        this.world = world;
        asks = new ArrayList<>(from.asks);
        untold = new TreeMap<>(from.untold);
        doubted = new TreeMap<>(from.doubted);
        records = from.records;
        failed = from.failed;
    }

    List<Ask> asks() {
        return asks;
    }

    int live() {
        return records.live();
    }

    /** Whether a gateway has asked for something and does not know yet what became of it. */
    boolean isAsked(int gateway) {
        return doubted.containsValue(gateway) || asks.stream().anyMatch(ask -> ask.by == gateway && !ask.answered);
    }

    /** Whether a change was committed of which this gateway has not heard. */
    boolean isUntold(int gateway) {
        return untold.containsKey(gateway);
    }

    /** Whether the table ever said that it can't. */
    boolean hasFailed() {
        return failed;
    }

    /** A gateway asks. */
    void ask(End by, Output.Asked asked) {
        asks.add(new Ask(by.number(), by.start(), asked, null, false));
        if (!world.isOpen()) {
            int number = asked.number();
            world.soon(() -> answer(by.number(), by.start(), number));
        }
    }

    private void answer(int by, int start, int number) {
        for (Ask ask : asks) {
            if (ask.by == by && ask.start == start && ask.asked.number() == number && ask.mayAnswer()) {
                answer(ask);
                return;
            }
        }
    }

    /** A gateway gives a sign of life. */
    void mark(SessionTable.Mark mark) {
        records = records.mark(mark);
    }

    /** The process is gone: nobody hears answers; commits that were sent may still take effect. */
    void killed(int gateway) {
        doubted.values().removeIf(by -> by == gateway);
        untold.remove(gateway);
        asks.replaceAll(ask -> ask.by == gateway ? ask.told() : ask);
        asks.removeIf(Ask::isOver);
    }

    private void replace(Ask ask, Ask by) {
        asks.set(asks.indexOf(ask), by);
        asks.removeIf(Ask::isOver);
    }

    /** A commit takes effect, or is refused, and nobody knows. */
    void apply(Ask ask) {
        replace(ask, tried(ask));
        spread();
    }

    private Ask tried(Ask ask) {
        List<SessionTable.Change> changes = ask.asked.changes();
        Records before = records;
        Records.Written written = records.commit(ask.asked.subject(), changes);
        records = written.records();
        if (written.outcome() == Outcome.COMMITTED) {
            for (SessionTable.Change change : changes) {
                fresh.add(new Change(change.id(), change.record()));
                world.rules.committed(ask.by, before.get(change.id()), change);
            }
        }
        return ask.tried(written.outcome());
    }

    /** The truth is told. */
    void answer(Ask ask) {
        Ask tried = ask.mayApply() ? tried(ask) : ask;
        tell(ask, tried, tried.outcome == null ? Outcome.COMMITTED : tried.outcome);
        spread();
    }

    void fail(Ask ask) {
        failed = true;
        asks.remove(ask);
        world.come(ask.by, new Input.Answered(world.now(), ask.asked.number(), Outcome.UNAVAILABLE, null, List.of()));
    }

    void doubt(Ask ask) {
        doubted.put(ask.asked.subject(), ask.by);
        tell(ask, ask, Outcome.UNKNOWN);
    }

    private void tell(Ask ask, Ask tried, Outcome outcome) {
        replace(ask, tried.told());
        Output.Asked asked = ask.asked;
        if (outcome == Outcome.COMMITTED && asked.isCommit()) {
            doubted.remove(asked.subject());
        }
        SessionTable.Reading found = asked.isRead() ? records.read(asked) : null;
        boolean loads = !asked.isRead() && !asked.isCommit();
        List<SessionRecord> loaded = loads ? records.load(asked.subject()) : List.of();
        world.come(ask.by, new Input.Answered(world.now(), asked.number(), outcome, found, loaded));
    }

    /** Everybody who runs will hear it; a single gateway does at once. */
    private void spread() {
        List<Change> changes = List.copyOf(fresh);
        fresh.clear();
        if (changes.isEmpty()) {
            return;
        }
        for (int gateway : world.given.gateways()) {
            if (world.end(gateway).isRunning()) {
                List<Change> queue = new ArrayList<>(untold.getOrDefault(gateway, List.of()));
                queue.addAll(changes);
                untold.put(gateway, List.copyOf(queue));
                while (world.given.bounds().gateways() == 1 && isUntold(gateway)) {
                    tell(gateway);
                }
            }
        }
    }

    /** A gateway hears of the oldest change that it does not know. */
    void tell(int gateway) {
        List<Change> queue = Objects.requireNonNull(untold.get(gateway));
        if (queue.size() == 1) {
            untold.remove(gateway);
        } else {
            untold.put(gateway, queue.subList(1, queue.size()));
        }
        Change change = queue.getFirst();
        world.come(gateway, new Input.Hears(world.now(), change.id, change.record));
    }

    /** All that will matter. */
    void digest(Digest digest) {
        digest.add(records.digest());
        digest.addAll(asks.stream().map(Ask::digest).toList());
        digest.add(failed ? 1 : 0);
        digest.add(untold.size());
        untold.forEach((gateway, queue) -> {
            digest.add(gateway).add(queue.size());
            for (Change change : queue) {
                digest.add(change.id.low());
                digest.add(change.record == null ? 0 : change.record.commitId());
            }
        });
        new TreeSet<>(doubted.keySet()).forEach(digest::add);
    }
}
