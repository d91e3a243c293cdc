package jumpvpn.core.control;

import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.transport.PathHealth;
import org.jspecify.annotations.Nullable;

/** Turns a path's health into the reasons of the transition table: spikes, recovery after the hold time, persistence (contract sections 1 and 3). */
public final class HealthWatch {
    private final long holdNanos;
    private final long toDegradedNanos;
    private long lastBreachNanos;
    private long volatileSinceNanos;

    /** For one binding. */
    public HealthWatch(Policy policy) {
        holdNanos = policy.get(PolicyKey.VOLATILITY_HOLD);
        toDegradedNanos = policy.get(PolicyKey.VOLATILITY_TO_DEGRADED);
    }

    /** The thresholds of a policy. */
    public static PathHealth.Limits limits(Policy policy) {
        return new PathHealth.Limits(
                policy.get(PolicyKey.VOLATILITY_HEARTBEAT_INTERVAL),
                policy.count(PolicyKey.VOLATILITY_HEARTBEAT_MISSED),
                policy.get(PolicyKey.VOLATILITY_DEAD_AFTER),
                policy.get(PolicyKey.VOLATILITY_LOSS_THRESHOLD) / 1000.0,
                policy.get(PolicyKey.VOLATILITY_LOSS_WINDOW),
                policy.get(PolicyKey.VOLATILITY_LATENCY_THRESHOLD) / 1000.0);
    }

    /** The reason for which the session should move, or null. */
    public @Nullable ReasonCode judge(long nowNanos, SessionState state, PathHealth.@Nullable Breach breach) {
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
            case HEARTBEAT -> ReasonCode.HEARTBEAT_MISSED;
        };
    }
}
