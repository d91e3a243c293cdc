package jumpvpn.core.transport;

import java.util.Arrays;

/** Delivery and latency samples of the last window, at most {@value #SAMPLES} of each, evenly spaced in time. */
final class QualityWindow {
    private static final int SAMPLES = 64;
    private static final int LEAST_LATENCIES = 8;
    private static final int LEAST_STEPS = 16; // as RFC 3550 smooths its jitter

    private final long windowNanos;
    private long[] deliveryNanos = {};
    private long[] ackedCounters = {};
    private long[] receivedCounts = {};
    private long[] latencyNanos = {};
    private long[] latencies = {};
    private int deliveryCount;
    private int latencyCount;

    QualityWindow(long windowNanos) {
        this.windowNanos = windowNanos;
    }

    void delivery(long nowNanos, long acked, long received) {
        if (deliveryCount > 0 && nowNanos - deliveryNanos[(deliveryCount - 1) % SAMPLES] < windowNanos / SAMPLES) {
            return;
        }
        if (deliveryCount == 0) { // most bindings never have a sample
            deliveryNanos = new long[SAMPLES];
            ackedCounters = new long[SAMPLES];
            receivedCounts = new long[SAMPLES];
        }
        int slot = deliveryCount++ % SAMPLES;
        deliveryNanos[slot] = nowNanos;
        ackedCounters[slot] = acked;
        receivedCounts[slot] = received;
    }

    void latency(long nowNanos, long rttNanos) {
        if (latencyCount > 0 && nowNanos - latencyNanos[(latencyCount - 1) % SAMPLES] < windowNanos / SAMPLES) {
            return;
        }
        if (latencyCount == 0) {
            latencyNanos = new long[SAMPLES];
            latencies = new long[SAMPLES];
        }
        int slot = latencyCount++ % SAMPLES;
        latencyNanos[slot] = nowNanos;
        latencies[slot] = rttNanos;
    }

    /** One minus received over sent, between the oldest and newest sample of the window; 0 below {@code least} packets sent. */
    double loss(long nowNanos, int least) {
        int oldest = -1;
        int newest = -1;
        for (int i = Math.max(0, deliveryCount - SAMPLES); i < deliveryCount; i++) {
            if (nowNanos - deliveryNanos[i % SAMPLES] <= windowNanos) {
                oldest = oldest < 0 ? i % SAMPLES : oldest;
                newest = i % SAMPLES;
            }
        }
        if (oldest < 0) {
            return 0;
        }
        long sent = ackedCounters[newest] - ackedCounters[oldest];
        long arrived = receivedCounts[newest] - receivedCounts[oldest];
        return sent < least ? 0 : Math.clamp(1 - (double) arrived / sent, 0, 1);
    }

    /**
     * By how much a round trip of the window differs from the one before it, on the average; 0 while there are too few. Over at least {@value #LEAST_STEPS}: the mean of fewer
     * steps would be that of a single stall, up and down again, of which the first half second of a session on a busy machine has one.
     */
    long jitterNanos(long nowNanos) {
        long before = -1;
        long sum = 0;
        int count = 0;
        for (int i = Math.max(0, latencyCount - SAMPLES); i < latencyCount; i++) {
            if (nowNanos - latencyNanos[i % SAMPLES] <= windowNanos) {
                long latency = latencies[i % SAMPLES];
                sum += before < 0 ? 0 : Math.abs(latency - before);
                before = latency;
                count++;
            }
        }
        return count < LEAST_LATENCIES ? 0 : sum / Math.max(LEAST_STEPS, count - 1);
    }

    /** The 95th percentile of the window's round trips, which is never a single one that stands out; 0 while there are too few. */
    long latency95Nanos(long nowNanos) {
        if (latencyCount < LEAST_LATENCIES) {
            return 0;
        }
        long[] recent = new long[SAMPLES];
        int count = 0;
        for (int i = Math.max(0, latencyCount - SAMPLES); i < latencyCount; i++) {
            if (nowNanos - latencyNanos[i % SAMPLES] <= windowNanos) {
                recent[count++] = latencies[i % SAMPLES];
            }
        }
        if (count < LEAST_LATENCIES) {
            return 0;
        }
        Arrays.sort(recent, 0, count);
        return recent[(count - 1) * 95 / 100];
    }
}
