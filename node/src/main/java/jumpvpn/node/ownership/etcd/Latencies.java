package jumpvpn.node.ownership.etcd;

import java.util.Arrays;

/** How long the last calls took. Any thread. */
final class Latencies {
    private static final int MOST = 1024;

    private final long[] nanos = new long[MOST];
    private long count;

    synchronized void took(long callNanos) {
        nanos[(int) (count++ % MOST)] = callNanos;
    }

    /** So many percent of the calls took at most this; 0: there was none. */
    synchronized long micros(int percent) {
        int known = (int) Math.min(count, MOST);
        long[] sorted = Arrays.copyOf(nanos, known);
        Arrays.sort(sorted);
        return known == 0 ? 0 : sorted[Math.min(known - 1, known * percent / 100)] / 1000;
    }
}
