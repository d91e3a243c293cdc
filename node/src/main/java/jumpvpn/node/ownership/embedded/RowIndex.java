package jumpvpn.node.ownership.embedded;

import java.util.Arrays;

/**
 * Finds {@link Rows} by two of their columns: open addressing over row numbers, six bytes a row. Grows by a quarter, and is between 60 % and 75 % full then. Not for two threads at once.
 */
final class RowIndex {
    /** No row. */
    static final int NONE = -1;

    private static final int LEAST = 16;

    private final Rows rows;
    private final int highColumn;
    private final int lowColumn;
    private int[] slots = empty(LEAST);
    private int used;

    /** An index of no row yet. A key of one column is that column twice. */
    RowIndex(Rows rows, int highColumn, int lowColumn) {
        this.rows = rows;
        this.highColumn = highColumn;
        this.lowColumn = lowColumn;
    }

    private static int[] empty(int length) {
        int[] slots = new int[length];
        Arrays.fill(slots, NONE);
        return slots;
    }

    /** The row with this key, or {@link #NONE}. */
    int find(long high, long low) {
        return slots[slot(high, low)];
    }

    /** The row is found by its key from now on, in the place of another one with that key. */
    void put(int row) {
        int slot = slot(row);
        if (slots[slot] == NONE && ++used > slots.length / 4 * 3) {
            grow();
            slot = slot(row);
        }
        slots[slot] = row;
    }

    private void grow() {
        int[] old = slots;
        slots = empty(old.length + old.length / 4);
        for (int row : old) {
            if (row != NONE) {
                slots[slot(row)] = row;
            }
        }
    }

    /** The row is found no more, if it was. Those that were put behind it because its place was taken move up. */
    void remove(int row) {
        int gap = slot(row);
        if (slots[gap] != row) {
            return;
        }
        used--;
        for (int at = after(gap); slots[at] != NONE; at = after(at)) {
            if (distance(home(slots[at]), at) >= distance(gap, at)) {
                slots[gap] = slots[at];
                gap = at;
            }
        }
        slots[gap] = NONE;
    }

    /** The row gets another number, if it is found here. */
    void renumber(int row, int number) {
        int slot = slot(row);
        if (slots[slot] == row) {
            slots[slot] = number;
        }
    }

    private int slot(int row) {
        return slot(rows.get(row, highColumn), rows.get(row, lowColumn));
    }

    private int slot(long high, long low) {
        int slot = home(high, low);
        for (int row = slots[slot]; row != NONE && !is(row, high, low); row = slots[slot]) {
            slot = after(slot);
        }
        return slot;
    }

    private boolean is(int row, long high, long low) {
        return rows.get(row, highColumn) == high && rows.get(row, lowColumn) == low;
    }

    private int home(int row) {
        return home(rows.get(row, highColumn), rows.get(row, lowColumn));
    }

    private int home(long high, long low) {
        long mixed = (high ^ Long.rotateLeft(low, 32)) * 0x9e37_79b9_7f4a_7c15L + low * 0xc2b2_ae3d_27d4_eb4fL;
        return (int) (((mixed ^ mixed >>> 29) & 0xffff_ffffL) * slots.length >>> 32);
    }

    private int after(int slot) {
        return slot + 1 == slots.length ? 0 : slot + 1;
    }

    private int distance(int from, int to) {
        return to >= from ? to - from : to - from + slots.length;
    }
}
