package jumpvpn.lab.sessions;

import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How long binds took, and the longest time without any. One thread's. */
public final class BindTimes {
    private static final double NANOS_PER_MILLI = 1e6;
    /** More than are bound in any time that is measured. */
    private static final int MOST = 1 << 20;

    private long[] takenNanos = new long[1024];
    private int count;
    private long newestNanos;
    private long gapNanos;

    /** How many are known. */
    public int count() {
        return count;
    }

    /** When the newest bind was; 0: there was none. */
    public long newestNanos() {
        return newestNanos;
    }

    /** One more, that took so long. */
    public void add(long nowNanos, long nanos) {
        if (count == takenNanos.length && count < MOST) {
            takenNanos = Arrays.copyOf(takenNanos, 2 * count);
        }
        if (count < takenNanos.length) {
            takenNanos[count++] = nanos;
        }
        gapNanos = newestNanos == 0 ? 0 : Math.max(gapNanos, nowNanos - newestNanos);
        newestNanos = nowNanos;
    }

    /** Begins anew. */
    public void reset() {
        count = 0;
        newestNanos = 0;
        gapNanos = 0;
    }

    /** Puts how many there were, their median, 99 of 100 and slowest, and the longest gap, in milliseconds. */
    public void put(Map<String, @Nullable Object> json) {
        long[] sorted = Arrays.copyOf(takenNanos, count);
        Arrays.sort(sorted);
        json.put("bound", count);
        json.put("p50_ms", millis(sorted, 0.5));
        json.put("p99_ms", millis(sorted, 0.99));
        json.put("most_ms", millis(sorted, 1));
        json.put("gap_ms", gapNanos / NANOS_PER_MILLI);
    }

    private static double millis(long[] sorted, double share) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(share * sorted.length) - 1] / NANOS_PER_MILLI;
    }
}
