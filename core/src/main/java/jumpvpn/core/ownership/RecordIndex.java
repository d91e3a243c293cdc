package jumpvpn.core.ownership;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Records by something that is in them: a hash table with open addressing and nothing but the records in it, since most of what a lookup costs is the memory that it
 * touches. Whoever asks for all of them gets them by session id.
 *
 * @param <K> the key, with equals and hashCode
 */
final class RecordIndex<K> {
    private static final int LEAST = 16;

    private final Function<SessionRecord, K> key;
    private @Nullable SessionRecord[] slots = new SessionRecord[LEAST];
    private int size;

    /** @param key of a record */
    RecordIndex(Function<SessionRecord, K> key) {
        this.key = key;
    }

    @Nullable
    SessionRecord get(K wanted) {
        return slots[find(slots, wanted)];
    }

    /** Sets the record of its key. */
    void put(SessionRecord record) {
        int at = find(slots, key.apply(record));
        if (slots[at] == null && ++size * 2 > slots.length) {
            grow();
            at = find(slots, key.apply(record));
        }
        slots[at] = record;
    }

    private void grow() {
        @Nullable SessionRecord[] larger = new SessionRecord[slots.length * 2];
        for (SessionRecord record : slots) {
            if (record != null) {
                larger[find(larger, key.apply(record))] = record;
            }
        }
        slots = larger;
    }

    /** Removes the record of a key, if there is one. What was put behind it because its place was taken moves up. */
    void remove(K gone) {
        int hole = find(slots, gone);
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
            int home = hash(key.apply(record)) & mask;
            if ((at - home & mask) >= (at - hole & mask)) {
                slots[hole] = record;
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

    /** Where the key is, or would be. */
    private int find(@Nullable SessionRecord[] in, K wanted) {
        int mask = in.length - 1;
        int at = hash(wanted) & mask;
        for (SessionRecord record = in[at]; record != null && !key.apply(record).equals(wanted); record = in[at]) {
            at = at + 1 & mask;
        }
        return at;
    }

    private static int hash(Object key) {
        int hash = key.hashCode() * 0x9e37_79b9;
        return hash ^ hash >>> 15;
    }
}
