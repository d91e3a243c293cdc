package jumpvpn.node.ownership.embedded;

import java.util.Arrays;

/** Rows of longs, numbered without a gap: as many columns as it takes, and next to nothing that is not used. Not for two threads at once. */
final class Rows {
    private static final int CHUNK_BITS = 10;
    private static final int CHUNK_ROWS = 1 << CHUNK_BITS;

    private final int width;
    private long[][] chunks = {};
    private int size;

    /** @param width how many columns */
    Rows(int width) {
        this.width = width;
    }

    int size() {
        return size;
    }

    long get(int row, int column) {
        return chunks[row >> CHUNK_BITS][at(row, column)];
    }

    void set(int row, int column, long value) {
        chunks[row >> CHUNK_BITS][at(row, column)] = value;
    }

    private int at(int row, int column) {
        return (row & CHUNK_ROWS - 1) * width + column;
    }

    /** Adds a row at the end. @return its number */
    int add(long... values) {
        if (size == chunks.length << CHUNK_BITS) {
            chunks = Arrays.copyOf(chunks, chunks.length + 1);
            chunks[chunks.length - 1] = new long[CHUNK_ROWS * width];
        }
        System.arraycopy(values, 0, chunks[size >> CHUNK_BITS], at(size, 0), width);
        return size++;
    }

    /** Removes a row: the last one gets its number. */
    void remove(int row) {
        int last = --size;
        System.arraycopy(chunks[last >> CHUNK_BITS], at(last, 0), chunks[row >> CHUNK_BITS], at(row, 0), width);
        if (last <= chunks.length - 2 << CHUNK_BITS) { // one empty chunk stays: the next row may come at once
            chunks = Arrays.copyOf(chunks, chunks.length - 1);
        }
    }
}
