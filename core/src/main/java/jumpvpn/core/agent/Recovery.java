package jumpvpn.core.agent;

import java.util.List;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/** How a client's session finds its next binding: what happened, which paths to ask, what an answer means (contract sections 1 and 2). */
final class Recovery {
    private static final long FIRST_PROBE_NANOS = 500_000_000;
    private static final long MOST_PROBE_NANOS = 4_000_000_000L;
    /** Who is asked first gets its round trip and a quarter to answer, so long at most, before another gateway is asked. */
    private static final long MOST_FAIRNESS_NANOS = 1_500_000_000L;

    final HeldPackets held;
    private final ClientSession session;
    private final Reattachment requests;
    private BindCause cause = BindCause.DEAD;
    private @Nullable Path target;
    private boolean gatewayAnswers;
    /** From this time on its gateway has had time to answer the first request of this search; there was none: {@link Long#MIN_VALUE}. */
    private long answerDueNanos = Long.MIN_VALUE;

    private boolean drainingTold;
    private long probePauseNanos = FIRST_PROBE_NANOS;

    Recovery(ClientSession session) {
        this.session = session;
        this.held = new HeldPackets(session);
        this.requests = new Reattachment(session.context, session.suite, session.credentials);
    }

    /** The active path is dead, for this reason. */
    void pathDead(long nowNanos, ReasonCode detail) {
        if (!session.machine.bindingAlive()) {
            return;
        }
        session.watch.leave();
        session.journal.emit(
                nowNanos, EventType.TRANSPORT_DEAD, detail, session.machine.version(), session.path.name());
        if (!session.step(nowNanos, ReasonCode.TRANSPORT_DEAD, new Detail("detail", detail.name()))) {
            session.machine.bindingDied(); // a jump was under way; now it is an escape
        }
        boolean toldOfOneWay = detail == ReasonCode.PEER_RESET && session.watch.isLate(); // only the way there is dead
        boolean deliversNothing = detail == ReasonCode.NO_DELIVERY_WINDOW || toldOfOneWay;
        if (deliversNothing || detail == ReasonCode.LINK_DOWN) {
            session.candidates.markDead(session.path.id(), nowNanos);
        }
        if (deliversNothing) {
            session.back.died(nowNanos);
        }
        session.rekey.died(nowNanos);
        held.begin();
        session.deadlines.set(
                ClientSession.Timer.TRANSPORT_LOSS,
                session.lastHeardNanos() + session.policy.get(PolicyKey.SESSION_TRANSPORT_LOSS_TTL));
        search(nowNanos, BindCause.DEAD, null);
    }

    /**
     * Begins an elective switch while the binding lives.
     *
     * @return null if it has begun, else why not
     */
    @Nullable
    ReasonCode jump(long nowNanos, BindCause why, @Nullable Path to) {
        Path towards =
                to == null ? session.choices.others().stream().findFirst().orElse(null) : to;
        if (towards == null) {
            deny(nowNanos, ReasonCode.NO_VALID_CANDIDATE, session.path.name());
            return ReasonCode.NO_VALID_CANDIDATE;
        }
        if (!session.policy.allows(towards.protocol())) {
            deny(nowNanos, ReasonCode.TRANSPORT_NOT_ALLOWED, towards.name());
            return ReasonCode.TRANSPORT_NOT_ALLOWED;
        }
        if (!session.step(nowNanos, why.ownerReason(), new Detail("target", towards.name()))) {
            session.journal.emit(
                    nowNanos,
                    EventType.ILLEGAL_TRANSITION,
                    ReasonCode.ILLEGAL_TRANSITION,
                    session.machine.version(),
                    towards.name(),
                    new Detail("demanded", why.ownerReason().name()),
                    new Detail("state", session.machine.state().name()));
            return ReasonCode.ILLEGAL_TRANSITION;
        }
        search(nowNanos, why, towards);
        return null;
    }

    void deny(long nowNanos, ReasonCode reason, String path) {
        session.journal.emit(nowNanos, EventType.SWITCH_DENIED, reason, session.machine.version(), path);
    }

    /** The active path will go soon: leave it before, if there is another. */
    void linkGoingDown(long nowNanos) {
        leaveInTime(nowNanos, ReasonCode.LINK_GOING_DOWN, BindCause.LINK_GOING_DOWN, session.choices.others());
    }

    /** The gateway will stop soon: go to another, whenever that is said again, if there is one; that there is none is said once for each binding. */
    void draining(long nowNanos) {
        List<Path> elsewhere = session.choices.elsewhere();
        if (!drainingTold || !elsewhere.isEmpty()) {
            drainingTold = true;
            leaveInTime(nowNanos, ReasonCode.GATEWAY_DRAINING, BindCause.GATEWAY_DRAINING, elsewhere);
        }
    }

    private void leaveInTime(long nowNanos, ReasonCode why, BindCause towards, List<Path> to) {
        if (to.isEmpty()) {
            deny(nowNanos, ReasonCode.NO_VALID_CANDIDATE, session.path.name());
        } else if (session.step(nowNanos, why)) {
            search(nowNanos, towards, null);
        }
    }

    private void search(long nowNanos, BindCause why, @Nullable Path towards) {
        cause = why;
        target = towards;
        gatewayAnswers = false;
        answerDueNanos = Long.MIN_VALUE;
        session.deadlines.clear(ClientSession.Timer.PROBE);
        if (!session.deadlines.isSet(ClientSession.Timer.RECOVERY_WINDOW)) {
            session.deadlines.set(
                    ClientSession.Timer.RECOVERY_WINDOW,
                    nowNanos + session.policy.get(PolicyKey.SWITCHING_RECOVERY_WINDOW));
        }
        requests.begin(nowNanos, 2 * session.watch.patienceNanos());
        proceed(nowNanos);
    }

    /** A path is new or up again. */
    void pathUp(long nowNanos, Path path) {
        if (!session.policy.allows(path.protocol())) {
            return;
        }
        if (session.machine.state() == SessionState.RECOVERING) {
            requests.launchAt(nowNanos);
        } else {
            boolean here = path.gateway().equals(session.gateway());
            reopen(nowNanos, path, here ? path : null); // to another gateway only where ours has none
        }
    }

    private boolean isPathless() {
        return session.machine.state() == SessionState.DEGRADED && !session.machine.bindingAlive();
    }

    /** A path answered a probe. */
    void probeAnswered(long nowNanos, Path path) {
        reopen(nowNanos, path, path);
    }

    private void reopen(long nowNanos, Path path, @Nullable Path towards) {
        if (isPathless()) {
            session.step(nowNanos, ReasonCode.CANDIDATE_APPEARED, new Detail("candidate", path.name()));
            search(nowNanos, BindCause.DEAD, towards);
        }
    }

    void pathDown(long nowNanos, Path path) {
        session.credentials.wallet().leave(path);
        if (target != null && target.id() == path.id()) {
            target = null;
            requests.launchAt(nowNanos);
        }
        if (session.path.id() == path.id()) {
            pathDead(nowNanos, ReasonCode.LINK_DOWN);
        }
    }

    /** Sends the requests that are due. */
    void proceed(long nowNanos) {
        if (session.machine.state() != SessionState.RECOVERING) {
            return;
        }
        if (requests.launchDue(nowNanos)) {
            Path path = requests.choose(nowNanos, toAsk(nowNanos));
            if (path != null) {
                launch(nowNanos, path);
            } else if (nowNanos < answerDueNanos) {
                requests.launchAt(answerDueNanos);
            }
        }
        long maxAge = session.policy.get(PolicyKey.SECURITY_REATTACH_MAX_AGE);
        requests.repeat(nowNanos, maxAge, attempt -> {
            session.candidates.markDead(attempt.path.id(), nowNanos);
            requests.retry(attempt.path.id(), nowNanos);
        });
    }

    /** While the old binding lives only what was meant is asked; an escape asks all paths, and those to other gateways while this one is silent. */
    private List<Path> toAsk(long nowNanos) {
        Path towards = target;
        if (session.machine.bindingAlive()) {
            return switch (cause) {
                case GATEWAY_DRAINING -> session.choices.elsewhere();
                case LINK_GOING_DOWN -> session.choices.others();
                case DEAD, BETTER_PATH, OPERATOR_JUMP -> towards == null ? session.choices.others() : List.of(towards);
            };
        }
        return session.choices.escape(towards, !gatewayAnswers && nowNanos >= answerDueNanos);
    }

    private void launch(long nowNanos, Path path) {
        ReattachAttempt attempt = requests.launch(nowNanos, path, cause, session.active.epoch);
        if (attempt == null) {
            return;
        }
        ReasonCode why = cause == BindCause.DEAD ? ReasonCode.TRANSPORT_DEAD : cause.ownerReason();
        session.journal.emit(nowNanos, EventType.REATTACH_REQUEST_SENT, why, session.machine.version(), path.name());
        session.journal.emit(
                nowNanos,
                EventType.TRANSPORT_SWITCH,
                ReasonCode.CANDIDATE_SELECTED,
                session.machine.version(),
                path.name(),
                new Detail(
                        "candidates",
                        toAsk(nowNanos).stream().map(Path::name).distinct().toList()));
        if (answerDueNanos == Long.MIN_VALUE && path.gateway().equals(session.gateway())) {
            long rttNanos = session.candidates.rttNanos(path.id());
            answerDueNanos = nowNanos + Math.min(rttNanos + rttNanos / 4, MOST_FAIRNESS_NANOS);
        }
        held.rideEarly(nowNanos, attempt);
    }

    /** The recovery window is over. */
    void windowOver(long nowNanos) {
        if (session.machine.bindingAlive()) {
            deny(nowNanos, ReasonCode.JUMP_ABANDONED, session.path.name());
            abandon(nowNanos, ReasonCode.RECOVERY_WINDOW_EXCEEDED);
        } else if (session.step(nowNanos, ReasonCode.RECOVERY_WINDOW_EXCEEDED)) {
            probePauseNanos = FIRST_PROBE_NANOS;
            probe(nowNanos);
        }
    }

    /** The jump comes to nothing, the old binding goes on. */
    private void abandon(long nowNanos, ReasonCode detail) {
        if (!session.step(nowNanos, ReasonCode.JUMP_ABANDONED, new Detail("detail", detail.name()))) {
            return;
        }
        session.deadlines.clear(ClientSession.Timer.RECOVERY_WINDOW);
        if (cause == BindCause.BETTER_PATH && target != null) {
            session.departure.failed(nowNanos, target);
        }
        session.watch(nowNanos);
    }

    /** No binding and no search: ask whether anybody is there. */
    void probe(long nowNanos) {
        session.probes.send(nowNanos, session.choices.escape(null, true));
        session.deadlines.set(ClientSession.Timer.PROBE, nowNanos + probePauseNanos);
        probePauseNanos = Math.min(2 * probePauseNanos, MOST_PROBE_NANOS);
    }

    /** Takes a REATTACH_ANSWER. */
    void answered(long nowNanos, long wireId, byte[] datagram) {
        Reattachment.Answered answered = requests.answered(datagram, wireId);
        if (answered == null) {
            return;
        }
        ReattachAttempt attempt = answered.attempt();
        session.candidates.answered(attempt.path.id(), nowNanos, attempt.rttNanos(nowNanos));
        switch (answered.answer()) {
            case ReattachAnswer.Wait wait -> {
                session.credentials.token(attempt.path.gateway(), wait.token(), nowNanos);
                gatewayAnswers |= attempt.path.gateway().equals(session.gateway());
                requests.await(nowNanos, attempt, wait.pauseMillis());
            }
            case ReattachAnswer.Ack ack -> {
                accepted(nowNanos, answered, ack);
                attempt.settle();
            }
            case ReattachAnswer.Reject reject -> {
                rejected(nowNanos, attempt, reject);
                if (!session.isEnded() && requests.isCopied()) {
                    session.end(nowNanos, ReasonCode.SECURITY_FAILURE, new Detail("detail", "STALE_STATE_VERSION"));
                }
            }
        }
    }

    private void accepted(long nowNanos, Reattachment.Answered answered, ReattachAnswer.Ack ack) {
        int epoch = ack.version().epoch();
        if (Integer.compareUnsigned(epoch, session.active.epoch) <= 0
                || Integer.compareUnsigned(epoch, session.machine.version().epoch()) < 0) {
            return; // overtaken by a newer bind, whose ACK came or whose epoch was told
        }
        String name = answered.attempt().path.name();
        target = null;
        drainingTold = false;
        session.attach(nowNanos, answered, ack);
        session.journal.emit(
                nowNanos,
                EventType.REATTACH_ACK_RECEIVED,
                ReasonCode.REATTACH_ACCEPT,
                ack.version(),
                name,
                new Detail("observed", ack.observed().toString()));
        if (session.machine.state() == SessionState.DEGRADED) {
            session.step(nowNanos, ReasonCode.CANDIDATE_APPEARED, new Detail("candidate", name));
        }
        if (!session.step(nowNanos, ReasonCode.REATTACH_ACCEPT)) {
            session.journal.emit(nowNanos, EventType.TRANSPORT_SWITCH, ReasonCode.BOUND, ack.version(), name);
        }
        if (session.candidates.get(session.path.id()) == null) { // it went while its answer was under way
            pathDead(nowNanos, ReasonCode.LINK_DOWN);
        }
    }

    /** The new binding is active: what was held goes out on it. */
    void release(long nowNanos) {
        for (byte[] packet : held.release(nowNanos)) {
            for (byte[] datagram : session.active.halving.sealed(session.active, packet, nowNanos)) {
                session.transmit(session.active, datagram);
            }
        }
    }

    private void rejected(long nowNanos, ReattachAttempt attempt, ReattachAnswer.Reject reject) {
        ReasonCode reason = reject.reason();
        session.machine.learn(reject.version());
        session.journal.emit(nowNanos, EventType.REATTACH_REJECT, reason, reject.version(), attempt.path.name());
        session.credentials.token(attempt.path.gateway(), reject.token(), nowNanos);
        session.credentials.wallet().add(reject.tickets(), attempt.proofKey);
        switch (reason) {
            case SESSION_NOT_FOUND, SESSION_EXPIRED, TRANSPORT_TTL_EXPIRED, OWNERSHIP_AMBIGUOUS, OWNER_GONE ->
                session.end(nowNanos, reason);
            case STALE_STATE_VERSION -> {
                if (attempt.expectedEpoch == session.active.epoch) { // else it was overtaken by an ACK
                    requests.stale(nowNanos, attempt);
                }
            }
            default -> {
                if (requests.isCurrent(attempt) && session.machine.state() == SessionState.RECOVERING) {
                    refused(nowNanos, attempt, reject);
                }
            }
        }
    }

    /** A request of the present search was refused, and the session goes on. */
    private void refused(long nowNanos, ReattachAttempt attempt, ReattachAnswer.Reject reject) {
        answerDueNanos = nowNanos;
        gatewayAnswers |= attempt.path.gateway().equals(session.gateway());
        switch (reject.reason()) {
            case STALE_REQUEST -> {
                if (!requests.again(nowNanos, attempt.path)) {
                    denied(nowNanos, attempt, reject.reason());
                }
            }
            case NOT_OWNER -> {
                gatewayAnswers = false;
                if (!requests.redirect(nowNanos, session.choices.towards(reject.endpoints(), attempt.path))) {
                    denied(nowNanos, attempt, reject.reason());
                }
            }
            case STORE_UNAVAILABLE -> {
                gatewayAnswers = false;
                denied(nowNanos, attempt, reject.reason());
            }
            default -> denied(nowNanos, attempt, reject.reason());
        }
    }

    private void denied(long nowNanos, ReattachAttempt attempt, ReasonCode reason) {
        deny(nowNanos, reason, attempt.path.name());
        if (session.machine.bindingAlive() && cause.isElective()) {
            abandon(nowNanos, reason);
        } else {
            long pause = session.policy.get(PolicyKey.SWITCHING_RECOVERY_INTERVAL);
            requests.retry(attempt.path.id(), nowNanos + pause);
        }
    }

    /** The session has ended. */
    void end() {
        requests.end();
        held.end();
    }

    long nextNanos() {
        return session.machine.state() == SessionState.RECOVERING ? requests.nextNanos() : Deadlines.NEVER;
    }
}
