package jumpvpn.core.data;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A hash table from 128-bit keys to values: one writer, any number of readers that take no lock and allocate nothing. Open addressing with linear probing; a
 * removed entry leaves a grave, one for all, until the table is rebuilt. An entry is immutable and published as a whole, so a reader sees it entirely or not at all.
 */
public final class LookupTable<V> {
    /** @param value null: a grave, and the key says nothing */
    private record Entry<V>(long high, long low, @Nullable V value) {}

    private static final Entry<?> GRAVE = new Entry<>(0, 0, null);

    private static final int LEAST = 16;

    private volatile AtomicReferenceArray<@Nullable Entry<V>> slots = new AtomicReferenceArray<>(LEAST);
    private int used;
    private int live;

    /** The value of a key, or null. */
    public @Nullable V get(long high, long low) {
        AtomicReferenceArray<@Nullable Entry<V>> table = slots;
        int mask = table.length() - 1;
        for (int i = hash(high, low) & mask; ; i = i + 1 & mask) {
            Entry<V> entry = table.getAcquire(i);
            if (entry == null) {
                return null;
            }
            if (entry.low == low && entry.high == high && entry.value != null) {
                return entry.value;
            }
        }
    }

    /** Sets the value of a key; writer only. */
    public void put(long high, long low, V value) {
        if (used >= slots.length() / 8 * 5) {
            rebuild();
        }
        boolean isNew = get(high, low) == null;
        if (store(slots, new Entry<>(high, low, value))) {
            used++;
        }
        live += isNew ? 1 : 0;
    }

    /** Removes a key if it is there; writer only. */
    public void remove(long high, long low) {
        if (get(high, low) != null) {
            bury(slots, high, low);
            live--;
            if (slots.length() > LEAST && live < slots.length() / 4) {
                rebuild();
            }
        }
    }

    /** How many keys have a value; writer only. */
    public int size() {
        return live;
    }

    private static <V> boolean store(AtomicReferenceArray<@Nullable Entry<V>> table, Entry<V> entry) {
        int mask = table.length() - 1;
        for (int i = hash(entry.high, entry.low) & mask; ; i = i + 1 & mask) {
            Entry<V> old = table.getPlain(i);
            if (old == null || (old.low == entry.low && old.high == entry.high && old.value != null)) {
                table.setRelease(i, entry);
                return old == null;
            }
        }
    }

    @SuppressWarnings("unchecked") // a grave has no value
    private static <V> void bury(AtomicReferenceArray<@Nullable Entry<V>> table, long high, long low) {
        int mask = table.length() - 1;
        int i = hash(high, low) & mask;
        for (Entry<V> old = table.getPlain(i); old != null; old = table.getPlain(i)) {
            if (old.low == low && old.high == high && old.value != null) {
                table.setRelease(i, (Entry<V>) GRAVE);
                return;
            }
            i = i + 1 & mask;
        }
    }

    /** Graves go; between a quarter and half of the slots are used then, if there is more than the least. */
    private void rebuild() {
        AtomicReferenceArray<@Nullable Entry<V>> old = slots;
        int size = Math.max(LEAST, Integer.highestOneBit(Math.max(1, 2 * live - 1)) * 2);
        AtomicReferenceArray<@Nullable Entry<V>> table = new AtomicReferenceArray<>(size);
        used = 0;
        for (int i = 0; i < old.length(); i++) {
            Entry<V> entry = old.getPlain(i);
            if (entry != null && entry.value != null) {
                store(table, entry);
                used++;
            }
        }
        slots = table;
    }

    private static int hash(long high, long low) {
        long mixed = (high ^ Long.rotateLeft(low, 32)) * 0x9e37_79b9_7f4a_7c15L + low * 0xc2b2_ae3d_27d4_eb4fL;
        return (int) (mixed ^ mixed >>> 29 ^ mixed >>> 47);
    }
}
