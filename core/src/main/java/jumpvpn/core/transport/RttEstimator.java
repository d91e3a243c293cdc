package jumpvpn.core.transport;

import java.nio.ByteBuffer;
import jumpvpn.core.net.Varint;

/**
 * Smoothed round-trip time and its variation (RFC 6298 section 2), in nanoseconds, and the path's baseline: the least round trip of the last half to full minute, so
 * that a path that became slower for good is measured by what it is now; but never a single one that stands out, as when somebody's copies overtook a packet and its
 * answer.
 */
final class RttEstimator {
    private static final long INITIAL_NANOS = 333_000_000;
    private static final long BASELINE_NANOS = 30_000_000_000L;

    private long smoothed;
    private long variation;
    private long least = Long.MAX_VALUE;
    private long secondLeast = Long.MAX_VALUE;
    private long secondLeastBefore = Long.MAX_VALUE;
    private long leastSinceNanos = -1;

    /** The round trip of the exchange that began the binding: the baseline until there is a lesser one. */
    void first(long rttNanos) {
        least = rttNanos;
        secondLeast = rttNanos;
        begin(rttNanos);
    }

    private void begin(long rttNanos) {
        smoothed = rttNanos;
        variation = rttNanos / 2;
    }

    /** Writes all of it, times as passed since then. */
    void encode(ByteBuffer out, long sinceNanos) {
        Varint.put(out, smoothed);
        Varint.put(out, variation);
        Varint.put(out, least == Long.MAX_VALUE ? -1 : least);
        Varint.put(out, secondLeast == Long.MAX_VALUE ? -1 : secondLeast);
        Varint.put(out, secondLeastBefore == Long.MAX_VALUE ? -1 : secondLeastBefore);
        Varint.put(out, leastSinceNanos < 0 ? 0 : sinceNanos - leastSinceNanos + 1);
    }

    /** Reads what {@link #encode} wrote at this time or later. */
    void decode(ByteBuffer in, long sinceNanos) {
        smoothed = Varint.get(in);
        variation = Varint.get(in);
        least = orNone(Varint.get(in));
        secondLeast = orNone(Varint.get(in));
        secondLeastBefore = orNone(Varint.get(in));
        long passed = Varint.get(in);
        leastSinceNanos = passed == 0 ? -1 : sinceNanos - passed + 1;
    }

    private static long orNone(long nanos) {
        return nanos < 0 ? Long.MAX_VALUE : nanos;
    }

    void sample(long nowNanos, long rttNanos) {
        if (smoothed == 0) {
            begin(rttNanos);
        } else {
            variation += (Math.abs(smoothed - rttNanos) - variation) / 4;
            smoothed += (rttNanos - smoothed) / 8;
        }
        if (leastSinceNanos < 0) {
            leastSinceNanos = nowNanos;
        } else if (nowNanos - leastSinceNanos >= BASELINE_NANOS) {
            secondLeastBefore = secondLeast;
            least = Long.MAX_VALUE;
            secondLeast = Long.MAX_VALUE;
            leastSinceNanos = nowNanos;
        }
        secondLeast = Math.min(secondLeast, Math.max(least, rttNanos));
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
        long baseline = Math.min(secondLeast, secondLeastBefore);
        if (baseline == Long.MAX_VALUE) { // no more than one sample so far
            baseline = least;
        }
        return baseline == Long.MAX_VALUE ? 0 : baseline;
    }
}
