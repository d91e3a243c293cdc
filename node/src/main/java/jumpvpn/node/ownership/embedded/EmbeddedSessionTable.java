package jumpvpn.node.ownership.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import jumpvpn.core.ownership.ClockReading;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.session.SessionId;
import jumpvpn.node.ownership.DeliveringTable;
import jumpvpn.node.ownership.Reports;
import jumpvpn.node.ownership.StateException;
import org.jspecify.annotations.Nullable;

/**
 * The session table of one gateway on this machine, which outlives its process: an answer comes when what it tells is on disk. Called on the control thread alone;
 * answers wait until that thread calls {@link #deliver}. After a failed write it takes and tells nothing more.
 */
public final class EmbeddedSessionTable implements DeliveringTable {
    private static final Reading UNREADABLE = new Reading.Unavailable();

    private final Supplier<ClockReading> clocks;
    private final Reports reports;
    private final StateFolder folder;
    private final StoredTable stored;
    private final AppendLog log;
    private final TakenSessions sessions;
    private final SignsOfLife signs;
    private final List<Watcher> watchers = new ArrayList<>();
    private final ConcurrentLinkedQueue<Runnable> answers = new ConcurrentLinkedQueue<>();
    private volatile Runnable wake = () -> {};
    /** The log's thread's. */
    private boolean saidUnreadable;

    private EmbeddedSessionTable(StateFolder folder, StoredTable stored, Supplier<ClockReading> clocks, Reports reports)
            throws IOException {
        this.folder = folder;
        this.stored = stored;
        this.clocks = clocks;
        this.reports = reports;
        StoredTable.Loaded loaded = stored.new Loaded(folder.log(), clocks.get());
        log = AppendLog.open(folder, stored.identity(), reports, AppendLog.FREE_BYTES, loaded);
        sessions = loaded.sessions;
        signs = loaded.signs;
        log.append(loaded.outdated(), _ -> {});
    }

    /**
     * Opens the table in this folder, or makes it.
     *
     * @param gateway the number by which records name the gateway
     * @param storeKey 32 bytes, copied: secrets are sealed under it
     * @param clocks both clocks now
     * @throws StateException with words for the gateway's user; the folder is as it was
     */
    public static EmbeddedSessionTable open(
            Path folder, long gateway, byte[] storeKey, Crypto crypto, Supplier<ClockReading> clocks, Reports reports)
            throws StateException {
        StateFolder taken = StateFolder.take(folder);
        try {
            return new EmbeddedSessionTable(taken, new StoredTable(crypto, storeKey, gateway), clocks, reports);
        } catch (StateException e) {
            taken.close();
            throw e;
        } catch (IOException e) {
            taken.close();
            throw new StateException(taken.log() + " can't be used (" + e + "); mend the disk or its permissions", e);
        }
    }

    @Override
    public EmbeddedSessionTable waking(Runnable control) {
        wake = control;
        return this;
    }

    @Override
    public @Nullable String failure() {
        return log.failure();
    }

    @Override
    public void deliver() {
        for (int most = answers.size(); most > 0; most--) {
            Runnable answer = answers.poll();
            if (answer != null) {
                answer.run();
            }
        }
    }

    @Override
    public void commit(long commitId, List<Change> changes, Consumer<Outcome> done) {
        if (!log.takes()) {
            later(() -> done.accept(Outcome.UNAVAILABLE));
            return;
        }
        if (sessions.fit(changes)) {
            ClockReading now = clocks.get();
            sessions.take(changes, now.bootNanos());
            append(bytes(changes, now), durable -> committed(changes, durable, done), done);
        } else {
            append(List.of(), durable -> done.accept(durable ? Outcome.REFUSED : Outcome.UNAVAILABLE), done);
        }
    }

    private void committed(List<Change> changes, boolean durable, Consumer<Outcome> done) {
        done.accept(durable ? Outcome.COMMITTED : Outcome.UNKNOWN);
        if (durable) {
            for (Change change : changes) {
                watchers.forEach(watcher -> watcher.committed(change.id(), change.record()));
            }
        }
    }

    private void append(List<Entry> bytes, Consumer<Boolean> then, Consumer<Outcome> done) {
        if (!log.append(bytes, durable -> later(() -> then.accept(durable)))) {
            later(() -> done.accept(Outcome.UNAVAILABLE));
        }
    }

    private void later(Runnable answer) {
        answers.add(answer);
        wake.run();
    }

    private List<Entry> bytes(List<Change> changes, ClockReading now) {
        List<Entry> bytes = new ArrayList<>();
        for (Change change : changes) {
            SessionRecord record = change.record();
            bytes.add(record == null ? stored.noRecord(change.id()) : stored.record(change.id(), record, now));
            if (signs.forgetLoss(change.id())) {
                bytes.add(stored.noLoss(change.id()));
            }
        }
        return bytes;
    }

    @Override
    public void read(SessionId id, Consumer<Reading> done) {
        read(id, _ -> true, done);
    }

    @Override
    public void readClient(String clientKey, Consumer<Reading> done) {
        read(sessions.ofClient(clientKey), record -> record.clientKey().equals(clientKey), done);
    }

    /** What is found is as the log has taken it now, and is told when it is on disk. */
    private void read(@Nullable SessionId id, Predicate<SessionRecord> wanted, Consumer<Reading> done) {
        Reading[] found = {new Reading.None()};
        Long writtenNanos = id == null ? null : sessions.writtenNanos(id);
        AppendLog.Reader reader = _ -> {};
        if (id != null && writtenNanos != null) {
            UnaryOperator<SessionRecord> moved = signs.of(id);
            reader = file -> found[0] = reading(file, id, writtenNanos, wanted, moved);
        }
        boolean taken = log.read(reader, durable -> later(() -> done.accept(durable ? found[0] : UNREADABLE)));
        if (!taken) {
            later(() -> done.accept(UNREADABLE));
        }
    }

    private Reading reading(
            LogFile file,
            SessionId id,
            long writtenNanos,
            Predicate<SessionRecord> wanted,
            UnaryOperator<SessionRecord> moved) {
        try {
            SessionRecord record = stored.read(file, id, writtenNanos);
            return wanted.test(record) ? new Reading.Found(moved.apply(record), false) : new Reading.None();
        } catch (IOException e) {
            unreadable(e);
            return UNREADABLE;
        }
    }

    private void unreadable(IOException e) {
        if (!saidUnreadable) {
            saidUnreadable = true;
            reports.error(folder.log() + ": " + e.getMessage()
                    + "; that session goes on where it is, but can't be found again. Said once, more may follow");
        }
    }

    @Override
    public void mark(Mark mark, Consumer<Outcome> done) {
        if (!log.takes()) {
            later(() -> done.accept(Outcome.UNAVAILABLE));
            return;
        }
        ClockReading now = clocks.get();
        List<Entry> bytes = new ArrayList<>();
        bytes.add(stored.mark(mark.owner(), mark.nanos(), now));
        for (Loss loss : mark.losses()) {
            if (sessions.epoch(loss.id()) == loss.epoch()) {
                signs.lose(loss);
                bytes.add(stored.loss(loss, now));
            }
        }
        signs.mark(mark.owner(), mark.nanos());
        append(bytes, durable -> done.accept(durable ? Outcome.COMMITTED : Outcome.UNKNOWN), done);
    }

    @Override
    public void load(long gateway, Consumer<List<SessionRecord>> done) {
        ClockReading now = clocks.get();
        UnaryOperator<SessionRecord> moved = signs.ofAll();
        List<SessionRecord> found = new ArrayList<>();
        AppendLog.Reader reader = file -> {
            stored.readAll(
                    file,
                    now,
                    record -> {
                        if (record.owner().gateway() == gateway) {
                            found.add(moved.apply(record));
                        }
                    },
                    this::unreadable);
            found.sort(Comparator.comparing(SessionRecord::id));
        };
        if (!log.read(reader, _ -> later(() -> done.accept(found)))) {
            later(() -> done.accept(found));
        }
    }

    @Override
    public void watch(Watcher watcher) {
        watchers.add(watcher);
    }

    /** Ends when all that was committed is on disk. */
    @Override
    public void close() {
        try (folder) {
            log.close();
        } catch (IOException e) {
            reports.warn(folder.path + ": " + e.getMessage());
        }
    }
}
