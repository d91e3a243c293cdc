package jumpvpn.core.ownership;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * Records by their id: a hash table with open addressing. What a commit looks at lies beside the records, since most of what a lookup costs is the memory that it
 * touches. Whoever asks for all of them gets them by session id.
 */
final class RecordIndex {
    private static final int LEAST = 16;

    /** What there is of each slot's record: both halves of its id, and its epoch if it is live, else {@link #NOT_LIVE}. */
    private static final int KEY = 3;

    private static final int NOT_LIVE = 0;

    private @Nullable SessionRecord[] slots = new SessionRecord[LEAST];
    private long[] keys = new long[LEAST * KEY];
    private int size;

    @Nullable
    SessionRecord get(SessionId wanted) {
        return slots[find(wanted)];
    }

    /** Whether the change may be made to what is here. */
    boolean fits(SessionTable.Change change) {
        int at = find(change.id());
        int liveEpoch = slots[at] == null ? NOT_LIVE : (int) keys[at * KEY + 2];
        return change.fits(liveEpoch, slots[at] != null && liveEpoch == NOT_LIVE);
    }

    /** Sets the record of its id. */
    void put(SessionRecord record) {
        int at = find(record.id());
        if (slots[at] == null && ++size * 2 > slots.length) {
            grow();
            at = find(record.id());
        }
        set(at, record);
    }

    private void set(int at, SessionRecord record) {
        slots[at] = record;
        keys[at * KEY] = record.id().high();
        keys[at * KEY + 1] = record.id().low();
        keys[at * KEY + 2] = record.isLive() ? record.version().epoch() : NOT_LIVE;
    }

    private void grow() {
        @Nullable SessionRecord[] smaller = slots;
        slots = new SessionRecord[smaller.length * 2];
        keys = new long[slots.length * KEY];
        for (SessionRecord record : smaller) {
            if (record != null) {
                set(find(record.id()), record);
            }
        }
    }

    /** Removes the record of an id, if there is one. What was put behind it because its place was taken moves up. */
    void remove(SessionId gone) {
        int hole = find(gone);
        if (slots[hole] == null) {
            return;
        }
        size--;
        int mask = slots.length - 1;
        for (int at = hole + 1 & mask; ; at = at + 1 & mask) {
            SessionRecord record = slots[at];
            if (record == null) {
                slots[hole] = null;
                return;
            }
            int home = hash(keys[at * KEY], keys[at * KEY + 1]) & mask;
            if ((at - home & mask) >= (at - hole & mask)) {
                set(hole, record);
                hole = at;
            }
        }
    }

    int size() {
        return size;
    }

    /** All of them, by session id. */
    List<SessionRecord> all() {
        List<SessionRecord> all = new ArrayList<>(size);
        for (SessionRecord record : slots) {
            if (record != null) {
                all.add(record);
            }
        }
        all.sort(Comparator.comparing(SessionRecord::id));
        return all;
    }

    /** Where the id is, or would be. */
    private int find(SessionId wanted) {
        int mask = slots.length - 1;
        int at = hash(wanted.high(), wanted.low()) & mask;
        while (slots[at] != null && !(keys[at * KEY] == wanted.high() && keys[at * KEY + 1] == wanted.low())) {
            at = at + 1 & mask;
        }
        return at;
    }

    private static int hash(long high, long low) {
        long mixed = (high ^ Long.rotateLeft(low, 32)) * 0x9e37_79b9_7f4a_7c15L;
        return (int) (mixed >>> 32);
    }
}
