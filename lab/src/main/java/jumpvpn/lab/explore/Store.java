package jumpvpn.lab.explore;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import jumpvpn.core.ownership.MemorySessionTable;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * The session table of all gateways. It is linearizable; when a commit takes effect, when and what it answers and when another gateway hears of it is chosen from
 * outside. Signs of life are taken and answered at once, and what a gateway commits itself it hears at once.
 */
final class Store {
    /** Something that was asked of the table and is not over. */
    static final class Ask {
        private final GatewayEnd by;
        private final int start;
        private final String what;
        private final Digest.Value digest;
        private final @Nullable List<SessionTable.Change> changes;
        private final long commitId;
        private final Consumer<SessionTable.Outcome> answer;
        private final boolean canFail;
        private SessionTable.@Nullable Outcome outcome;
        private boolean answered;

        private Ask(
                GatewayEnd by,
                String what,
                @Nullable List<SessionTable.Change> changes,
                long commitId,
                boolean canFail,
                Consumer<SessionTable.Outcome> answer) {
            this.by = by;
            this.start = by.starts();
            this.what = what;
            this.changes = changes;
            this.commitId = commitId;
            this.canFail = canFail;
            this.answer = answer;
            this.digest = new Digest()
                    .add(by.number)
                    .add(start)
                    .add(what.hashCode())
                    .add(commitId)
                    .value();
        }

        boolean mayApply() {
            return changes != null && outcome == null;
        }

        boolean mayAnswer() {
            return !answered;
        }

        boolean mayFail() {
            return !answered && outcome == null && canFail;
        }

        boolean mayDoubt() {
            return !answered && changes != null;
        }

        GatewayEnd by() {
            return by;
        }

        Digest.Value digest() {
            return new Digest()
                    .add(digest)
                    .add(outcome == null ? 9 : outcome.ordinal())
                    .add(answered ? 1 : 0)
                    .value();
        }

        @Override
        public String toString() {
            return what + " of " + by.name() + (outcome == null ? "" : ", " + outcome);
        }
    }

    private record Change(SessionId id, @Nullable SessionRecord record) {}

    private record Hearer(GatewayEnd end, SessionTable.Watcher watcher) {}

    private final SmallWorld world;
    private final MemorySessionTable table = new MemorySessionTable();
    private final List<Ask> asks = new ArrayList<>();
    private final List<Hearer> hearers = new ArrayList<>();
    private final TreeMap<Integer, Deque<Change>> untold = new TreeMap<>();
    private final TreeMap<Long, GatewayEnd> doubted = new TreeMap<>();
    private final List<Change> fresh = new ArrayList<>();
    private final TreeMap<SessionId, Long> lastCommits = new TreeMap<>();
    private final TreeMap<Long, Digest.Value> marks = new TreeMap<>();

    private boolean failed;

    Store(SmallWorld world) {
        this.world = world;
        table.watch(new SessionTable.Watcher() {
            @Override
            public void committed(SessionId id, @Nullable SessionRecord record) {
                fresh.add(new Change(id, record));
            }

            @Override
            public void ownerGone(SessionRecord record) {
                throw new IllegalStateException("this table has no leases");
            }
        });
    }

    List<Ask> asks() {
        return asks;
    }

    List<SessionRecord> live() {
        return table.live();
    }

    @Nullable
    SessionRecord record(SessionId id) {
        return table.get(id);
    }

    /** Whether a gateway has asked for something and does not know yet what became of it. */
    boolean isAsked(GatewayEnd end) {
        return doubted.values().contains(end) || asks.stream().anyMatch(ask -> ask.by == end && !ask.answered);
    }

    /** Whether a change was committed of which this gateway has not heard. */
    boolean isUntold(GatewayEnd end) {
        Deque<Change> queue = untold.get(end.number);
        return queue != null && !queue.isEmpty();
    }

    /** The table as a gateway's process sees it. */
    SessionTable link(GatewayEnd end) {
        return new Link(end);
    }

    /** The process is gone: nobody hears answers; commits that were sent may still take effect. */
    void killed(GatewayEnd end) {
        hearers.removeIf(hearer -> hearer.end == end);
        doubted.values().removeIf(end::equals);
        untold.remove(end.number);
        for (Ask ask : List.copyOf(asks)) {
            if (ask.by == end) {
                ask.answered = true;
                settle(ask);
            }
        }
    }

    private void settle(Ask ask) {
        if (ask.answered && (ask.changes == null || ask.outcome != null)) {
            asks.remove(ask);
        }
    }

    /** A commit takes effect, or is refused, and nobody knows. */
    void apply(Ask ask) {
        commit(ask);
        settle(ask);
        spread();
    }

    private void commit(Ask ask) {
        List<SessionTable.Change> changes = java.util.Objects.requireNonNull(ask.changes);
        List<@Nullable SessionRecord> before = new ArrayList<>();
        changes.forEach(change -> before.add(table.get(change.id())));
        table.commit(ask.commitId, changes, outcome -> ask.outcome = outcome);
        if (ask.outcome == SessionTable.Outcome.COMMITTED) {
            for (int i = 0; i < changes.size(); i++) {
                SessionTable.Change change = changes.get(i);
                lastCommits.put(change.id(), ask.commitId);
                world.rules.committed(ask.by, before.get(i), change);
            }
        }
    }

    /** The truth is told. */
    void answer(Ask ask) {
        if (ask.mayApply()) {
            commit(ask);
        }
        tell(ask, ask.outcome == null ? SessionTable.Outcome.COMMITTED : ask.outcome);
        spread();
    }

    /** Whether the table ever said that it can't. */
    boolean hasFailed() {
        return failed;
    }

    void fail(Ask ask) {
        failed = true;
        asks.remove(ask);
        tell(ask, SessionTable.Outcome.UNAVAILABLE);
    }

    void doubt(Ask ask) {
        doubted.put(ask.commitId, ask.by);
        tell(ask, SessionTable.Outcome.UNKNOWN);
    }

    private void tell(Ask ask, SessionTable.Outcome outcome) {
        ask.answered = true;
        settle(ask);
        if (outcome == SessionTable.Outcome.COMMITTED) {
            doubted.remove(ask.commitId);
        }
        ask.by.note("table").add(ask.digest).add(outcome.ordinal());
        ask.answer.accept(outcome);
        ask.by.gateway().proceed(world.now());
    }

    /** Who committed hears it now, the others when they are told. */
    private void spread() {
        List<Change> changes = List.copyOf(fresh);
        fresh.clear();
        for (Hearer hearer : List.copyOf(hearers)) {
            for (Change change : changes) {
                if (world.gateways().size() == 1) {
                    hear(hearer, change);
                } else {
                    untold.computeIfAbsent(hearer.end.number, _ -> new ArrayDeque<>())
                            .add(change);
                }
            }
        }
    }

    /** A gateway hears of the oldest change that it does not know. */
    void notify(GatewayEnd end) {
        Change change = java.util.Objects.requireNonNull(untold.get(end.number)).removeFirst();
        for (Hearer hearer : List.copyOf(hearers)) {
            if (hearer.end == end) {
                hear(hearer, change);
            }
        }
    }

    private void hear(Hearer hearer, Change change) {
        SessionRecord record = change.record;
        hearer.end
                .note("hears")
                .add(change.id.low())
                .add(record == null ? 0 : record.version().packed())
                .add(record == null ? 0 : record.commitId());
        hearer.watcher.committed(change.id, record == null ? null : record.copy());
        hearer.end.gateway().proceed(world.now());
    }

    /** All that will matter. */
    void digest(Digest digest) {
        lastCommits.forEach((id, commitId) -> digest.add(id.low()).add(commitId));
        marks.forEach((gateway, mark) -> digest.add(gateway).add(mark));
        digest.addAll(asks.stream().map(Ask::digest).toList());
        untold.forEach((gateway, queue) -> {
            digest.add(gateway).add(queue.size());
            for (Change change : queue) {
                digest.add(change.id.low());
                digest.add(change.record == null ? 0 : change.record.commitId());
            }
        });
    }

    private final class Link implements SessionTable {
        private final GatewayEnd end;
        private int reads;

        Link(GatewayEnd end) {
            this.end = end;
        }

        private void ask(
                String what,
                @Nullable List<SessionTable.Change> changes,
                long commitId,
                boolean canFail,
                Consumer<Outcome> answer) {
            Ask ask = new Ask(end, what, changes, commitId, canFail, answer);
            asks.add(ask);
            world.happened();
            if (!world.isOpen()) {
                world.soon(() -> answer(ask));
            }
        }

        @Override
        public void commit(long commitId, List<SessionTable.Change> changes, Consumer<Outcome> done) {
            world.rules.asked(end, changes);
            List<SessionTable.Change> copies =
                    changes.stream().map(SessionTable.Change::copy).toList();
            SessionRecord first = copies.getFirst().record();
            ask(
                    "commit of " + (first == null ? "nothing" : first.version() + " " + first.state()),
                    copies,
                    commitId,
                    true,
                    done);
        }

        @Override
        public void read(SessionId id, Consumer<Reading> done) {
            ask("read", null, reads++, true, outcome -> {
                if (outcome == Outcome.UNAVAILABLE) {
                    done.accept(new Reading.Unavailable());
                } else {
                    table.read(id, reading -> done.accept(seen(reading)));
                }
            });
        }

        @Override
        public void readClient(String clientKey, Consumer<Reading> done) {
            ask("read of the client's", null, reads++, true, outcome -> {
                if (outcome == Outcome.UNAVAILABLE) {
                    done.accept(new Reading.Unavailable());
                } else {
                    table.readClient(clientKey, reading -> done.accept(seen(reading)));
                }
            });
        }

        private Reading seen(Reading reading) {
            if (reading instanceof Reading.Found found) {
                end.note("found")
                        .add(found.record().commitId())
                        .add(found.record().noBindingSinceNanos());
            }
            return reading;
        }

        @Override
        public void mark(Mark mark, Consumer<Outcome> done) {
            Digest digest = new Digest().add(mark.owner().incarnation()).add(mark.nanos());
            mark.losses().forEach(loss -> digest.add(loss.epoch()).add(loss.nanos()));
            marks.put(mark.owner().gateway(), digest.value());
            table.mark(mark, done);
        }

        @Override
        public void load(long gateway, Consumer<List<SessionRecord>> done) {
            ask(
                    "load",
                    null,
                    reads++,
                    false,
                    _ -> table.load(gateway, records -> {
                        records.forEach(record ->
                                end.note("loads").add(record.commitId()).add(record.noBindingSinceNanos()));
                        done.accept(records);
                    }));
        }

        @Override
        public void watch(Watcher watcher) {
            hearers.add(new Hearer(end, watcher));
        }
    }
}
