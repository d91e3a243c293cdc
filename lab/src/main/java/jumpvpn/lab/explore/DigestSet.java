package jumpvpn.lab.explore;

/** A set of digests, 16 bytes each: there are millions. */
final class DigestSet {
    private long[] slots = new long[1 << 12];
    private int size;

    /** @return whether it is new */
    boolean add(Digest.Value digest) {
        if (size * 3L > slots.length) { // of two longs a slot: two thirds are taken
            grow();
        }
        boolean isNew = put(slots, digest.high(), digest.low() == 0 ? 1 : digest.low());
        size += isNew ? 1 : 0;
        return isNew;
    }

    int size() {
        return size;
    }

    private static boolean put(long[] into, long high, long low) {
        int mask = into.length - 1;
        int at = (int) (high << 1) & mask;
        while (into[at + 1] != 0) {
            if (into[at] == high && into[at + 1] == low) {
                return false;
            }
            at = at + 2 & mask;
        }
        into[at] = high;
        into[at + 1] = low;
        return true;
    }

    private void grow() {
        long[] larger = new long[slots.length * 2];
        for (int at = 0; at < slots.length; at += 2) {
            if (slots[at + 1] != 0) {
                put(larger, slots[at], slots[at + 1]);
            }
        }
        slots = larger;
    }
}
