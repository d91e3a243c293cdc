package jumpvpn.core.transport;

/** Smoothed round-trip time and its variation (RFC 6298 section 2), in nanoseconds. */
final class RttEstimator {
    private static final long INITIAL_NANOS = 333_000_000;

    private long smoothed;
    private long variation;
    private long least = Long.MAX_VALUE;

    void sample(long rttNanos) {
        least = Math.min(least, rttNanos);
        if (smoothed == 0) {
            smoothed = rttNanos;
            variation = rttNanos / 2;
            return;
        }
        variation += (Math.abs(smoothed - rttNanos) - variation) / 4;
        smoothed += (rttNanos - smoothed) / 8;
    }

    /** How long an answer may take before it is late. */
    long patienceNanos() {
        return smoothed == 0 ? INITIAL_NANOS : smoothed + 4 * variation;
    }

    long smoothedNanos() {
        return smoothed;
    }

    /** The path's baseline: its least round trip; 0 before the first sample. */
    long leastNanos() {
        return least == Long.MAX_VALUE ? 0 : least;
    }
}
