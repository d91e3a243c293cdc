package jumpvpn.core.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/**
 * Whether to leave a path that delivers, but worse than its thresholds (contract section 3: away from it at once). A spell begins with the row into VOLATILE and ends
 * when the path is calm again or the session is on another. In a spell the other paths of the gateway are probed at once, then with growing pauses;
 * where all of them are shunned or dead, those to other gateways too. The first that
 * answers is jumped to while a threshold other than silence is passed: silence is either a hiccup or a death, and {@link Recovery} has the deaths. A path that was
 * left this way, or would not have us, is not gone to for a minute, so two bad paths can't be flapped between.
 *
 * <p>Whoever loses packets is not helped by a path that loses as many, and one answer tells nothing of that: so the first that answers is put on trial, {@value
 * #TRIAL} probes at once, no more bytes than TCP begins with. It may lose one of them, and of a path that loses a tenth each way that is the luck of 1 trial in 2,000
 * (0.81^48 + 48 * 0.19 * 0.81^47); or more where this path loses still more by {@value #MARGIN}, which is beyond chance.
 */
final class Departure {
    private static final long FIRST_PAUSE_NANOS = 500_000_000;
    private static final long MOST_PAUSE_NANOS = 30_000_000_000L;
    private static final int ROUNDS = 3;
    private static final long SHUN_NANOS = 60_000_000_000L;
    private static final long FAST_NANOS = 150_000_000;
    private static final int TRIAL = 48;
    private static final double MARGIN = 0.25;
    private static final long TRIAL_WAIT_NANOS = 50_000_000;

    private final ClientSession session;
    private final TreeMap<Integer, Long> shunnedUntilNanos = new TreeMap<>();
    private int rounds;
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private boolean slow;
    private boolean anyAnswered;
    private boolean worse;
    private @Nullable Path answered;
    private @Nullable Path onTrial;
    private int trialAnswers;

    Departure(ClientSession session) {
        this.session = session;
    }

    /** The session became VOLATILE. */
    void shaken(long nowNanos, ReasonCode why) {
        slow = why == ReasonCode.LATENCY_SPIKE || why == ReasonCode.JITTER_SPIKE;
        if (!session.deadlines.isSet(ClientSession.Timer.PROBE)) { // else a jump of this spell came to nothing
            probe(nowNanos);
        }
    }

    /** The path is calm again, or the session left it: the spell is over. */
    void calmed() {
        rounds = 0;
        pauseNanos = FIRST_PAUSE_NANOS;
        anyAnswered = false;
        worse = false;
        answered = null;
        onTrial = null;
        session.probes.forget();
        session.deadlines.clear(ClientSession.Timer.PROBE);
    }

    /** A round is due: ask the others; in VOLATILE with nobody's answer after some rounds, say so and go on more slowly. */
    void probe(long nowNanos) {
        if (!mayLeave()) {
            calmed(); // a jump came to nothing, and the path is well since
            return;
        }
        Path tried = onTrial;
        if (tried != null) {
            onTrial = null;
            session.probes.forget();
            failed(nowNanos, tried);
            return;
        }
        if (rounds >= ROUNDS && !anyAnswered) {
            corner(nowNanos, ReasonCode.NO_VALID_CANDIDATE, session.path, ReasonCode.NO_VALID_CANDIDATE);
        }
        rounds++;
        answered = null;
        session.probes.send(nowNanos, others(nowNanos));
        session.deadlines.set(ClientSession.Timer.PROBE, nowNanos + pauseNanos);
        pauseNanos = Math.min(2 * pauseNanos, MOST_PAUSE_NANOS);
    }

    private boolean mayLeave() {
        SessionState state = session.machine.state();
        return session.machine.bindingAlive() && (state == SessionState.VOLATILE || state == SessionState.DEGRADED);
    }

    private List<Path> others(long nowNanos) {
        shunnedUntilNanos.values().removeIf(until -> until <= nowNanos);
        List<Path> others = new ArrayList<>(session.choices.here());
        others.removeIf(path -> path.id() == session.path.id() || shunnedUntilNanos.containsKey(path.id()));
        if (others.stream().allMatch(path -> session.candidates.isDead(path.id()))) {
            others.addAll(session.choices.elsewhere());
            others.removeIf(path -> shunnedUntilNanos.containsKey(path.id()));
        }
        return others;
    }

    /** A path is new or up again: it is asked at once if the session wants to leave. */
    void pathUp(long nowNanos) {
        if (mayLeave() && onTrial == null && session.deadlines.isSet(ClientSession.Timer.PROBE)) {
            session.deadlines.set(ClientSession.Timer.PROBE, nowNanos);
        }
    }

    /** A probe was answered while the binding is alive. */
    void answered(long nowNanos, Probes.Answered answer) {
        anyAnswered = true;
        Path path = answer.path();
        if (!mayLeave()) {
            return;
        }
        if (path.equals(onTrial)) {
            trialAnswers++;
            if (TRIAL - trialAnswers <= Math.max(1, TRIAL * (session.watch.loss(nowNanos) - MARGIN))) {
                onTrial = null;
                session.probes.forget();
                answered = path;
                leave(nowNanos);
            }
        } else if (onTrial == null && answered == null && slow && isFast(answer)) {
            answered = path;
            leave(nowNanos);
        } else if (onTrial == null && answered == null && !slow) {
            onTrial = path;
            trialAnswers = 0;
            session.probes.ask(nowNanos, path, TRIAL);
            session.deadlines.set(ClientSession.Timer.PROBE, nowNanos + 2 * answer.rttNanos() + TRIAL_WAIT_NANOS);
        }
    }

    /** Whether it is no slower than the present path, or fast enough for anybody. */
    boolean isFast(Probes.Answered answer) {
        return answer.rttNanos() <= Math.max(FAST_NANOS, session.rttNanos());
    }

    /** The binding was looked at. */
    void looked(long nowNanos, boolean worseThanThresholds) {
        worse = worseThanThresholds;
        leave(nowNanos);
    }

    private void leave(long nowNanos) {
        Path to = answered;
        if (to == null || !worse || !mayLeave()) {
            return;
        }
        answered = null;
        if (session.candidates.get(to.id()) == null) {
            return;
        }
        ReasonCode refusal = session.switches.refusal(nowNanos, session.policy);
        if (refusal == null) {
            shun(nowNanos, session.path);
            session.recovery.jump(nowNanos, BindCause.BETTER_PATH, to);
        } else {
            corner(nowNanos, refusal, to, ReasonCode.SWITCH_RATE_LIMITED);
            long next = session.deadlines.at(ClientSession.Timer.PROBE);
            long allowed = session.switches.allowedNanos(session.policy);
            session.deadlines.set(
                    ClientSession.Timer.PROBE, next == Deadlines.NEVER ? allowed : Math.max(next, allowed));
        }
    }

    private void corner(long nowNanos, ReasonCode denial, Path path, ReasonCode row) {
        if (session.machine.state() == SessionState.VOLATILE) {
            session.recovery.deny(nowNanos, denial, path.name());
            session.step(nowNanos, row, new Detail("detail", denial.name()));
        }
    }

    /** The jump to this path came to nothing. */
    void failed(long nowNanos, Path to) {
        shun(nowNanos, to);
        session.deadlines.set(ClientSession.Timer.PROBE, nowNanos + pauseNanos);
    }

    /** The path is not gone to for a minute but where there is no other. */
    void shun(long nowNanos, Path path) {
        shunnedUntilNanos.put(path.id(), nowNanos + SHUN_NANOS);
    }

    boolean isShunned(long nowNanos, Path path) {
        return shunnedUntilNanos.getOrDefault(path.id(), nowNanos) > nowNanos;
    }
}
