package jumpvpn.core.agent;

import java.util.ArrayDeque;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * The session's binds as the client saw them: it judges rate and cooldown itself, so as not to ask in vain. It learns of a bind after the gateway has committed it, so
 * it is never more generous. Bounded by the most switches that a policy allows in a minute.
 */
final class OwnSwitches {
    private static final int MOST = 600;
    private static final long MINUTE_NANOS = 60_000_000_000L;

    private final ArrayDeque<Long> electiveNanos = new ArrayDeque<>();
    private long lastNanos;

    void bound(long nowNanos, boolean elective) {
        lastNanos = nowNanos;
        if (elective) {
            electiveNanos.add(nowNanos);
            if (electiveNanos.size() > MOST) {
                electiveNanos.remove();
            }
        }
    }

    /** Why the gateway would refuse an elective switch now, or null. */
    @Nullable
    ReasonCode refusal(long nowNanos, Policy policy) {
        electiveNanos.removeIf(at -> nowNanos - at >= MINUTE_NANOS);
        if (electiveNanos.size() >= policy.count(PolicyKey.SWITCHING_MAX_PER_MINUTE)) {
            return ReasonCode.SWITCH_RATE_LIMITED;
        }
        return nowNanos - lastNanos < policy.get(PolicyKey.SWITCHING_COOLDOWN) ? ReasonCode.COOLDOWN_ACTIVE : null;
    }

    /** When an elective switch is allowed again, if it is refused now. */
    long allowedNanos(Policy policy) {
        long cooled = lastNanos + policy.get(PolicyKey.SWITCHING_COOLDOWN);
        int tooMany = electiveNanos.size() - policy.count(PolicyKey.SWITCHING_MAX_PER_MINUTE);
        return tooMany < 0
                ? cooled
                : Math.max(
                        cooled, electiveNanos.stream().skip(tooMany).findFirst().orElseThrow() + MINUTE_NANOS);
    }
}
