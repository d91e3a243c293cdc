package jumpvpn.core.transport;

import java.nio.ByteBuffer;
import jumpvpn.core.net.Varint;
import org.jspecify.annotations.Nullable;

/**
 * Judges one path from what its binding counts: is it dead, shaken or well? Armed only while something is outstanding: without a packet that asks for an
 * acknowledgement there is nothing to miss. Call {@link #look} again and again while it is; it never blocks and keeps a bounded window.
 *
 * <p>Loss at random is no death. An answer is late after an interval i: a round trip r and what the peer may wait, 20 ms. From then on a sign of life is asked for
 * {@value #ASKS_PER_INTERVAL} times an interval, and death is found at 3.5 i (heartbeat-missed 3), so (3.5 i - i - r) / (i/8) &gt; 12 questions could have been
 * answered, besides the packet that began it. Where a tenth is lost each way, 1 - 0.9 * 0.9 = 0.19 of the round trips are, and 0.19^13 = 4e-10: at a packet every
 * 500 ms that is one false death in 40 years. Shorter round trips leave time for more, since no death is found before 250 ms; where a policy's dead-after
 * cuts the 3.5 i short, as 1.5 s does from round trips of 410 ms on, there are fewer.
 */
public final class PathHealth {
    /** How long an end may keep an acknowledgement back, nanoseconds. */
    public static final long ACK_DELAY_NANOS = 20_000_000;

    private static final long LEAST_INTERVAL_NANOS = 40_000_000;
    private static final long LEAST_DEAD_NANOS = 250_000_000;
    private static final long LEAST_LATENCY_NANOS = 150_000_000;
    private static final long LEAST_JITTER_NANOS = 25_000_000;
    private static final long LATE_LOOK_NANOS = 60_000_000;
    private static final int LEAST_LOSS_PACKETS = 20;
    private static final int ASKS_PER_INTERVAL = 8;
    private static final long MOST_LOOK_NANOS = 25_000_000;

    /** What a look finds. */
    public enum Verdict {
        /** Nothing outstanding. */
        QUIET,
        /** Outstanding, and not yet late. */
        WAITING,
        /** Late: ask for a sign of life now. */
        PING,
        /** No delivery for so long that the path is dead. */
        DEAD
    }

    /** Which threshold is passed; of several the first. */
    public enum Breach {
        LOSS,
        LATENCY,
        JITTER,
        HEARTBEAT
    }

    /**
     * The thresholds of contract section 3.
     *
     * @param loss one-way, as a fraction
     * @param latencyFactor times the path's baseline
     */
    public record Limits(
            long heartbeatIntervalNanos,
            int heartbeatMissed,
            long deadAfterNanos,
            double loss,
            long windowNanos,
            double latencyFactor) {}

    /**
     * What a binding counts.
     *
     * @param sentAsking largest counter sent that asks for an acknowledgement, or -1
     * @param acked largest counter acknowledged, or -1
     * @param progressNanos when acked last grew
     * @param peerReceived how many packets the peer had received then
     * @param rttNanos newest sample, or 0
     * @param sentNanos when a packet was sent last
     * @param receivedNanos when the newest authentic packet came
     * @param askedNanos since when an acknowledgement is owed, if it is after sentNanos
     */
    public record Counts(
            long sentAsking,
            long acked,
            long progressNanos,
            long peerReceived,
            long rttNanos,
            long sentNanos,
            long receivedNanos,
            long askedNanos) {
        /** As if the peer had received so many more. */
        public Counts plusReceived(long packets) {
            return new Counts(
                    sentAsking,
                    acked,
                    progressNanos,
                    peerReceived + packets,
                    rttNanos,
                    sentNanos,
                    receivedNanos,
                    askedNanos);
        }
    }

    private final Limits limits;
    private final RttEstimator rtt = new RttEstimator();
    private final QualityWindow window;
    private long outstandingSinceNanos = -1;
    private long lastAcked = -1;
    private long lastLookNanos = -1;
    private long lastPingNanos;
    private int missed;
    private boolean outstanding;

    /**
     * A path of which nothing is known but perhaps a first round trip.
     *
     * @param rttNanos 0 if unknown
     */
    public PathHealth(Limits limits, long rttNanos) {
        this.limits = limits;
        this.window = new QualityWindow(limits.windowNanos);
        if (rttNanos > 0) {
            rtt.first(rttNanos);
        }
    }

    /** Writes what is to outlast a rest with nothing outstanding, times as passed since then. What the window saw is not: a rest is longer. */
    public void encode(ByteBuffer out, long sinceNanos) {
        rtt.encode(out, sinceNanos);
        Varint.put(out, lastAcked);
        Varint.put(out, lastPingNanos == 0 ? 0 : sinceNanos - lastPingNanos + 1);
    }

    /** Reads what {@link #encode} wrote. */
    public void decode(ByteBuffer in, long sinceNanos) {
        rtt.decode(in, sinceNanos);
        lastAcked = Varint.get(in);
        long passed = Varint.get(in);
        lastPingNanos = passed == 0 ? 0 : sinceNanos - passed + 1;
    }

    /** Looks at the counts. */
    public Verdict look(long nowNanos, Counts counts) {
        forgiveLateLook(nowNanos);
        if (counts.acked > lastAcked) {
            boolean isPrompt =
                    counts.sentAsking > lastAcked; // else it may have waited for long: clocks of both ends drift
            lastAcked = counts.acked;
            outstandingSinceNanos = counts.progressNanos;
            if (counts.rttNanos > 0 && isPrompt) {
                rtt.sample(nowNanos, counts.rttNanos);
                window.latency(nowNanos, counts.rttNanos);
            }
            window.delivery(nowNanos, counts.acked, counts.peerReceived);
        }
        boolean before = outstanding;
        outstanding = counts.acked < counts.sentAsking;
        if (!outstanding) {
            missed = 0;
            return Verdict.QUIET;
        }
        if (!before) {
            outstandingSinceNanos = nowNanos;
        }
        return late(nowNanos);
    }

    private Verdict late(long nowNanos) {
        long waited = nowNanos - outstandingSinceNanos;
        long interval = intervalNanos();
        missed = (int) (waited / interval);
        if (waited >= deadAfterNanos()) {
            return Verdict.DEAD;
        }
        if (missed > 0 && nowNanos - lastPingNanos >= askPauseNanos()) {
            lastPingNanos = nowNanos;
            return Verdict.PING;
        }
        return Verdict.WAITING;
    }

    /** Time in which nobody looked says nothing about the path: this process slept or starved, so it is not held against the peer. */
    private void forgiveLateLook(long nowNanos) {
        long gap = nowNanos - lastLookNanos;
        if (outstanding && lastLookNanos >= 0 && gap > LATE_LOOK_NANOS) {
            outstandingSinceNanos += gap - LATE_LOOK_NANOS;
        }
        lastLookNanos = nowNanos;
    }

    /**
     * Which threshold is passed now, or null. Latency: the 95th percentile of the window's round trips over the limit, which is a multiple of the path's baseline. Jitter:
     * round trips differ from one to the next, on the average over the window, by more than a quarter of what that limit leaves above the baseline.
     */
    public @Nullable Breach breach(long nowNanos) {
        if (window.loss(nowNanos, LEAST_LOSS_PACKETS) >= limits.loss) {
            return Breach.LOSS;
        }
        long baseline = rtt.leastNanos();
        long most = Math.max(LEAST_LATENCY_NANOS, (long) (baseline * limits.latencyFactor));
        if (window.latency95Nanos(nowNanos) > most) {
            return Breach.LATENCY;
        }
        if (window.jitterNanos(nowNanos) > Math.max(LEAST_JITTER_NANOS, (most - baseline) / 4)) {
            return Breach.JITTER;
        }
        return isSilent() ? Breach.HEARTBEAT : null;
    }

    /** Whether so many signs of life were missed that it is a breach: nothing is delivered, so what the window says is of the past. */
    public boolean isSilent() {
        return missed >= limits.heartbeatMissed;
    }

    /** Whether an answer is late now: one sign of life was missed, or more. */
    public boolean isLate() {
        return missed > 0;
    }

    private long intervalNanos() {
        long patience = rtt.patienceNanos() + ACK_DELAY_NANOS;
        return Math.clamp(
                patience, Math.min(LEAST_INTERVAL_NANOS, limits.heartbeatIntervalNanos), limits.heartbeatIntervalNanos);
    }

    private long deadAfterNanos() {
        long adaptive = intervalNanos() * (2L * limits.heartbeatMissed + 1) / 2;
        return Math.min(limits.deadAfterNanos, Math.max(LEAST_DEAD_NANOS, adaptive));
    }

    /** How long until the next look is worth it. */
    public long nextLookNanos() {
        if (!isLate()) {
            return Math.clamp(intervalNanos() / 4, 5_000_000, MOST_LOOK_NANOS);
        }
        long pause = askPauseNanos();
        return pause > MOST_LOOK_NANOS ? pause / 2 + 1 : pause;
    }

    private long askPauseNanos() {
        return Math.clamp(intervalNanos() / ASKS_PER_INTERVAL, 5_000_000, 2 * MOST_LOOK_NANOS);
    }

    /** How long an answer may take before it is late. */
    public long patienceNanos() {
        return rtt.patienceNanos();
    }

    /** The smoothed round trip, 0 before the first sample. */
    public long rttNanos() {
        return rtt.smoothedNanos();
    }

    /** One-way loss over the window, 0..1; 0 while too little was sent to tell. */
    public double loss(long nowNanos) {
        return window.loss(nowNanos, LEAST_LOSS_PACKETS);
    }
}
