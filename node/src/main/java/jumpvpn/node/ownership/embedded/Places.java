package jumpvpn.node.ownership.embedded;

import java.util.TreeMap;

/** Where in a log each key's newest value is: some 30 bytes a key. A place is where an {@link Entry} begins and how long it is, in one number. */
final class Places {
    /** No place. */
    static final long NONE = -1;

    private static final int LENGTH_BITS = 17; // 65,536 and the entry's header
    private static final int PLACE = 2;

    private final TreeMap<Byte, Kind> kinds = new TreeMap<>();

    /** The keys of one kind. */
    private static final class Kind {
        final Rows rows = new Rows(3);
        final RowIndex index = new RowIndex(rows, 0, 1);
    }

    static long of(long at, int bytes) {
        return at << LENGTH_BITS | bytes;
    }

    /** Where the entry begins. */
    static long at(long place) {
        return place >> LENGTH_BITS;
    }

    /** How long the entry is; 0 where there is none. */
    static int bytes(long place) {
        return place == NONE ? 0 : (int) place & (1 << LENGTH_BITS) - 1;
    }

    /** The key's place, or {@link #NONE}. */
    long get(Entry.Key key) {
        Kind kind = kind(key);
        int row = kind.index.find(key.high(), key.low());
        return row == RowIndex.NONE ? NONE : kind.rows.get(row, PLACE);
    }

    private Kind kind(Entry.Key key) {
        return kinds.computeIfAbsent(key.kind(), _ -> new Kind());
    }

    /** Sets the key's place. @return the one before, or {@link #NONE} */
    long put(Entry.Key key, long place) {
        Kind kind = kind(key);
        int row = kind.index.find(key.high(), key.low());
        if (row == RowIndex.NONE) {
            kind.index.put(kind.rows.add(key.high(), key.low(), place));
            return NONE;
        }
        long before = kind.rows.get(row, PLACE);
        kind.rows.set(row, PLACE, place);
        return before;
    }

    /** The key has no place any more. @return the one before, or {@link #NONE} */
    long remove(Entry.Key key) {
        Kind kind = kind(key);
        int row = kind.index.find(key.high(), key.low());
        if (row == RowIndex.NONE) {
            return NONE;
        }
        long before = kind.rows.get(row, PLACE);
        kind.index.remove(row);
        kind.index.renumber(kind.rows.size() - 1, row);
        kind.rows.remove(row);
        return before;
    }
}
