package jumpvpn.core.agent;

import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.transport.Path;

/**
 * The way back to a better path (contract section 3: a better class, held for the hold time). While the session is well on a path that is not the best by order of
 * endpoints, cost of the link and order of protocols, the better ones are probed with growing pauses, and only while there is traffic. One that answers every round
 * for the hold time is jumped to. Where an operator sent the session it stays, and where it came back to and died within a minute it does not go again for a minute.
 */
final class Return {
    private static final long FIRST_PAUSE_NANOS = 2_000_000_000L;
    private static final long MOST_PAUSE_NANOS = 20_000_000_000L;
    private static final long ANSWERED_PAUSE_NANOS = 500_000_000;
    private static final long TRIAL_NANOS = 60_000_000_000L;

    private final ClientSession session;
    private final TreeMap<Integer, Long> answersSinceNanos = new TreeMap<>();
    private final TreeSet<Integer> answeredLast = new TreeSet<>();
    private long pauseNanos;
    private long roundNanos;
    private long trialEndNanos = Long.MIN_VALUE;
    private boolean sent;

    Return(ClientSession session) {
        this.session = session;
    }

    /** The session is on another path, or on its first. {@code operators}: an operator's wish. */
    void bound(long nowNanos, boolean operators) {
        sent = operators;
        answersSinceNanos.clear();
        answeredLast.clear();
        pauseNanos = FIRST_PAUSE_NANOS;
        roundNanos = nowNanos;
        session.deadlines.set(
                ClientSession.Timer.RETURN,
                sent || better().isEmpty() ? Deadlines.NEVER : nowNanos + FIRST_PAUSE_NANOS);
    }

    private List<Path> better() {
        return session.candidates.better(session.policy, session.path);
    }

    /** A path is new or up again. */
    void pathUp(long nowNanos, Path path) {
        if (!sent && better().contains(path)) {
            session.deadlines.set(ClientSession.Timer.RETURN, nowNanos);
        }
    }

    /** A round is due. */
    void probe(long nowNanos) {
        List<Path> better = better();
        if (!session.machine.bindingAlive() || better.isEmpty()) {
            return; // the next bind, or the next path, begins anew
        }
        answersSinceNanos.keySet().retainAll(answeredLast);
        answeredLast.clear();
        if (isWell() && isBusy()) {
            session.probes.send(
                    nowNanos,
                    better.stream()
                            .filter(path -> !session.departure.isShunned(nowNanos, path))
                            .toList());
            roundNanos = nowNanos;
            pauseNanos = Math.min(2 * pauseNanos, MOST_PAUSE_NANOS);
        }
        session.deadlines.set(
                ClientSession.Timer.RETURN,
                nowNanos + (answersSinceNanos.isEmpty() ? pauseNanos : ANSWERED_PAUSE_NANOS));
    }

    /** Not in a spell: then {@link Departure} asks the others. */
    boolean isWell() {
        return session.machine.state() == SessionState.ATTACHED;
    }

    /** Something passed since the last round. */
    private boolean isBusy() {
        return Math.max(session.active.delivery.sentNanos(), session.active.delivery.receivedNanos()) >= roundNanos;
    }

    /** A better path answered. */
    void answered(long nowNanos, Probes.Answered answer) {
        Path path = answer.path();
        if (!session.departure.isFast(answer)) {
            return;
        }
        answeredLast.add(path.id());
        long since = answersSinceNanos.computeIfAbsent(path.id(), _ -> nowNanos);
        session.deadlines.set(ClientSession.Timer.RETURN, nowNanos + ANSWERED_PAUSE_NANOS);
        if (nowNanos - since >= session.policy.get(PolicyKey.VOLATILITY_HOLD)
                && session.switches.refusal(nowNanos, session.policy) == null
                && session.recovery.jump(nowNanos, BindCause.BETTER_PATH, path) == null) {
            trialEndNanos = nowNanos + TRIAL_NANOS;
            session.deadlines.set(ClientSession.Timer.RETURN, nowNanos + MOST_PAUSE_NANOS);
        }
    }

    /** The path that the session is on died, though its link is up. */
    void died(long nowNanos) {
        if (nowNanos < trialEndNanos) {
            session.departure.shun(nowNanos, session.path);
        }
    }
}
