package jumpvpn.core.gateway;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import jumpvpn.core.control.ReattachRequest;
import jumpvpn.core.ownership.SwitchTimes;
import jumpvpn.core.session.Fault;
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

    /** No bind can follow: fail closed (docs/adr/0014). */
    static final int LAST_EPOCH = -1;
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
     * @param beganEpoch the record's epoch was begun by this very request, and its answer is not here any more
     * @param generationKnown the named generation of the secret is still held
     * @param lifetimeEndNanos boot time
     * @param lossEndNanos when the transport-loss TTL is over, or never
     * @param sameNonceOtherBytes the nonce was used by another request
     * @param notOurs why this gateway neither owns the session nor may come to own it; null: it does or may
     * @param bindPending another bind of this session, its end, or the end of its client's other one, is being committed here
     * @param switches when the session was bound
     * @param policy the session's
     */
    record Facts(
            int epoch,
            boolean epochBegunByUnanswered,
            boolean beganEpoch,
            boolean generationKnown,
            long lifetimeEndNanos,
            long lossEndNanos,
            boolean sameNonceOtherBytes,
            @Nullable ReasonCode notOurs,
            boolean bindPending,
            SwitchTimes switches,
            Policy policy) {}

    /**
     * The verdict.
     *
     * @param passed the gates passed, in order
     * @param refusal the reason of the first gate that failed; null: all passed
     */
    record Verdict(List<String> passed, @Nullable ReasonCode refusal) {
        boolean isPast(Gate gate) {
            return passed.size() > gate.ordinal();
        }
    }

    private static final Gate[] IN_ORDER = Gate.values();
    /** What was passed before each gate, and behind the last, by name. */
    private static final List<List<String>> PASSED = passed();

    private static List<List<String>> passed() {
        List<String> all = Arrays.stream(IN_ORDER).map(Gate::name).toList();
        return IntStream.rangeClosed(0, all.size())
                .mapToObj(count -> List.copyOf(all.subList(0, count)))
                .toList();
    }

    private final long incarnation;
    private final Set<Fault> faults;

    /**
     * The gates of one start of a gateway.
     *
     * @param incarnation of this start: older tokens are stale
     * @param faults what a test has broken
     */
    Gates(long incarnation, Set<Fault> faults) {
        this.incarnation = incarnation;
        this.faults = faults;
    }

    Verdict check(long nowNanos, ReattachRequest request, Facts facts) {
        for (Gate gate : IN_ORDER) {
            ReasonCode refusal = switch (gate) {
                case A -> gateA(nowNanos, facts);
                case B -> gateB(request, facts);
                case C -> gateC(nowNanos, request, facts);
                case D -> null;
                case E -> faults.contains(Fault.SKIP_GATE_E) ? null : facts.notOurs;
                case F -> gateF(nowNanos, request, facts);
            };
            if (refusal != null) {
                return new Verdict(PASSED.get(gate.ordinal()), refusal);
            }
        }
        return new Verdict(PASSED.getLast(), null);
    }

    private static @Nullable ReasonCode gateA(long nowNanos, Facts facts) {
        if (nowNanos >= facts.lifetimeEndNanos || facts.epoch == LAST_EPOCH) {
            return ReasonCode.SESSION_EXPIRED;
        }
        return nowNanos >= facts.lossEndNanos ? ReasonCode.TRANSPORT_TTL_EXPIRED : null;
    }

    private @Nullable ReasonCode gateB(ReattachRequest request, Facts facts) {
        if (faults.contains(Fault.SKIP_GATE_B) && facts.generationKnown) {
            return null;
        }
        if (Integer.compareUnsigned(request.expectedEpoch(), facts.epoch) > 0) {
            return ReasonCode.OWNERSHIP_AMBIGUOUS;
        }
        boolean matches = request.expectedEpoch() == facts.epoch || facts.epochBegunByUnanswered || facts.beganEpoch;
        return matches && facts.generationKnown ? null : ReasonCode.STALE_STATE_VERSION;
    }

    private @Nullable ReasonCode gateC(long nowNanos, ReattachRequest request, Facts facts) {
        if (!isYoung(nowNanos, request, facts.policy)) {
            return ReasonCode.STALE_REQUEST;
        }
        if (faults.contains(Fault.SKIP_GATE_C) || faults.contains(Fault.ACCEPT_USED_NONCE)) {
            return null;
        }
        if (facts.beganEpoch) { // its nonce is spent, and its answer may be lost: nothing comes of it, but who made it
            // may ask anew
            return ReasonCode.STALE_REQUEST;
        }
        return facts.sameNonceOtherBytes ? ReasonCode.REPLAY_DETECTED : null;
    }

    /** Whether the request was made lately, for this start of the gateway: what is older may be a replay, so nothing may come of it. */
    boolean isYoung(long nowNanos, ReattachRequest request, Policy policy) {
        long madeNanos = request.token().issuedNanos() + request.tokenAgeNanos();
        long ageNanos = nowNanos - madeNanos;
        boolean young = request.token().incarnation() == incarnation
                && madeNanos >= 0
                && ageNanos >= -CLOCK_SKEW_NANOS
                && ageNanos <= policy.get(PolicyKey.SECURITY_REATTACH_MAX_AGE) + CLOCK_SKEW_NANOS;
        return young || faults.contains(Fault.SKIP_GATE_C);
    }

    private @Nullable ReasonCode gateF(long nowNanos, ReattachRequest request, Facts facts) {
        Policy policy = facts.policy;
        SwitchTimes switches = facts.switches;
        if (facts.bindPending) {
            return ReasonCode.DUAL_ACTIVE_FORBIDDEN;
        }
        if (request.cause().isElective()) {
            if (switches.electiveInAMinute(nowNanos) >= policy.count(PolicyKey.SWITCHING_MAX_PER_MINUTE)) {
                return ReasonCode.SWITCH_RATE_LIMITED;
            }
            if (nowNanos - switches.lastCommitNanos() < policy.get(PolicyKey.SWITCHING_COOLDOWN)
                    && !faults.contains(Fault.COOLDOWN_IGNORED)) {
                return ReasonCode.COOLDOWN_ACTIVE;
            }
        } else if (nowNanos - switches.lastForcedNanos() < policy.get(PolicyKey.SWITCHING_RECOVERY_INTERVAL)) {
            return ReasonCode.SWITCH_RATE_LIMITED;
        }
        return policy.allows(request.protocol()) ? null : ReasonCode.TRANSPORT_NOT_ALLOWED;
    }
}
