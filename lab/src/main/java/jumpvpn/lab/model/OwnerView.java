package jumpvpn.lab.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The owner's view of one session: the record's truth, the gates before it and the answers kept (contract sections 1 to 3). */
public final class OwnerView extends View {
    private static final long CLOCK_SKEW = 1_000_000_000L;
    private static final int MOST_KEPT = 128;

    /** A nonce that was answered. */
    private record Kept(int bytes, long nanos) {}

    private final Map<String, Kept> kept = new LinkedHashMap<>();
    private final Switches switches = new Switches();
    private List<Long> generations = List.of(0L);
    private String bindNonce = "";
    private int counted;
    private @Nullable Request pending;

    /** A session whose birth was committed just now: 1.0. */
    public OwnerView(Terms terms, long nowNanos) {
        super(terms, true);
        row(nowNanos, Reason.HANDSHAKE_OK);
        switches.born(nowNanos);
        lifetimeEndNanos = nowNanos + terms.lifetime();
    }

    /** A request arrives. */
    public Answer request(long nowNanos, Request request) {
        if (!request.proven()) {
            return new Answer.Silence();
        }
        kept.entrySet()
                .removeIf(entry -> nowNanos - entry.getValue().nanos > terms.maxAge() + 2 * CLOCK_SKEW
                        && !entry.getKey().equals(bindNonce));
        Kept before = kept.get(request.nonce());
        if (before != null && before.bytes == request.bytes()) {
            return new Answer.SameAgain();
        }
        if (kept.size() >= MOST_KEPT) {
            return new Answer.Refusal(Reason.SWITCH_RATE_LIMITED, version);
        }
        Reason refusal = firstFailing(nowNanos, request, before != null);
        if (refusal != null) {
            return refuse(nowNanos, request, refusal);
        }
        pending = request;
        return new Answer.Later();
    }

    /** Gates A, B, C and F; D holds by now, and E: who has this view owns the session. */
    private @Nullable Reason firstFailing(long nowNanos, Request request, boolean nonceUsed) {
        if (nowNanos >= lifetimeEndNanos) {
            return Reason.SESSION_EXPIRED;
        }
        if (nowNanos >= lossEndNanos) {
            return Reason.TRANSPORT_TTL_EXPIRED;
        }
        if (request.expectedEpoch() > version.epoch()) {
            return Reason.OWNERSHIP_AMBIGUOUS;
        }
        boolean knowsEpoch = request.expectedEpoch() == version.epoch()
                || request.unanswered().contains(bindNonce)
                || request.nonce().equals(bindNonce);
        if (!knowsEpoch || !generations.contains(request.generation())) {
            return Reason.STALE_STATE_VERSION;
        }
        if (!isYoung(nowNanos, request)) {
            return Reason.STALE_REQUEST;
        }
        if (!nonceUsed && request.nonce().equals(bindNonce)) { // spent, as the record says, and its answer gone
            return Reason.STALE_REQUEST;
        }
        if (nonceUsed) {
            return Reason.REPLAY_DETECTED;
        }
        return gateF(nowNanos, request);
    }

    private boolean isYoung(long nowNanos, Request request) {
        long age = nowNanos - request.madeNanos();
        return request.tokenOfThisStart() && age >= -CLOCK_SKEW && age <= terms.maxAge() + CLOCK_SKEW;
    }

    private @Nullable Reason gateF(long nowNanos, Request request) {
        if (pending != null) {
            return Reason.DUAL_ACTIVE_FORBIDDEN;
        }
        Reason tooSoon =
                request.cause().elective ? switches.elective(nowNanos, terms) : switches.forced(nowNanos, terms);
        if (tooSoon != null) {
            return tooSoon;
        }
        return request.protocolAllowed() ? null : Reason.TRANSPORT_NOT_ALLOWED;
    }

    /** An old request is refused like any other, but leaves nothing: it may be anybody's recording. */
    private Answer refuse(long nowNanos, Request request, Reason why) {
        Answer answer = new Answer.Refusal(why, version);
        boolean young = isYoung(nowNanos, request);
        if (young && why != Reason.REPLAY_DETECTED) {
            kept.put(request.nonce(), new Kept(request.bytes(), nowNanos));
        }
        boolean counts = young && (why == Reason.STALE_STATE_VERSION || why == Reason.TRANSPORT_NOT_ALLOWED);
        if (counts) {
            counted++;
        }
        if (why == Reason.OWNERSHIP_AMBIGUOUS) {
            row(nowNanos, Reason.OWNERSHIP_AMBIGUOUS);
        } else if (counts && counted >= terms.maxRejects()) {
            row(nowNanos, Reason.POLICY_EXCEEDED);
        }
        return answer;
    }

    /** The bind that was asked for is committed: two rows, or one if the session was RECOVERING. */
    public Answer committed(long nowNanos) {
        Request request = java.util.Objects.requireNonNull(pending);
        pending = null;
        if (state != State.RECOVERING) {
            row(nowNanos, bound ? request.cause().said : Reason.CANDIDATE_APPEARED);
        }
        row(nowNanos, Reason.REATTACH_ACCEPT);
        switches.bound(nowNanos, request.cause().elective);
        long newest = generations.getLast();
        List<Long> known = new ArrayList<>(List.of(request.generation()));
        if (newest != request.generation()) {
            known.add(newest);
        }
        known.add(newest + 1);
        generations = known;
        counted = 0;
        bindNonce = request.nonce();
        kept.put(bindNonce, new Kept(request.bytes(), nowNanos));
        return new Answer.Bound(version);
    }

    /** Another commit was first: nothing has changed. */
    public Answer commitRefused(long nowNanos) {
        Request request = java.util.Objects.requireNonNull(pending);
        pending = null;
        return refuse(nowNanos, request, Reason.DUAL_ACTIVE_FORBIDDEN);
    }
}
