package jumpvpn.core.ownership;

import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/** The table of a gateway whose sessions end with its process. Answers at once. */
public final class MemorySessionTable implements SessionTable {
    private final TreeMap<SessionId, SessionRecord> records = new TreeMap<>();

    @Override
    public void commit(long commitId, List<Change> changes, Consumer<Outcome> done) {
        for (Change change : changes) {
            SessionRecord current = records.get(change.id());
            int epoch = current == null ? 0 : current.version().epoch();
            if (epoch != change.expectedEpoch()) {
                done.accept(Outcome.REFUSED);
                return;
            }
        }
        for (Change change : changes) {
            SessionRecord record = change.record();
            if (record == null) {
                records.remove(change.id());
            } else {
                records.put(change.id(), record);
            }
        }
        done.accept(Outcome.COMMITTED);
    }

    @Override
    public void read(SessionId id, Consumer<@Nullable SessionRecord> done) {
        done.accept(records.get(id));
    }

    /** How many records there are. */
    public int size() {
        return records.size();
    }
}
