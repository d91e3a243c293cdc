package jumpvpn.core.ownership;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/** The table in memory, for one gateway or several with one boot clock. Answers at once, and always. */
public final class MemorySessionTable implements SessionTable {
    private record LastMark(long incarnation, long nanos) {}

    private final TreeMap<SessionId, SessionRecord> records = new TreeMap<>();
    private final TreeMap<String, SessionId> live = new TreeMap<>();
    private final TreeMap<Long, LastMark> marks = new TreeMap<>();
    private final TreeMap<SessionId, Loss> losses = new TreeMap<>();
    private final List<Watcher> watchers = new ArrayList<>();

    @Override
    public void commit(long commitId, List<Change> changes, Consumer<Outcome> done) {
        if (!changes.stream().allMatch(change -> change.fits(records.get(change.id()))) || !leavesOneEach(changes)) {
            done.accept(Outcome.REFUSED);
            return;
        }
        for (Change change : changes) {
            SessionRecord before = records.get(change.id());
            if (before != null) {
                live.remove(before.clientKey(), change.id());
            }
            losses.remove(change.id());
            if (change.record() == null) {
                records.remove(change.id());
            } else {
                records.put(change.id(), change.record().copy());
            }
        }
        for (Change change : changes) {
            SessionRecord after = change.record();
            if (after != null && after.isLive()) {
                live.put(after.clientKey(), change.id());
            }
        }
        done.accept(Outcome.COMMITTED);
        for (Change change : changes) {
            List.copyOf(watchers)
                    .forEach(watcher -> watcher.committed(
                            change.id(),
                            change.record() == null ? null : change.record().copy()));
        }
    }

    private boolean leavesOneEach(List<Change> changes) {
        for (Change change : changes) {
            SessionRecord record = change.record();
            SessionId other = record == null || !record.isLive() ? null : live.get(record.clientKey());
            if (other != null && changes.stream().noneMatch(each -> each.id().equals(other))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void read(SessionId id, Consumer<Reading> done) {
        SessionRecord record = records.get(id);
        done.accept(
                record == null
                        ? new Reading.None()
                        : new Reading.Found(withLife(record).copy(), false));
    }

    @Override
    public void readClient(String clientKey, Consumer<Reading> done) {
        SessionId id = live.get(clientKey);
        if (id == null) {
            done.accept(new Reading.None());
        } else {
            read(id, done);
        }
    }

    @Override
    public void mark(Mark mark, Consumer<Outcome> done) {
        Owner owner = mark.owner();
        LastMark last = marks.get(owner.gateway());
        if (last != null && last.incarnation != owner.incarnation()) { // its older records keep the sign of then
            records.replaceAll((_, record) -> record.owner().gateway() == owner.gateway() ? withLife(record) : record);
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
        done.accept(records.values().stream()
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
        return records.values().stream().filter(SessionRecord::isLive).toList();
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
