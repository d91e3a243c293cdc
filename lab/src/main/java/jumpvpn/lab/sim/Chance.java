package jumpvpn.lab.sim;

import java.util.List;

/** The dice of a simulation: SplitMix64, so that a seed means the same on every Java. Every part of the world has dice of its own, so that a change in one leaves the others' throws alone. */
final class Chance {
    private long state;

    Chance(long seed, String purpose) {
        state = seed * 0x9e37_79b9_7f4a_7c15L + purpose.hashCode() * 0xc2b2_ae3d_27d4_eb4fL;
    }

    long nextLong() {
        state += 0x9e37_79b9_7f4a_7c15L;
        long mixed = (state ^ state >>> 30) * 0xbf58_476d_1ce4_e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d0_49bb_1331_11ebL;
        return mixed ^ mixed >>> 31;
    }

    /** 0 up to 1. */
    double unit() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** Happens with this probability. */
    boolean happens(double probability) {
        return unit() < probability;
    }

    /** From least to most, both included. */
    long between(long least, long most) {
        return least + (long) (unit() * (most - least + 1));
    }

    /** Below the limit, from 0. */
    int below(int limit) {
        return (int) between(0, limit - 1L);
    }

    /** Around the mean, never more than eight times of it: the pauses of things that happen independently. */
    long about(long mean) {
        return (long) (mean * Math.min(8, -Math.log(1 - unit())));
    }

    <T> T oneOf(List<T> items) {
        return items.get(below(items.size()));
    }

    /** A place in the list, each as often as its weight says. */
    int weighted(int[] weights) {
        int thrown = below(java.util.Arrays.stream(weights).sum());
        int at = 0;
        while (thrown >= weights[at]) {
            thrown -= weights[at++];
        }
        return at;
    }

    byte[] bytes(int length) {
        byte[] out = new byte[length];
        for (int i = 0; i < length; i++) {
            out[i] = (byte) nextLong();
        }
        return out;
    }
}
