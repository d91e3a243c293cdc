package jumpvpn.core.pair;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import jumpvpn.core.ownership.MemorySessionTable;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/** One gateway's way to a table, with a lease if wished, and with whatever a network and an engine may do to a commit. */
final class ScriptedTable implements SessionTable {
    /** What becomes of a commit. */
    enum Fate {
        /** In, and said so. */
        FINE,
        /** In, but nobody can say so. */
        DONE_UNKNOWN,
        /** Not in, and nobody can say so. */
        LOST_UNKNOWN,
        /** Nobody can say; comes in when {@link ScriptedTable#land} says. */
        LATE_UNKNOWN,
        /** Nothing is done or said until {@link ScriptedTable#land} says. */
        LATE,
        /** Refused without a reason that the records would show. */
        REFUSED,
        /** Takes no writes. */
        UNAVAILABLE
    }

    final MemorySessionTable inner;
    final ArrayDeque<Fate> fates = new ArrayDeque<>();
    final List<List<Change>> commits = new ArrayList<>();
    final List<Mark> marks = new ArrayList<>();
    final List<SessionId> reads = new ArrayList<>();
    /** The very objects that the gateway was given, with its secrets in them. */
    final List<SessionRecord> handedOut = new ArrayList<>();
    /** Which commits have the next of the fates; others are fine. */
    Predicate<List<Change>> fated = _ -> true;
    /** Called at every commit. */
    Runnable onCommit = () -> {};

    Outcome markOutcome = Outcome.COMMITTED;
    boolean readable = true;
    /** What is read of a session is told when {@link ScriptedTable#land} says. */
    boolean readsAreLate;
    /** What was loaded is told when {@link ScriptedTable#landLoads} says, while the watch goes on. */
    boolean loadsWait;
    /** Marks are taken when {@link ScriptedTable#land} says. */
    boolean marksAreLate;

    /** What is loaded, and what is heard of changes, is told when {@link ScriptedTable#land} says. */
    boolean loadsAreLate;

    boolean ownerGone;
    long leaseNanos = Deadlines.NEVER;
    private final List<Runnable> late = new ArrayList<>();
    private final List<Runnable> waitingLoads = new ArrayList<>();
    private final List<Consumer<Outcome>> lateCommits = new ArrayList<>();
    private final List<Watcher> watchers = new ArrayList<>();

    ScriptedTable(MemorySessionTable inner) {
        this.inner = inner;
    }

    /** What was late happens now. */
    void land() {
        List<Runnable> now = List.copyOf(late);
        late.clear();
        lateCommits.clear();
        now.forEach(Runnable::run);
    }

    /** What was loaded, maybe long ago, is told now. */
    void landLoads() {
        List<Runnable> now = List.copyOf(waitingLoads);
        waitingLoads.clear();
        now.forEach(Runnable::run);
    }

    /** Commits that were late end so now, and are not in. */
    void settleLate(Outcome outcome) {
        late.clear();
        List<Consumer<Outcome>> now = List.copyOf(lateCommits);
        lateCommits.clear();
        now.forEach(done -> done.accept(outcome));
    }

    /** The watch tells of this record, late. */
    void tellCommitted(SessionRecord record) {
        watchers.forEach(watcher -> watcher.committed(record.id(), record.copy()));
    }

    /** The lease of this record's owner is over. */
    void tellOwnerGone(SessionRecord record) {
        ownerGone = true;
        watchers.forEach(watcher -> watcher.ownerGone(record));
    }

    @Override
    public void commit(long commitId, List<Change> asked, Consumer<Outcome> done) {
        List<Change> changes = asked.stream().map(Change::copy).toList();
        commits.add(changes);
        onCommit.run();
        Fate fate = fates.isEmpty() || !fated.test(changes) ? Fate.FINE : fates.remove();
        switch (fate) {
            case FINE -> inner.commit(commitId, changes, done);
            case DONE_UNKNOWN -> inner.commit(commitId, changes, _ -> done.accept(Outcome.UNKNOWN));
            case LOST_UNKNOWN -> done.accept(Outcome.UNKNOWN);
            case LATE_UNKNOWN -> {
                late.add(() -> inner.commit(commitId, changes, _ -> {}));
                done.accept(Outcome.UNKNOWN);
            }
            case LATE -> {
                late.add(() -> inner.commit(commitId, changes, done));
                lateCommits.add(done);
            }
            case REFUSED -> done.accept(Outcome.REFUSED);
            case UNAVAILABLE -> done.accept(Outcome.UNAVAILABLE);
        }
    }

    private Reading found(Reading reading) {
        if (!readable) {
            return new Reading.Unavailable();
        }
        if (reading instanceof Reading.Found found) {
            handedOut.add(found.record());
            return new Reading.Found(found.record(), ownerGone);
        }
        return reading;
    }

    @Override
    public void read(SessionId id, Consumer<Reading> done) {
        reads.add(id);
        inner.read(id, reading -> {
            if (readsAreLate) {
                late.add(() -> done.accept(found(reading)));
            } else {
                done.accept(found(reading));
            }
        });
    }

    @Override
    public void readClient(String clientKey, Consumer<Reading> done) {
        inner.readClient(clientKey, reading -> done.accept(found(reading)));
    }

    @Override
    public void mark(Mark mark, Consumer<Outcome> done) {
        marks.add(mark);
        if (marksAreLate) {
            late.add(() -> inner.mark(mark, done));
        } else if (markOutcome == Outcome.COMMITTED) {
            inner.mark(mark, done);
        } else {
            done.accept(markOutcome);
        }
    }

    @Override
    public void load(long gateway, Consumer<List<SessionRecord>> done) {
        inner.load(gateway, records -> {
            handedOut.addAll(records);
            if (loadsWait) {
                waitingLoads.add(() -> done.accept(records));
            } else {
                orLate(() -> done.accept(records));
            }
        });
    }

    private void orLate(Runnable word) {
        if (loadsAreLate) {
            late.add(word);
        } else {
            word.run();
        }
    }

    @Override
    public void watch(Watcher watcher) {
        watchers.add(watcher);
        inner.watch(new Watcher() {
            @Override
            public void committed(SessionId id, @Nullable SessionRecord record) {
                orLate(() -> watcher.committed(id, record));
            }

            @Override
            public void ownerGone(SessionRecord record) {
                watcher.ownerGone(record);
            }
        });
    }

    @Override
    public long leaseNanos() {
        return leaseNanos;
    }
}
