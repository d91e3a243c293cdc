package jumpvpn.lab.bench;

import java.util.List;
import java.util.function.Consumer;
import jumpvpn.core.ownership.MemorySessionTable;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.SessionId;

/** A session table in memory that can be emptied under its only gateway, to see what it took. Tells nobody of changes: all are that gateway's own. */
final class DetachedTable implements SessionTable {
    private MemorySessionTable table = new MemorySessionTable();

    /** Forgets everything. */
    void empty() {
        table = new MemorySessionTable();
    }

    @Override
    public void commit(long commitId, List<Change> changes, Consumer<Outcome> done) {
        table.commit(commitId, changes, done);
    }

    @Override
    public void read(SessionId id, Consumer<Reading> done) {
        table.read(id, done);
    }

    @Override
    public void readClient(String clientKey, Consumer<Reading> done) {
        table.readClient(clientKey, done);
    }

    @Override
    public void mark(Mark mark, Consumer<Outcome> done) {
        table.mark(mark, done);
    }

    @Override
    public void load(long gateway, Consumer<List<SessionRecord>> done) {
        table.load(gateway, done);
    }

    @Override
    public void watch(Watcher watcher) {
        // nobody else commits
    }
}
