package jumpvpn.lab.model;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The owner's view of one session: the record's truth, the gates before it and the answers kept (contract sections 1 to 4). Who has only the record has it too, to bind
 * or to end the session. Binds and ends are rows once they are committed; while a commit is under way no other row is taken.
 */
public final class OwnerView extends View {
    /** What is known of a record's binding by somebody who lacks its owner's memory. */
    public enum Life {
        /** It ended when this gateway lost its memory. */
        OURS,
        /** Another gateway has it, alive for all that is known. */
        ELSEWHERE,
        /** It was another gateway's whose lease is over: only the client knows. */
        OWNER_GONE,
        /** As before, and the transport-loss TTL is over. */
        LOST
    }

    private final KeptAnswers kept = new KeptAnswers();
    private Switches switches = new Switches();
    private List<Long> generations = List.of(0L);
    private String bindNonce = "";
    /** The nonce whose answer is the ACK of the present binding, which outlives its age. */
    private String acknowledged = "";

    private int counted;
    private @Nullable Reason first;
    private @Nullable Request pending;
    private long pendingNanos;
    private @Nullable Reason ending;
    private int commits;
    private long thawedNanos = Long.MIN_VALUE;
    private boolean lossUntold;

    private OwnerView(Terms terms) {
        super(terms, true);
    }

    /**
     * A session whose birth is committed now: 1.0.
     *
     * @param askedNanos when the commit was asked for
     */
    public static OwnerView born(Terms terms, long askedNanos, long nowNanos) {
        OwnerView view = new OwnerView(terms);
        view.row(nowNanos, Reason.HANDSHAKE_OK);
        view.heardNanos = askedNanos;
        view.switches.born(nowNanos);
        view.lifetimeEndNanos = askedNanos + terms.lifetime();
        return view;
    }

    /** What the commit of a birth must leave. */
    public static Record birth(Terms terms, long askedNanos) {
        Switches switches = new Switches();
        switches.born(askedNanos);
        OwnerView view = born(terms, askedNanos, askedNanos);
        return new Record(view.news(), view.generations, "", view.lifetimeEndNanos, askedNanos, switches.binds());
    }

    /** A session known from its record only: it takes no row but a committed one, and its packets wait. */
    public static OwnerView loaded(Terms terms, Record record, Life life) {
        OwnerView view = new OwnerView(terms);
        view.state = record.rows().getLast().to();
        view.version = record.version();
        view.memoryLost = true;
        view.bound = life == Life.ELSEWHERE || life == Life.OWNER_GONE;
        view.first = life == Life.OURS ? Reason.GATEWAY_RESTARTED : null;
        view.lifetimeEndNanos = record.lifetimeEndNanos();
        view.lossEndNanos = life == Life.ELSEWHERE ? NEVER : record.noBindingSinceNanos() + terms.lossTtl();
        view.generations = record.generations();
        view.bindNonce = record.bindNonce();
        view.switches = Switches.of(record.binds());
        return view;
    }

    /** This gateway had the session before and lost it: where it knows better when it was bound, its limits of switches count from that. */
    public void remembers(Binds lost, long epoch) {
        switches = epoch == version.epoch() ? Switches.of(lost) : switches.notBefore(lost);
    }

    /** When the session was bound, as this gateway knows it. */
    public Binds binds() {
        return switches.binds();
    }

    /** A request arrives. */
    public Answer request(long nowNanos, Request request) {
        Answer answer = unjudged(nowNanos, request);
        return answer == null ? judge(nowNanos, request) : answer;
    }

    /** The answer to a request that the gates need not look at, or null. */
    public @Nullable Answer unjudged(long nowNanos, Request request) {
        if (!request.proven()) {
            return new Answer.Silence();
        }
        kept.forget(nowNanos, terms.maxAge(), acknowledged);
        if (kept.answers(request)) {
            return new Answer.SameAgain();
        }
        if (pending != null && pending.nonce().equals(request.nonce())) {
            return new Answer.Silence();
        }
        if (kept.isFull()) {
            return new Answer.Refusal(Reason.SWITCH_RATE_LIMITED, version);
        }
        return null;
    }

    /** The gates, over one reading of the record. */
    public Answer judge(long nowNanos, Request request) {
        boolean nonceUsed = kept.hasNonceOf(request);
        Reason refusal = firstFailing(nowNanos, request, nonceUsed);
        if (refusal != null) {
            return refuse(nowNanos, request, refusal);
        }
        pending = request;
        pendingNanos = nowNanos;
        return new Answer.Later();
    }

    /** Gates A, B, C, E and F; D holds by now. */
    private @Nullable Reason firstFailing(long nowNanos, Request request, boolean nonceUsed) {
        if (nowNanos >= lifetimeEndNanos) {
            return Reason.SESSION_EXPIRED;
        }
        if (pending == null && nowNanos >= lossEndNanos) { // a bind under way may yet make it pointless
            return Reason.TRANSPORT_TTL_EXPIRED;
        }
        if (request.expectedEpoch() > version.epoch()) {
            return Reason.OWNERSHIP_AMBIGUOUS;
        }
        boolean beganEpoch = !nonceUsed && request.nonce().equals(bindNonce); // its answer is gone
        boolean knowsEpoch = request.expectedEpoch() == version.epoch()
                || request.unanswered().contains(bindNonce)
                || beganEpoch;
        if (!knowsEpoch || !generations.contains(request.generation())) {
            return Reason.STALE_STATE_VERSION;
        }
        if (!isYoung(nowNanos, request)) {
            return Reason.STALE_REQUEST;
        }
        if (beganEpoch) { // its nonce is spent: the record says so
            return Reason.STALE_REQUEST;
        }
        if (nonceUsed) {
            return Reason.REPLAY_DETECTED;
        }
        return request.notOurs() == null ? gateF(nowNanos, request) : request.notOurs();
    }

    private boolean isYoung(long nowNanos, Request request) {
        long age = nowNanos - request.madeNanos();
        return request.tokenOfThisStart()
                && age >= -KeptAnswers.CLOCK_SKEW
                && age <= terms.maxAge() + KeptAnswers.CLOCK_SKEW;
    }

    private @Nullable Reason gateF(long nowNanos, Request request) {
        if (isFrozen() || ending != null || request.otherEnds()) {
            return Reason.DUAL_ACTIVE_FORBIDDEN;
        }
        Reason tooSoon =
                request.cause().elective ? switches.elective(nowNanos, terms) : switches.forced(nowNanos, terms);
        if (tooSoon != null) {
            return tooSoon;
        }
        return request.protocolAllowed() ? null : Reason.TRANSPORT_NOT_ALLOWED;
    }

    /**
     * An old request is refused like any other, but leaves nothing: it may be anybody's recording. One under a used nonce leaves the first one's answer. Where only time
     * or the table is in the way, the same request may be judged again.
     */
    private Answer refuse(long nowNanos, Request request, Reason why) {
        Answer answer = new Answer.Refusal(why, version);
        boolean isFirst = isYoung(nowNanos, request) && !kept.hasNonceOf(request);
        if (isFirst && why != Reason.DUAL_ACTIVE_FORBIDDEN && why != Reason.STORE_UNAVAILABLE) {
            kept.keep(request, nowNanos);
        }
        boolean counts = isFirst && (why == Reason.STALE_STATE_VERSION || why == Reason.TRANSPORT_NOT_ALLOWED);
        if (counts) {
            counted++;
        }
        if (why == Reason.OWNERSHIP_AMBIGUOUS) {
            end(nowNanos, Reason.OWNERSHIP_AMBIGUOUS);
        } else if (counts && counted >= terms.maxRejects() && state == State.RECOVERING) {
            end(nowNanos, Reason.POLICY_EXCEEDED);
        }
        return answer;
    }

    /** What the bind that was asked for must leave when it is committed: two rows, or one if the session was RECOVERING. */
    public Record bind() {
        Request request = Objects.requireNonNull(pending);
        return new Record(
                plan(bindReasons(request)),
                nextGenerations(request.generation()),
                request.nonce(),
                lifetimeEndNanos,
                pendingNanos,
                switches.with(pendingNanos, request.cause().elective));
    }

    private List<Reason> bindReasons(Request request) {
        if (first != null) {
            return List.of(first, Reason.REATTACH_ACCEPT);
        }
        if (state == State.RECOVERING) {
            return List.of(Reason.REATTACH_ACCEPT);
        }
        return List.of(bound ? request.cause().said : Reason.CANDIDATE_APPEARED, Reason.REATTACH_ACCEPT);
    }

    /** What the client named, what it may have missed, and the newest. */
    private List<Long> nextGenerations(long named) {
        long newest = generations.getLast();
        return named == newest ? List.of(named, newest + 1) : List.of(named, newest, newest + 1);
    }

    /** The bind is committed. */
    public Answer committed(long nowNanos) {
        Request request = Objects.requireNonNull(pending);
        List<Reason> reasons = bindReasons(request);
        pending = null;
        first = null;
        reasons.forEach(why -> row(nowNanos, why));
        heardNanos = pendingNanos;
        switches.bound(nowNanos, request.cause().elective);
        generations = nextGenerations(request.generation());
        counted = 0;
        lossUntold = false;
        bindNonce = request.nonce();
        thaw(nowNanos);
        if (ending != null) {
            return new Answer.Silence(); // it ends all the same
        }
        kept.keep(request, nowNanos);
        acknowledged = request.nonce();
        return new Answer.Bound(version);
    }

    /** The bind was not answered: the session's end had been decided before it was committed. */
    public void unanswered() {
        kept.drop(bindNonce);
    }

    /** Nothing has changed: another commit was first, or the table takes none. */
    public Answer commitRefused(long nowNanos, Reason why) {
        Request request = Objects.requireNonNull(pending);
        pending = null;
        Answer answer = refuse(nowNanos, request, why);
        thaw(nowNanos);
        return answer;
    }

    /** A commit of this session, other than a bind, begins. */
    public void freeze() {
        commits++;
    }

    /** It is settled without an effect on this session. */
    public void thawed(long nowNanos) {
        commits--;
        thaw(nowNanos);
    }

    private void thaw(long nowNanos) {
        thawedNanos = nowNanos;
        if (ending != null && !isFrozen() && lastRows(ending).isEmpty()) {
            ending = null;
        }
    }

    /** Whether a commit of this session is under way. */
    public boolean isFrozen() {
        return pending != null || commits > 0;
    }

    /** The session must end: packets stop now, the row comes with its commit. */
    @Override
    public void end(long nowNanos, Reason why) {
        boolean decided = ending != null && (endsAnyBinding(ending) || !endsAnyBinding(why));
        if (!decided && state.lives() && (isFrozen() || !lastRows(why).isEmpty())) {
            ending = why;
        }
    }

    /** Else a bind that is under way may yet make it pointless. */
    private static boolean endsAnyBinding(Reason why) {
        return Table.next(true, State.ATTACHED, true, why) != null;
    }

    /** Why it must end, as soon as no other commit is under way; null if it need not. */
    public @Nullable Reason ending() {
        return ending;
    }

    /** Whether the end must be asked for now: nothing else is to be waited for. */
    public boolean mustEnd() {
        return ending != null && !isFrozen();
    }

    /** Whether the owner may end it for this reason: it must, or a time is over. */
    public boolean mayEnd(long nowNanos, Reason why) {
        boolean isDue = due(nowNanos) == why || (why == Reason.KEY_EXPIRED && isSecretOld(nowNanos));
        boolean decided = isDue && endsAnyBinding(why); // perhaps while a bind was under way
        return ending == null ? isDue : decided || ending == why;
    }

    /** The rows of an end for this reason. */
    public List<Row> lastRows(Reason why) {
        return plan(first == null ? List.of(why) : List.of(first, why));
    }

    /** The end is committed. */
    public void ended(long nowNanos, Reason why) {
        if (first != null) {
            row(nowNanos, first);
        }
        first = null;
        row(nowNanos, why);
    }

    /** Such a commit is the owner's view too. */
    public void renewed(List<Long> held) {
        generations = held;
    }

    /** The generations that such a commit must leave; none if the named one is not held. */
    public List<Long> renewal(long named) {
        return generations.contains(named) ? nextGenerations(named) : List.of();
    }

    @Override
    public void pathDead(long nowNanos) {
        lossUntold |= bound;
        super.pathDead(nowNanos);
    }

    /** Whether the binding was lost and the table does not know yet. */
    public boolean isLossUntold() {
        return lossUntold && state.lives() && ending == null;
    }

    /** From when the transport-loss TTL counts. */
    public long lossNanos() {
        return lossEndNanos - terms.lossTtl();
    }

    /** The table was told. */
    public void lossTold() {
        lossUntold = false;
    }

    @Override
    public Passage passage() {
        return ending == null ? super.passage() : Passage.DROP;
    }

    /** Whether a commit is under way or an end to come: its client's next birth waits. */
    public boolean isBusy() {
        return isFrozen() || ending != null;
    }

    /** Whether a termination is due and waits for a commit under way: then nothing need pass. */
    public boolean mayDrop(long nowNanos) {
        return isFrozen() && (lifetimeEndNanos <= nowNanos || lossEndNanos <= nowNanos || isSecretOld(nowNanos));
    }

    @Override
    public void decides(long nowNanos, Reason why) {
        boolean ends = why == Reason.TTL_SESSION_EXPIRED
                || why == Reason.TTL_TRANSPORT_LOSS_EXPIRED
                || why == Reason.KEY_EXPIRED;
        if (!memoryLost && !isFrozen() && ending == null && !ends) { // an end is a row only once it is committed
            super.decides(nowNanos, why);
        }
    }

    @Override
    public long nextDeadlineNanos() {
        if (ending != null || isFrozen()) {
            return NEVER;
        }
        return Math.max(super.nextDeadlineNanos(), thawedNanos);
    }
}
