package jumpvpn.core.control;

import java.nio.ByteBuffer;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.transport.PathHealth;
import jumpvpn.core.transport.PathMtu;
import org.jspecify.annotations.Nullable;

/**
 * Watches one binding for its end of the session: turns the path's health into the reasons of the transition table (spikes, recovery after the hold time,
 * persistence: contract sections 1 and 3), says when a sign of life or an acknowledgement is due, what length is to be asked for, and when there is nothing to watch.
 */
public final class HealthWatch {
    private static final long CALM_NANOS = 1_000_000_000L;

    private final PathHealth health;
    private final PathMtu mtu;
    private final long holdNanos;
    private final long toDegradedNanos;
    private long lastBreachNanos;
    private long volatileSinceNanos;
    private boolean looked;

    /**
     * What a look found.
     *
     * @param reason for which the session should move, or null
     * @param worse a threshold other than missed heartbeats is passed, and none is missed: the path delivers, but badly
     * @param dead nothing was delivered for too long
     * @param ping a sign of life is to be asked for
     * @param acknowledge an acknowledgement is owed long enough
     * @param askBytes of a datagram whose arrival is to be asked for, a sign of life right behind it; 0: of none
     * @param quiet nothing is outstanding, owed, asked or to be judged
     * @param calm quiet for long: nothing needs another look until there is traffic again
     * @param againNanos when to look again, if not calm
     */
    public record Finding(
            @Nullable ReasonCode reason,
            boolean worse,
            boolean dead,
            boolean ping,
            boolean acknowledge,
            int askBytes,
            boolean quiet,
            boolean calm,
            long againNanos) {}

    /**
     * For one binding.
     *
     * @param rttNanos a first round trip, 0 if unknown
     */
    public HealthWatch(Policy policy, PathMtu mtu, long rttNanos) {
        this.mtu = mtu;
        health = new PathHealth(limits(policy), rttNanos);
        holdNanos = policy.get(PolicyKey.VOLATILITY_HOLD);
        toDegradedNanos = policy.get(PolicyKey.VOLATILITY_TO_DEGRADED);
    }

    private static PathHealth.Limits limits(Policy policy) {
        return new PathHealth.Limits(
                policy.get(PolicyKey.VOLATILITY_HEARTBEAT_INTERVAL),
                policy.count(PolicyKey.VOLATILITY_HEARTBEAT_MISSED),
                policy.get(PolicyKey.VOLATILITY_DEAD_AFTER),
                policy.get(PolicyKey.VOLATILITY_LOSS_THRESHOLD) / 1000.0,
                policy.get(PolicyKey.VOLATILITY_LOSS_WINDOW),
                policy.get(PolicyKey.VOLATILITY_LATENCY_THRESHOLD) / 1000.0);
    }

    /** Writes what is to outlast a rest in ATTACHED, times as passed since then. */
    public void encode(ByteBuffer out, long sinceNanos) {
        mtu.encode(out, sinceNanos);
        health.encode(out, sinceNanos);
    }

    /** The watch whose {@link #encode} wrote this; protocol and bytes as in {@link PathMtu#of}. */
    public static HealthWatch decode(Policy policy, Protocol protocol, int most, ByteBuffer in, long sinceNanos) {
        HealthWatch watch = new HealthWatch(policy, PathMtu.decode(protocol, most, in, sinceNanos), 0);
        watch.health.decode(in, sinceNanos);
        watch.looked = true;
        return watch;
    }

    /**
     * Looks at what the binding counts.
     *
     * @param sealed how many packets it sealed
     * @param wanted whether a datagram longer than {@link #longest} was to be sent, and such may be asked for
     */
    public Finding look(long nowNanos, SessionState state, PathHealth.Counts counts, long sealed, boolean wanted) {
        if (!looked) { // a new binding has its own hold time, also where the state is that of the one before
            looked = true;
            lastBreachNanos = nowNanos;
            volatileSinceNanos = nowNanos;
        }
        PathHealth.Verdict verdict = health.look(nowNanos, counts.plusReceived(mtu.unarrived(counts.acked())));
        PathHealth.Breach breach = health.breach(nowNanos);
        ReasonCode reason = judge(nowNanos, state, breach);
        int askBytes = mtu.due(nowNanos, health.patienceNanos(), wanted, sealed, counts.acked(), counts.peerReceived());
        boolean owed = counts.askedNanos() > counts.sentNanos();
        boolean quiet = verdict == PathHealth.Verdict.QUIET
                && state == SessionState.ATTACHED
                && reason == null
                && !owed
                && !mtu.isAsking();
        boolean calm = quiet && nowNanos - Math.max(counts.sentNanos(), counts.receivedNanos()) > CALM_NANOS;
        return new Finding(
                reason,
                breach != null && !health.isSilent(),
                verdict == PathHealth.Verdict.DEAD,
                verdict == PathHealth.Verdict.PING,
                owed && nowNanos - counts.askedNanos() >= PathHealth.ACK_DELAY_NANOS / 2,
                askBytes,
                quiet,
                calm,
                nowNanos + health.nextLookNanos());
    }

    private @Nullable ReasonCode judge(long nowNanos, SessionState state, PathHealth.@Nullable Breach breach) {
        if (breach != null) {
            lastBreachNanos = nowNanos;
        }
        return switch (state) {
            case ATTACHED -> {
                volatileSinceNanos = nowNanos;
                yield breach == null ? null : reason(breach);
            }
            case VOLATILE -> {
                if (nowNanos - lastBreachNanos >= holdNanos) {
                    yield ReasonCode.HEALTH_RECOVERED;
                }
                yield nowNanos - volatileSinceNanos >= toDegradedNanos ? ReasonCode.VOLATILE_PERSISTED : null;
            }
            case DEGRADED -> nowNanos - lastBreachNanos >= holdNanos ? ReasonCode.EXIT_DEGRADED : null;
            case BIRTH, RECOVERING, TERMINATED -> null;
        };
    }

    private static ReasonCode reason(PathHealth.Breach breach) {
        return switch (breach) {
            case LOSS -> ReasonCode.LOSS_SPIKE;
            case LATENCY -> ReasonCode.LATENCY_SPIKE;
            case JITTER -> ReasonCode.JITTER_SPIKE;
            case HEARTBEAT -> ReasonCode.HEARTBEAT_MISSED;
        };
    }

    /** A datagram of so many bytes arrived at the peer. */
    public void arrived(int bytes) {
        mtu.arrived(bytes);
    }

    /** Bytes of the longest datagram that may be sent now. */
    public int longest() {
        return mtu.limit();
    }

    /** Bytes of the longest datagram that the path carries, once that is known; else 0. */
    public int found() {
        return mtu.found();
    }

    /** Whether an answer is late now. */
    public boolean isLate() {
        return health.isLate();
    }

    /** How long an answer may take before it is late. */
    public long patienceNanos() {
        return health.patienceNanos();
    }

    /** The smoothed round trip, 0 before the first sample. */
    public long rttNanos() {
        return health.rttNanos();
    }

    /** One-way loss over the window, 0..1. */
    public double loss(long nowNanos) {
        return health.loss(nowNanos);
    }
}
