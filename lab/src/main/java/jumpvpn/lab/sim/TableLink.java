package jumpvpn.lab.sim;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.Fault;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * How one process of a gateway reaches its table: late, or not at all, or without an answer. What it is told of others' changes comes in order. Converts between the
 * machine's boot time and the table's.
 */
final class TableLink implements SessionTable {
    /**
     * What a store is like.
     *
     * @param latencyNanos most that a request or an answer takes; 0: it answers at once
     * @param unknown how often a commit's outcome stays unknown
     * @param unavailable how often a request is refused without effect
     */
    record Weather(long latencyNanos, double unknown, double unavailable) {
        static final Weather CLEAR = new Weather(0, 0, 0);
    }

    private static final long HANDLED_NANOS = 1_000_000;
    private static final long PATIENCE_NANOS = 500_000_000;
    private static final long STRAGGLE_NANOS = 3_000_000_000L;

    private final World world;
    private final GatewayNode node;
    private final SimTable table;
    private final Weather weather;
    private final Chance chance;
    private final int process;
    private final ArrayDeque<Runnable> untold = new ArrayDeque<>();
    private @Nullable Watcher watcher;
    private long toldUntil;
    private int unheard;
    private boolean deaf;
    private long heardNanos;
    private int pending;
    private @Nullable Owner owner;
    private long leaseEndNanos = Long.MIN_VALUE;

    TableLink(GatewayNode node, SimTable table, Weather weather, Chance chance) {
        this.world = node.world;
        this.node = node;
        this.table = table;
        this.weather = weather;
        this.chance = chance;
        this.process = node.starts();
        table.join(this);
    }

    /** The process is gone. */
    void close() {
        table.leave(this);
    }

    private long toTable() {
        return world.timeline.now() - node.local();
    }

    private static @Nullable SessionRecord moved(@Nullable SessionRecord record, long byNanos) {
        return record == null ? null : record.moved(byNanos);
    }

    private boolean fails(double odds) {
        return node.isCutOff() || (chance.happens(odds) && !world.faults.isHealed());
    }

    /** The process handles what comes, in the name of whoever caused the request. */
    private void answer(Runnable callback) {
        boolean forged = world.invariants.isForged();
        Runnable named = () -> {
            boolean before = world.invariants.isForged();
            world.invariants.forged(forged);
            callback.run();
            world.invariants.forged(before);
        };
        if (weather.latencyNanos == 0) {
            named.run();
        } else {
            world.timeline.in(chance.between(0, weather.latencyNanos), () -> now(named));
        }
    }

    private void now(Runnable callback) {
        if (process == node.starts()) {
            node.touch("table", callback);
        }
    }

    /** The request arrives there. */
    private void ask(Runnable request) {
        if (weather.latencyNanos == 0) {
            request.run();
        } else {
            world.timeline.in(chance.between(0, weather.latencyNanos), request);
        }
    }

    @Override
    public void commit(long commitId, List<Change> changes, Consumer<Outcome> done) {
        long shift = toTable();
        List<Change> kept = changes.stream()
                .map(change -> {
                    SessionRecord record = moved(change.record(), shift);
                    return new Change(
                            change.id(), change.expectedEpoch(), record == null ? null : SimTable.copy(record));
                })
                .toList();
        world.invariants.commits(node, changes);
        pending++;
        Histories.Question question = world.histories.asks(changes, world.timeline.now());
        Consumer<Outcome> counted = outcome -> {
            pending--;
            question.answered(outcome, world.timeline.now());
            node.note("table", outcome.ordinal(), outcome);
            done.accept(outcome);
        };
        if (node.isRefused()) {
            answer(() -> counted.accept(Outcome.UNAVAILABLE));
        } else if (fails(weather.unknown)) {
            unknown(kept, counted);
        } else if (fails(weather.unavailable)) {
            answer(() -> counted.accept(Outcome.UNAVAILABLE));
        } else {
            ask(() -> {
                Outcome outcome = applies(kept) ? Outcome.COMMITTED : Outcome.REFUSED;
                answer(() -> counted.accept(outcome));
            });
        }
    }

    private boolean applies(List<Change> changes) {
        return world.parts.faults().contains(Fault.FENCING_OFF) ? table.force(changes) : table.commit(changes);
    }

    /** It happens, or does not, or happens when nobody expects it any more; the answer is lost. */
    private void unknown(List<Change> changes, Consumer<Outcome> done) {
        switch (chance.below(4)) {
            case 0, 1 -> applies(changes);
            case 2 -> world.timeline.in(chance.between(0, STRAGGLE_NANOS), () -> applies(changes));
            default -> {
                // lost
            }
        }
        world.timeline.in(PATIENCE_NANOS, () -> now(() -> done.accept(Outcome.UNKNOWN)));
    }

    private void read(Consumer<Reading> done, Supplier<Reading> reading) {
        if (fails(weather.unavailable)) {
            world.timeline.in(PATIENCE_NANOS, () -> now(() -> done.accept(new Reading.Unavailable())));
            return;
        }
        long askedNanos = world.timeline.now();
        ask(() -> {
            Reading read = reading.get();
            answer(() -> {
                if (read instanceof Reading.Found found) {
                    world.histories.read(found.record(), askedNanos, world.timeline.now());
                    done.accept(new Reading.Found(found.record().moved(-toTable()), found.ownerGone()));
                } else {
                    done.accept(read);
                }
            });
        });
    }

    @Override
    public void read(SessionId id, Consumer<Reading> done) {
        read(done, () -> table.read(table.get(id)));
    }

    @Override
    public void readClient(String clientKey, Consumer<Reading> done) {
        read(done, () -> table.readClient(clientKey));
    }

    @Override
    public void mark(Mark mark, Consumer<Outcome> done) {
        owner = mark.owner();
        long shift = toTable();
        List<Loss> losses = mark.losses().stream()
                .map(loss -> new Loss(loss.id(), loss.epoch(), loss.nanos() + shift))
                .toList();
        Mark moved = new Mark(mark.owner(), mark.nanos() + shift, losses);
        if (fails(weather.unavailable)) {
            world.timeline.in(PATIENCE_NANOS, () -> now(() -> done.accept(Outcome.UNAVAILABLE)));
            return;
        }
        ask(() -> {
            table.mark(moved);
            marked(mark, done);
        });
    }

    /** It is committed once everything is told that came before it: a lease is worth what the watch has brought. */
    private void marked(Mark mark, Consumer<Outcome> done) {
        AtomicBoolean answered = new AtomicBoolean();
        tell(() -> {
            if (answered.compareAndSet(false, true)) {
                leaseEndNanos = Math.max(leaseEndNanos, mark.nanos() + table.leaseNanos());
                done.accept(Outcome.COMMITTED);
            }
        });
        world.timeline.in(
                PATIENCE_NANOS,
                () -> now(() -> {
                    if (answered.compareAndSet(false, true)) {
                        done.accept(Outcome.UNAVAILABLE);
                    }
                }));
    }

    /** Of what happens from now on, and of what was to be told, the watch brings nothing. */
    void deafen() {
        deaf = true;
        unheard -= untold.size();
        untold.clear();
    }

    /** The watch goes on. What it had to tell meanwhile nobody knows any more, so all that there is is told. */
    void listen() {
        if (deaf) {
            deaf = false;
            table.retell(this);
        }
    }

    @Override
    public void load(long gateway, Consumer<List<SessionRecord>> done) {
        ask(() -> {
            List<SessionRecord> loaded = table.load(gateway);
            answer(() -> done.accept(
                    loaded.stream().map(record -> record.moved(-toTable())).toList()));
        });
    }

    @Override
    public void watch(Watcher now) {
        watcher = now;
    }

    @Override
    public long leaseNanos() {
        return table.leaseNanos();
    }

    /** The table tells of a change. */
    void committed(SessionId id, @Nullable SessionRecord record) {
        SessionRecord copy = record == null ? null : SimTable.copy(record);
        tell(() -> {
            if (watcher != null) {
                watcher.committed(id, moved(copy, -toTable()));
            }
        });
    }

    /** The table tells of an owner that is gone. */
    void ownerGone(SessionRecord record) {
        tell(() -> {
            if (watcher != null) {
                watcher.ownerGone(SimTable.copy(record).moved(-toTable()));
            }
        });
    }

    private void tell(Runnable word) {
        if (deaf) {
            return;
        }
        untold.add(word);
        unheard++;
        toldUntil = Math.max(toldUntil, world.timeline.now() + chance.between(0, weather.latencyNanos));
        world.timeline.at(toldUntil, () -> {
            if (!node.isCutOff() && !untold.isEmpty()) {
                tellNext();
            }
        });
    }

    /** The partition is over: what could not be said is said. */
    void flush() {
        while (!untold.isEmpty()) {
            tellNext();
        }
    }

    private void tellNext() {
        Runnable word = untold.remove();
        now(() -> {
            unheard--;
            heardNanos = world.timeline.now();
            word.run();
        });
    }

    /** Whether this gateway knows at once what became of its commits. */
    boolean isImmediate() {
        return weather.equals(Weather.CLEAR) && !node.isCutOff() && pending == 0;
    }

    /** Whether this gateway was told of all that others committed, and has had the time to act on it. */
    boolean isTold() {
        return unheard == 0 && !deaf && world.timeline.now() > heardNanos + HANDLED_NANOS;
    }

    /** Whether this process has heard of no mark by which its lease would go on. */
    boolean isLeaseOver() {
        return table.leaseNanos() != Deadlines.NEVER && node.local() >= leaseEndNanos;
    }

    /** Whether the table takes this process for gone. */
    boolean isGone() {
        return owner == null ? table.leaseNanos() != Deadlines.NEVER : table.isGone(owner);
    }

    @Nullable
    Owner owner() {
        return owner;
    }
}
