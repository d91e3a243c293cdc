package jumpvpn.core.transport;

import java.nio.ByteBuffer;
import jumpvpn.core.net.Varint;

/**
 * Smoothed round-trip time and its variation (RFC 6298 section 2), in nanoseconds, and the path's baseline: the least round trip of the last half to full minute, so
 * that a path that became slower for good is measured by what it is now.
 */
final class RttEstimator {
    private static final long INITIAL_NANOS = 333_000_000;
    private static final long BASELINE_NANOS = 30_000_000_000L;

    private long smoothed;
    private long variation;
    private long least = Long.MAX_VALUE;
    private long leastBefore = Long.MAX_VALUE;
    private long leastSinceNanos = -1;

    /** The round trip of the exchange that began the binding. */
    void first(long rttNanos) {
        least = rttNanos;
        smoothed = rttNanos;
        variation = rttNanos / 2;
    }

    /** Writes all of it, times as passed since then. */
    void encode(ByteBuffer out, long sinceNanos) {
        Varint.put(out, smoothed);
        Varint.put(out, variation);
        Varint.put(out, least == Long.MAX_VALUE ? -1 : least);
        Varint.put(out, leastBefore == Long.MAX_VALUE ? -1 : leastBefore);
        Varint.put(out, leastSinceNanos < 0 ? 0 : sinceNanos - leastSinceNanos + 1);
    }

    /** Reads what {@link #encode} wrote at this time or later. */
    void decode(ByteBuffer in, long sinceNanos) {
        smoothed = Varint.get(in);
        variation = Varint.get(in);
        least = orNone(Varint.get(in));
        leastBefore = orNone(Varint.get(in));
        long passed = Varint.get(in);
        leastSinceNanos = passed == 0 ? -1 : sinceNanos - passed + 1;
    }

    private static long orNone(long nanos) {
        return nanos < 0 ? Long.MAX_VALUE : nanos;
    }

    void sample(long nowNanos, long rttNanos) {
        if (smoothed == 0) {
            first(rttNanos);
        } else {
            variation += (Math.abs(smoothed - rttNanos) - variation) / 4;
            smoothed += (rttNanos - smoothed) / 8;
        }
        if (leastSinceNanos < 0) {
            leastSinceNanos = nowNanos;
        } else if (nowNanos - leastSinceNanos >= BASELINE_NANOS) {
            leastBefore = least;
            least = Long.MAX_VALUE;
            leastSinceNanos = nowNanos;
        }
        least = Math.min(least, rttNanos);
    }

    /** How long an answer may take before it is late. */
    long patienceNanos() {
        return smoothed == 0 ? INITIAL_NANOS : smoothed + 4 * variation;
    }

    long smoothedNanos() {
        return smoothed;
    }

    /** The path's baseline; 0 before the first sample. */
    long leastNanos() {
        long baseline = Math.min(least, leastBefore);
        return baseline == Long.MAX_VALUE ? 0 : baseline;
    }
}
