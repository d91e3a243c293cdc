package jumpvpn.core.security;

import java.util.Arrays;

/**
 * Remembers which of the newest counters have been received (the idea of RFC 6479: a ring of bits that only moves forward). Counters are unsigned 64-bit numbers. Ask after the packet has been authenticated, never before, or a forger
 * could move the window.
 */
public final class ReplayWindow {
    private final long size;
    private final long[] seen;
    private long largest = -1;
    private boolean started;

    /**
     * Nothing received yet.
     *
     * @param size how far behind the largest counter a packet may come, 1 to 2^30: {@code largest - size} is too old
     */
    public ReplayWindow(int size) {
        this.size = size;
        this.seen = new long[Math.max(1, Integer.highestOneBit(2 * size - 1) / Long.SIZE)];
    }

    /**
     * The window of a binding that was forgotten while it rested: what it may have received is taken for received.
     *
     * @param largest the largest counter received, or -1
     */
    public ReplayWindow(int size, long largest) {
        this(size);
        if (largest >= 0) {
            this.largest = largest;
            started = true;
            Arrays.fill(seen, -1);
        }
    }

    /**
     * Marks the counter as received.
     *
     * @return false if it was received before or is too old to tell: drop the packet
     */
    public boolean accept(long counter) {
        if (!started || Long.compareUnsigned(counter, largest) > 0) {
            moveTo(counter);
        } else if (Long.compareUnsigned(largest - counter, size) >= 0) {
            return false;
        }
        int word = (int) (counter >>> 6) & (seen.length - 1);
        long bit = 1L << counter;
        boolean fresh = (seen[word] & bit) == 0;
        seen[word] |= bit;
        return fresh;
    }

    /** The largest counter received; -1 before the first. */
    public long largest() {
        return largest;
    }

    /** Forgets the counters whose places the new ones take. */
    private void moveTo(long counter) {
        long steps = counter - largest;
        if (!started || Long.compareUnsigned(steps, bits()) >= 0) {
            Arrays.fill(seen, 0);
        } else {
            clear((int) (largest + 1) & (bits() - 1), (int) steps);
        }
        largest = counter;
        started = true;
    }

    private int bits() {
        return seen.length * Long.SIZE;
    }

    /** Clears {@code count} bits from {@code first} on, around the ring's end. */
    private void clear(int first, int count) {
        int at = first;
        for (int left = count; left > 0; ) {
            int bit = at & (Long.SIZE - 1);
            int width = Math.min(left, Long.SIZE - bit);
            seen[at / Long.SIZE] &= ~((-1L >>> (Long.SIZE - width)) << bit);
            at = (at + width) & (bits() - 1);
            left -= width;
        }
    }
}
