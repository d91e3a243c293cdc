package jumpvpn.core.observability.audit;

import java.util.ArrayDeque;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import org.jspecify.annotations.Nullable;

/** How often one owner bound a session, against what the policy allows (contract section 3). Boot times of one machine only. */
final class SwitchLimits {
    private static final long MINUTE_NANOS = 60_000_000_000L;
    private static final long LONG_AGO = Long.MIN_VALUE / 2;

    private final ArrayDeque<Long> electiveNanos = new ArrayDeque<>(2);
    private long lastCommitNanos = LONG_AGO;
    private long lastForcedNanos = LONG_AGO;

    void born(long nowNanos) {
        lastCommitNanos = nowNanos;
    }

    /** Takes a bind. @return what is wrong with it, in words; null if nothing is */
    @Nullable
    String bound(long nowNanos, boolean elective, Policy policy) {
        String problem = elective ? elective(nowNanos, policy) : forced(nowNanos, policy);
        lastCommitNanos = nowNanos;
        return problem;
    }

    private @Nullable String elective(long nowNanos, Policy policy) {
        long pause = nowNanos - lastCommitNanos;
        int most = policy.count(PolicyKey.SWITCHING_MAX_PER_MINUTE);
        electiveNanos.removeIf(at -> nowNanos - at >= MINUTE_NANOS);
        electiveNanos.add(nowNanos);
        if (electiveNanos.size() > most) {
            return electiveNanos.size() + " elective switches in a minute, " + most + " are allowed";
        }
        return pause < policy.get(PolicyKey.SWITCHING_COOLDOWN)
                ? "an elective switch " + pause / 1_000_000 + " ms after the last one: inside the cooldown"
                : null;
    }

    private @Nullable String forced(long nowNanos, Policy policy) {
        long pause = nowNanos - lastForcedNanos;
        lastForcedNanos = nowNanos;
        return pause < policy.get(PolicyKey.SWITCHING_RECOVERY_INTERVAL)
                ? "a bind " + pause / 1_000_000 + " ms after the last one: inside the recovery interval"
                : null;
    }
}
