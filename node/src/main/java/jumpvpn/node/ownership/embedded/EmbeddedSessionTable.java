package jumpvpn.node.ownership.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import jumpvpn.core.ownership.ClockReading;
import jumpvpn.core.ownership.MemorySessionTable;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * The session table of one gateway on this machine, which outlives its process: an answer comes when what it tells is on disk. Called on the control thread alone;
 * answers wait until that thread calls {@link #deliver}. After a failed write it takes and tells nothing more.
 */
public final class EmbeddedSessionTable implements SessionTable, AutoCloseable {
    private static final Reading UNREADABLE = new Reading.Unavailable();

    private final Supplier<ClockReading> clocks;
    private final Reports reports;
    private final StateFolder folder;
    private final StoredTable stored;
    private final AppendLog log;
    /** As committed by all that the log has taken, on disk or on its way there. */
    private final MemorySessionTable table;

    private final TreeSet<SessionId> losses = new TreeSet<>();
    private final List<Watcher> watchers = new ArrayList<>();
    private final ConcurrentLinkedQueue<Runnable> answers = new ConcurrentLinkedQueue<>();
    private volatile Runnable wake = () -> {};

    private EmbeddedSessionTable(StateFolder folder, StoredTable stored, Supplier<ClockReading> clocks, Reports reports)
            throws IOException {
        this.folder = folder;
        this.stored = stored;
        this.clocks = clocks;
        this.reports = reports;
        StoredTable.Loaded loaded = stored.new Loaded(folder.log(), clocks.get());
        log = AppendLog.open(folder, stored.identity(), reports, AppendLog.FREE_BYTES, loaded);
        try {
            table = loaded.table();
        } catch (StateException e) {
            log.close();
            throw e;
        }
        loaded.losses.forEach(loss -> losses.add(loss.id()));
        log.append(loaded.outdated(), _ -> {});
    }

    /**
     * Opens the table in this folder, or makes it.
     *
     * @param gateway the number by which records name the gateway
     * @param privateKey the gateway's: secrets are sealed under a key that comes from it
     * @param clocks both clocks now
     * @throws StateException with words for the gateway's user; the folder is as it was
     */
    public static EmbeddedSessionTable open(
            Path folder, long gateway, byte[] privateKey, Crypto crypto, Supplier<ClockReading> clocks, Reports reports)
            throws StateException {
        StateFolder taken = StateFolder.take(folder);
        try {
            return new EmbeddedSessionTable(taken, new StoredTable(crypto, privateKey, gateway), clocks, reports);
        } catch (StateException e) {
            taken.close();
            throw e;
        } catch (IOException e) {
            taken.close();
            throw new StateException(taken.log() + " can't be used (" + e + "); mend the disk or its permissions", e);
        }
    }

    /**
     * This table, once it knows its user.
     *
     * @param control called on any thread when {@link #deliver} has something to do
     */
    public EmbeddedSessionTable waking(Runnable control) {
        wake = control;
        return this;
    }

    /** Why nothing is committed any more; null: all is well. */
    public @Nullable String failure() {
        return log.failure();
    }

    /** Gives the answers that are due. */
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
        boolean[] applied = new boolean[1];
        table.commit(commitId, changes, outcome -> applied[0] = outcome == Outcome.COMMITTED);
        if (applied[0]) {
            append(bytes(changes), durable -> committed(changes, durable, done), done);
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

    private List<Entry> bytes(List<Change> changes) {
        ClockReading now = clocks.get();
        List<Entry> bytes = new ArrayList<>();
        for (Change change : changes) {
            SessionRecord record = change.record();
            bytes.add(record == null ? stored.noRecord(change.id()) : stored.record(change.id(), record, now));
            if (losses.remove(change.id())) {
                bytes.add(stored.noLoss(change.id()));
            }
        }
        return bytes;
    }

    @Override
    public void read(SessionId id, Consumer<Reading> done) {
        Reading[] found = new Reading[1];
        table.read(id, reading -> found[0] = reading);
        tell(found[0], done);
    }

    @Override
    public void readClient(String clientKey, Consumer<Reading> done) {
        Reading[] found = new Reading[1];
        table.readClient(clientKey, reading -> found[0] = reading);
        tell(found[0], done);
    }

    /** What was found may be on its way to the disk still: it is told when it is there. */
    private void tell(Reading found, Consumer<Reading> done) {
        boolean taken = log.append(List.of(), durable -> later(() -> done.accept(durable ? found : UNREADABLE)));
        if (!taken) {
            later(() -> done.accept(UNREADABLE));
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
            SessionRecord record = table.get(loss.id());
            if (record != null && record.version().epoch() == loss.epoch()) {
                losses.add(loss.id());
                bytes.add(stored.loss(loss, now));
            }
        }
        table.mark(mark, _ -> {});
        append(bytes, durable -> done.accept(durable ? Outcome.COMMITTED : Outcome.UNKNOWN), done);
    }

    @Override
    public void load(long gateway, Consumer<List<SessionRecord>> done) {
        table.load(gateway, records -> later(() -> done.accept(records)));
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
