package jumpvpn.node.ownership.embedded;

import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable.Change;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * The sessions as committed by all that the log has taken, on disk or on its way there: of each what decides whether a change is taken, some 50 bytes. The records themselves are in the log
 * only.
 */
final class TakenSessions {
    private static final int HIGH = 0;
    private static final int LOW = 1;
    /**
     * The first 8 bytes of the client's key. A key with those of a given client takes 2^64 key pairs to find; two of one's own that share them, 2^32, are only in each other's way.
     */
    private static final int CLIENT = 2;

    private static final int EPOCH = 3;
    private static final int WRITTEN = 4;
    private static final int WIDTH = 5;
    private static final int CLIENT_DIGITS = 16;

    private final Rows live = new Rows(WIDTH);
    private final RowIndex byId = new RowIndex(live, HIGH, LOW);
    private final RowIndex byClient = new RowIndex(live, CLIENT, CLIENT);
    /** What is left of ended sessions stays for seconds: when it was written. */
    private final TreeMap<SessionId, Long> ended = new TreeMap<>();

    /** Whether all these changes may be taken together. */
    boolean fit(List<Change> changes) {
        return changes.stream()
                .allMatch(change -> change.fits(epoch(change.id()), ended.containsKey(change.id()))
                        && leavesOneEach(change, changes));
    }

    /** Only a birth can give a client a second live record: a session keeps its client. */
    private boolean leavesOneEach(Change change, List<Change> changes) {
        SessionRecord born = change.expectedEpoch() == 0 ? change.record() : null;
        SessionId other = born == null || !born.isLive() ? null : ofClient(born.clientKey());
        return other == null || changes.stream().anyMatch(each -> each.id().equals(other));
    }

    /**
     * Takes changes that {@link #fit}.
     *
     * @param nanos boot time of their encoding
     */
    void take(List<Change> changes, long nanos) {
        // what goes, before what comes: a client's old session makes room for his new one
        for (Change change : changes) {
            SessionRecord record = change.record();
            if (record == null || !record.isLive()) {
                removeLive(change.id());
                ended.remove(change.id());
            }
            if (record != null && !record.isLive()) {
                ended.put(change.id(), nanos);
            }
        }
        for (Change change : changes) {
            SessionRecord record = change.record();
            if (record != null && record.isLive()) {
                putLive(record, nanos);
            }
        }
    }

    private void putLive(SessionRecord record, long nanos) {
        SessionId id = record.id();
        int row = row(id);
        if (row == RowIndex.NONE) {
            row = live.add(id.high(), id.low(), client(record.clientKey()), 0, 0);
            byId.put(row);
        }
        live.set(row, EPOCH, record.version().epoch());
        live.set(row, WRITTEN, nanos);
        byClient.put(row);
    }

    private void removeLive(SessionId id) {
        int row = row(id);
        if (row != RowIndex.NONE) {
            byId.remove(row);
            byClient.remove(row);
            byId.renumber(live.size() - 1, row);
            byClient.renumber(live.size() - 1, row);
            live.remove(row);
        }
    }

    private int row(SessionId id) {
        return byId.find(id.high(), id.low());
    }

    private static long client(String clientKey) {
        return HexFormat.fromHexDigitsToLong(clientKey, 0, CLIENT_DIGITS);
    }

    /** The epoch of the session's live record; 0: there is none. */
    int epoch(SessionId id) {
        int row = row(id);
        return row == RowIndex.NONE ? 0 : (int) live.get(row, EPOCH);
    }

    /** Boot time of when the session's record, live or ended, was encoded; null: there is none. */
    @Nullable
    Long writtenNanos(SessionId id) {
        int row = row(id);
        return row == RowIndex.NONE ? ended.get(id) : (Long) live.get(row, WRITTEN);
    }

    /** The client's live session, or null. */
    @Nullable
    SessionId ofClient(String clientKey) {
        long client = client(clientKey);
        int row = byClient.find(client, client);
        return row == RowIndex.NONE ? null : new SessionId(live.get(row, HIGH), live.get(row, LOW));
    }
}
