package jumpvpn.core.data;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A hash table from 128-bit keys to values: one writer, any number of readers that take no lock and allocate nothing. Open addressing with linear probing; a
 * removed entry leaves a grave, until another is put there or the table is rebuilt. An entry is immutable and published as a whole, so a reader sees it entirely or not at all.
 * Eight bits of each key's hash lie beside the entries, so that a search touches hardly any but the one it finds.
 */
public final class LookupTable<V> {
    /** @param value null: a grave, and the key says nothing */
    private record Entry<V>(long high, long low, @Nullable V value) {}

    private static final Entry<?> GRAVE = new Entry<>(0, 0, null);

    private static final int LEAST = 16;

    /** @param tags of the entries, each written before its entry: a search that meets another's in between goes on, as if it had come before or after */
    private record Slots<V>(AtomicReferenceArray<@Nullable Entry<V>> entries, byte[] tags) {
        Slots(int length) {
            this(new AtomicReferenceArray<>(length), new byte[length]);
        }

        int length() {
            return tags.length;
        }

        boolean has(int i, Entry<V> entry, int hash, long high, long low) {
            return tags[i] == tag(hash) && entry.low == low && entry.high == high && entry.value != null;
        }
    }

    private volatile Slots<V> slots = new Slots<>(LEAST);
    private int used;
    private int live;

    /** The value of a key, or null. */
    public @Nullable V get(long high, long low) {
        Slots<V> table = slots;
        int mask = table.length() - 1;
        int hash = hash(high, low);
        for (int i = hash & mask; ; i = i + 1 & mask) {
            Entry<V> entry = table.entries.getAcquire(i);
            if (entry == null) {
                return null;
            }
            if (table.has(i, entry, hash, high, low)) {
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

    /** In the place of the entry with its key, else in a grave on the way, else in a new place. @return whether in a new one */
    private static <V> boolean store(Slots<V> table, Entry<V> entry) {
        int mask = table.length() - 1;
        int hash = hash(entry.high, entry.low);
        int grave = -1;
        for (int i = hash & mask; ; i = i + 1 & mask) {
            Entry<V> old = table.entries.getPlain(i);
            if (old == GRAVE) {
                grave = grave < 0 ? i : grave;
            } else if (old == null || table.has(i, old, hash, entry.high, entry.low)) {
                boolean isNew = old == null && grave < 0;
                int place = old == null && grave >= 0 ? grave : i;
                table.tags[place] = tag(hash);
                table.entries.setRelease(place, entry);
                return isNew;
            }
        }
    }

    @SuppressWarnings("unchecked") // a grave has no value
    private static <V> void bury(Slots<V> table, long high, long low) {
        int mask = table.length() - 1;
        int hash = hash(high, low);
        int i = hash & mask;
        for (Entry<V> old = table.entries.getPlain(i); old != null; old = table.entries.getPlain(i)) {
            if (table.has(i, old, hash, high, low)) {
                table.entries.setRelease(i, (Entry<V>) GRAVE);
                table.tags[i] = 0;
                return;
            }
            i = i + 1 & mask;
        }
    }

    /** Graves go; between a quarter and half of the slots are used then, if there is more than the least. */
    private void rebuild() {
        Slots<V> old = slots;
        int size = Math.max(LEAST, Integer.highestOneBit(Math.max(1, 2 * live - 1)) * 2);
        Slots<V> table = new Slots<>(size);
        used = 0;
        for (int i = 0; i < old.length(); i++) {
            Entry<V> entry = old.entries.getPlain(i);
            if (entry != null && entry.value != null) {
                store(table, entry);
                used++;
            }
        }
        slots = table;
    }

    private static byte tag(int hash) {
        return (byte) (hash >>> 24);
    }

    private static int hash(long high, long low) {
        long mixed = (high ^ Long.rotateLeft(low, 32)) * 0x9e37_79b9_7f4a_7c15L + low * 0xc2b2_ae3d_27d4_eb4fL;
        return (int) (mixed ^ mixed >>> 29 ^ mixed >>> 47);
    }
}
