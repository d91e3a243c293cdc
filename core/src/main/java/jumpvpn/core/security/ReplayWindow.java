package jumpvpn.core.security;

import java.util.Arrays;

/**
 * Remembers which of the newest {@value #SIZE} counters of one key have been received (the idea of RFC 6479: a ring of bits that only moves forward). Counters are unsigned 64-bit numbers. Ask after the packet has been authenticated,
 * never before, or a forger could move the window.
 */
public final class ReplayWindow {
    /** How far behind the largest counter a packet may come: {@code largest - SIZE} is too old. */
    public static final int SIZE = 8192;

    private final long[] seen = new long[SIZE / Long.SIZE];
    private long largest = -1;
    private boolean started;

    /**
     * Marks the counter as received.
     *
     * @return false if it was received before or is too old to tell: drop the packet
     */
    public boolean accept(long counter) {
        if (!started || Long.compareUnsigned(counter, largest) > 0) {
            moveTo(counter);
        } else if (Long.compareUnsigned(largest - counter, SIZE) >= 0) {
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
        if (!started || Long.compareUnsigned(steps, SIZE) >= 0) {
            Arrays.fill(seen, 0);
        } else {
            clear((int) (largest + 1) & (SIZE - 1), (int) steps);
        }
        largest = counter;
        started = true;
    }

    /** Clears {@code count} bits from {@code first} on, around the ring's end. */
    private void clear(int first, int count) {
        int at = first;
        for (int left = count; left > 0; ) {
            int bit = at & (Long.SIZE - 1);
            int width = Math.min(left, Long.SIZE - bit);
            seen[at / Long.SIZE] &= ~((-1L >>> (Long.SIZE - width)) << bit);
            at = (at + width) & (SIZE - 1);
            left -= width;
        }
    }
}
