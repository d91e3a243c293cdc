package jumpvpn.core.ownership;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/** The table in memory, for one gateway or several with one boot clock. Answers at once, and always. */
public final class MemorySessionTable implements SessionTable {
    private record LastMark(long incarnation, long nanos) {}

    private final RecordIndex records = new RecordIndex();
    /** The live record of each client, the one that was committed last. */
    private final LinkedHashMap<String, SessionId> live = new LinkedHashMap<>();

    private final TreeMap<Long, LastMark> marks = new TreeMap<>();
    private final TreeMap<SessionId, Loss> losses = new TreeMap<>();
    private final List<Watcher> watchers = new ArrayList<>();

    @Override
    public void commit(long commitId, List<Change> changes, Consumer<Outcome> done) {
        for (Change change : changes) {
            if (!records.fits(change) || !leavesOneEach(change, changes)) {
                done.accept(Outcome.REFUSED);
                return;
            }
        }
        for (Change change :
                changes) { // what goes, before what comes: a client's old session makes room for his new one
            apply(change);
        }
        for (Change change : changes) {
            SessionRecord record = change.record();
            if (record != null && record.isLive()) {
                live.put(record.clientKey(), record.id());
            }
        }
        done.accept(Outcome.COMMITTED);
        for (Change change : changes) {
            for (Watcher watcher : watchers) {
                watcher.committed(change.id(), change.record());
            }
        }
    }

    private void apply(Change change) {
        SessionRecord after = change.record();
        if (after == null || !after.isLive()) {
            SessionRecord before = records.get(change.id());
            if (before != null) {
                live.remove(before.clientKey(), before.id());
            }
        }
        losses.remove(change.id());
        if (after == null) {
            records.remove(change.id());
        } else {
            records.put(after.copy());
        }
    }

    /** Only a birth can give a client a second live record: a session keeps its client. */
    private boolean leavesOneEach(Change change, List<Change> changes) {
        SessionRecord born = change.expectedEpoch() == 0 ? change.record() : null;
        SessionId other = born == null || !born.isLive() ? null : live.get(born.clientKey());
        return other == null || changes.stream().anyMatch(each -> each.id().equals(other));
    }

    @Override
    public void read(SessionId id, Consumer<Reading> done) {
        tell(records.get(id), done);
    }

    private void tell(@Nullable SessionRecord record, Consumer<Reading> done) {
        done.accept(
                record == null
                        ? new Reading.None()
                        : new Reading.Found(withLife(record).copy(), false));
    }

    @Override
    public void readClient(String clientKey, Consumer<Reading> done) {
        SessionId id = live.get(clientKey);
        tell(id == null ? null : records.get(id), done);
    }

    @Override
    public void mark(Mark mark, Consumer<Outcome> done) {
        Owner owner = mark.owner();
        LastMark last = marks.get(owner.gateway());
        if (last != null && last.incarnation != owner.incarnation()) { // its older records keep the sign of then
            for (SessionRecord record : records.all()) {
                if (record.owner().gateway() == owner.gateway()) {
                    records.put(withLife(record));
                }
            }
        }
        marks.put(owner.gateway(), new LastMark(owner.incarnation(), mark.nanos()));
        for (Loss loss : mark.losses()) {
            SessionRecord record = records.get(loss.id());
            if (record != null && record.version().epoch() == loss.epoch()) {
                losses.put(loss.id(), loss);
            }
        }
        done.accept(Outcome.COMMITTED);
    }

    private SessionRecord withLife(SessionRecord record) {
        Loss loss = losses.get(record.id());
        if (loss != null) {
            return record.noBindingSince(loss.nanos());
        }
        LastMark mark = marks.get(record.owner().gateway());
        if (mark == null
                || mark.incarnation != record.owner().incarnation()
                || mark.nanos < record.noBindingSinceNanos()) {
            return record;
        }
        return record.noBindingSince(mark.nanos);
    }

    @Override
    public void load(long gateway, Consumer<List<SessionRecord>> done) {
        done.accept(records.all().stream()
                .filter(record -> record.owner().gateway() == gateway)
                .map(record -> withLife(record).copy())
                .toList());
    }

    @Override
    public void watch(Watcher watcher) {
        watchers.add(watcher);
    }

    /** The live records, by id. */
    public List<SessionRecord> live() {
        return records.all().stream().filter(SessionRecord::isLive).toList();
    }

    /** How many records there are, live and ended. */
    public int size() {
        return records.size();
    }

    /** The record as it was committed, or null. */
    public @Nullable SessionRecord get(SessionId id) {
        return records.get(id);
    }
}
