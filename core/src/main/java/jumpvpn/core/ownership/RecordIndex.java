package jumpvpn.core.ownership;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * Records by their id: a hash table with open addressing, and the hashes beside the records, since most of what a lookup costs is the memory that it touches. Whoever
 * asks for all of them gets them by session id.
 */
final class RecordIndex {
    private static final int LEAST = 16;

    private @Nullable SessionRecord[] slots = new SessionRecord[LEAST];
    private int[] hashes = new int[LEAST];
    private int size;

    @Nullable
    SessionRecord get(SessionId wanted) {
        return slots[find(wanted)];
    }

    /** Sets the record of its id. */
    void put(SessionRecord record) {
        int at = find(record.id());
        if (slots[at] == null && ++size * 2 > slots.length) {
            grow();
            at = find(record.id());
        }
        slots[at] = record;
        hashes[at] = hash(record.id());
    }

    private void grow() {
        @Nullable SessionRecord[] smaller = slots;
        slots = new SessionRecord[smaller.length * 2];
        hashes = new int[slots.length];
        for (SessionRecord record : smaller) {
            if (record != null) {
                int at = find(record.id());
                slots[at] = record;
                hashes[at] = hash(record.id());
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
                hashes[hole] = 0;
                return;
            }
            int home = hashes[at] & mask;
            if ((at - home & mask) >= (at - hole & mask)) {
                slots[hole] = record;
                hashes[hole] = hashes[at];
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
        int hash = hash(wanted);
        int at = hash & mask;
        for (SessionRecord record = slots[at];
                record != null && !(hashes[at] == hash && record.id().equals(wanted));
                record = slots[at]) {
            at = at + 1 & mask;
        }
        return at;
    }

    private static int hash(SessionId id) {
        int hash = id.hashCode() * 0x9e37_79b9;
        return hash ^ hash >>> 15;
    }
}
