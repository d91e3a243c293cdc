package jumpvpn.core.gateway;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.control.ReattachRequest;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * Gates A to F over one reading of the record (contract section 2). D comes first by construction: whoever gets here has proven possession. Pure: nothing is
 * kept, nothing is changed, the first gate that fails gives the answer.
 */
final class Gates {
    static final long CLOCK_SKEW_NANOS = 1_000_000_000L;
    private static final long MINUTE_NANOS = 60_000_000_000L;

    /** The gates in the order in which they are reported. */
    enum Gate {
        A,
        B,
        C,
        D,
        E,
        F
    }

    /**
     * What the gates look at.
     *
     * @param epoch the record's
     * @param epochBegunByUnanswered the record's epoch was begun by a request that this one lists as unanswered
     * @param generationKnown the named generation of the secret is still held
     * @param lifetimeEndNanos boot time
     * @param lossEndNanos when the transport-loss TTL is over, or never
     * @param sameNonceOtherBytes the nonce was used by another request
     * @param turnedAwayNanos a request made until then may have been turned away without a record of it
     * @param owned this gateway owns the session
     * @param bindPending another bind of this session is being committed here
     */
    record Facts(
            int epoch,
            boolean epochBegunByUnanswered,
            boolean generationKnown,
            long lifetimeEndNanos,
            long lossEndNanos,
            boolean sameNonceOtherBytes,
            long turnedAwayNanos,
            boolean owned,
            boolean bindPending) {}

    /**
     * The verdict.
     *
     * @param passed the gates passed, in order
     * @param refusal the reason of the first gate that failed; null: all passed
     */
    record Verdict(List<String> passed, @Nullable ReasonCode refusal) {}

    private final long incarnation;

    /** @param incarnation this start of the gateway: older tokens are stale */
    Gates(long incarnation) {
        this.incarnation = incarnation;
    }

    Verdict check(long nowNanos, ReattachRequest request, Facts facts, SwitchHistory history, Policy policy) {
        List<String> passed = new ArrayList<>();
        for (Gate gate : Gate.values()) {
            ReasonCode refusal = switch (gate) {
                case A -> gateA(nowNanos, facts);
                case B -> gateB(request, facts);
                case C -> gateC(nowNanos, request, facts, policy);
                case D -> null;
                case E -> facts.owned ? null : ReasonCode.NOT_OWNER;
                case F -> gateF(nowNanos, request, facts, history, policy);
            };
            if (refusal != null) {
                return new Verdict(passed, refusal);
            }
            passed.add(gate.name());
        }
        return new Verdict(passed, null);
    }

    private static @Nullable ReasonCode gateA(long nowNanos, Facts facts) {
        if (nowNanos >= facts.lifetimeEndNanos) {
            return ReasonCode.SESSION_EXPIRED;
        }
        return nowNanos >= facts.lossEndNanos ? ReasonCode.TRANSPORT_TTL_EXPIRED : null;
    }

    private static @Nullable ReasonCode gateB(ReattachRequest request, Facts facts) {
        if (Integer.compareUnsigned(request.expectedEpoch(), facts.epoch) > 0) {
            return ReasonCode.OWNERSHIP_AMBIGUOUS;
        }
        boolean matches = request.expectedEpoch() == facts.epoch || facts.epochBegunByUnanswered;
        return matches && facts.generationKnown ? null : ReasonCode.STALE_STATE_VERSION;
    }

    private @Nullable ReasonCode gateC(long nowNanos, ReattachRequest request, Facts facts, Policy policy) {
        if (!isYoung(nowNanos, request, policy) || madeNanos(request) <= facts.turnedAwayNanos) {
            return ReasonCode.STALE_REQUEST;
        }
        return facts.sameNonceOtherBytes ? ReasonCode.REPLAY_DETECTED : null;
    }

    /** Whether the request was made lately, for this start of the gateway: what is older may be a replay, so nothing may come of it. */
    boolean isYoung(long nowNanos, ReattachRequest request, Policy policy) {
        long madeNanos = madeNanos(request);
        long ageNanos = nowNanos - madeNanos;
        return request.token().incarnation() == incarnation
                && madeNanos >= 0
                && ageNanos >= -CLOCK_SKEW_NANOS
                && ageNanos <= policy.get(PolicyKey.SECURITY_REATTACH_MAX_AGE) + CLOCK_SKEW_NANOS;
    }

    /** When it was made, at the latest: by this gateway's clock, as the client counts on from its token. */
    private static long madeNanos(ReattachRequest request) {
        return request.token().issuedNanos() + request.tokenAgeNanos();
    }

    private static @Nullable ReasonCode gateF(
            long nowNanos, ReattachRequest request, Facts facts, SwitchHistory history, Policy policy) {
        if (facts.bindPending) {
            return ReasonCode.DUAL_ACTIVE_FORBIDDEN;
        }
        if (request.cause().isElective()) {
            if (history.electiveWithin(nowNanos, MINUTE_NANOS) >= policy.count(PolicyKey.SWITCHING_MAX_PER_MINUTE)) {
                return ReasonCode.SWITCH_RATE_LIMITED;
            }
            if (nowNanos - history.lastCommitNanos() < policy.get(PolicyKey.SWITCHING_COOLDOWN)) {
                return ReasonCode.COOLDOWN_ACTIVE;
            }
        } else if (nowNanos - history.lastForcedNanos() < policy.get(PolicyKey.SWITCHING_RECOVERY_INTERVAL)) {
            return ReasonCode.SWITCH_RATE_LIMITED;
        }
        return policy.allows(request.protocol()) ? null : ReasonCode.TRANSPORT_NOT_ALLOWED;
    }
}
