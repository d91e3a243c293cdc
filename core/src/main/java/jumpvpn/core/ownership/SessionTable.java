package jumpvpn.core.ownership;

import java.util.List;
import java.util.function.Consumer;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * The session table: linearizable, asynchronous. Callbacks come on the caller's control thread, at once or later, exactly once. An UNKNOWN outcome is settled by
 * reading: the record bears the commit's id.
 */
public interface SessionTable {
    /** How a commit ended. */
    enum Outcome {
        /** All changes are in. */
        COMMITTED,
        /** An epoch was not as expected; nothing has changed. */
        REFUSED,
        /** Nobody can say yet. */
        UNKNOWN
    }

    /**
     * One compare-and-swap on a record's epoch.
     *
     * @param expectedEpoch of the record before; 0: there must be none
     * @param record what replaces it; null: it is removed
     */
    record Change(SessionId id, int expectedEpoch, @Nullable SessionRecord record) {}

    /** Applies all changes or none. */
    void commit(long commitId, List<Change> changes, Consumer<Outcome> done);

    /** Reads one record, linearizably; null is passed if there is none. */
    void read(SessionId id, Consumer<@Nullable SessionRecord> done);
}
