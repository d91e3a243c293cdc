package jumpvpn.core.agent;

import java.util.List;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.control.ReattachMessage;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.HoldQueue;
import jumpvpn.core.data.PacketLayout;
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
    private static final long EARLY_NANOS = 300_000_000;
    private static final long FIRST_PROBE_NANOS = 500_000_000;
    private static final long MOST_PROBE_NANOS = 4_000_000_000L;

    /** A probe that is out. */
    private record Probe(Path path, Nonce nonce, long wireId, byte[] proofKey) {}

    private final ClientSession session;
    private final AgentContext context;
    private final Reattachment requests;
    private BindCause cause = BindCause.DEAD;
    private @Nullable Path target;
    private @Nullable HoldQueue held;
    private @Nullable Binding early;
    private boolean earlyAllowed;
    private List<Probe> probes = List.of();
    private long probePauseNanos = FIRST_PROBE_NANOS;

    Recovery(ClientSession session) {
        this.session = session;
        this.context = session.context;
        this.requests = new Reattachment(context, session.suite, session.credentials);
    }

    /** The active path is dead, for this reason. */
    void pathDead(long nowNanos, ReasonCode detail) {
        if (!session.machine.bindingAlive()) {
            return;
        }
        session.journal.emit(
                nowNanos, EventType.TRANSPORT_DEAD, detail, session.machine.version(), session.path.name());
        if (!session.step(nowNanos, ReasonCode.TRANSPORT_DEAD, new Detail("detail", detail.name()))) {
            session.machine.bindingDied(); // a jump was under way; now it is an escape
        }
        session.rekey.died(nowNanos);
        if (detail != ReasonCode.PEER_RESET && detail != ReasonCode.KEY_EXPIRED) {
            session.candidates.markDead(session.path.id(), nowNanos);
        }
        held = new HoldQueue(
                session.policy.get(PolicyKey.HOLD_BYTES_PER_SESSION),
                session.policy.get(PolicyKey.HOLD_MAX_AGE),
                context.drops());
        context.gate().hold(held);
        session.deadlines.set(
                ClientSession.Timer.TRANSPORT_LOSS,
                session.lastHeardNanos() + session.policy.get(PolicyKey.SESSION_TRANSPORT_LOSS_TTL));
        earlyAllowed = true;
        search(nowNanos, BindCause.DEAD, null);
    }

    /**
     * Begins an elective switch while the binding lives.
     *
     * @return null if it has begun, else why not
     */
    @Nullable
    ReasonCode jump(long nowNanos, BindCause why, @Nullable Path to) {
        Path towards = to;
        if (towards == null) {
            for (Path path : session.candidates.ranked(session.policy, session.gateway)) {
                towards = towards == null && path.id() != session.path.id() ? path : towards;
            }
        }
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

    private void deny(long nowNanos, ReasonCode reason, String path) {
        session.journal.emit(nowNanos, EventType.SWITCH_DENIED, reason, session.machine.version(), path);
    }

    private void search(long nowNanos, BindCause why, @Nullable Path towards) {
        cause = why;
        target = towards;
        session.deadlines.clear(ClientSession.Timer.PROBE);
        if (!session.deadlines.isSet(ClientSession.Timer.RECOVERY_WINDOW)) {
            session.deadlines.set(
                    ClientSession.Timer.RECOVERY_WINDOW,
                    nowNanos + session.policy.get(PolicyKey.SWITCHING_RECOVERY_WINDOW));
        }
        requests.begin(nowNanos, 2 * session.patienceNanos());
        proceed(nowNanos);
    }

    /** A path is new or up again. */
    void pathUp(long nowNanos, Path path) {
        if (!path.gateway().equals(session.gateway) || !session.policy.allows(path.protocol())) {
            return;
        }
        if (session.machine.state() == SessionState.RECOVERING) {
            requests.launchAt(nowNanos);
        } else {
            reopen(nowNanos, path);
        }
    }

    private void reopen(long nowNanos, Path path) {
        if (session.machine.state() == SessionState.DEGRADED && !session.machine.bindingAlive()) {
            session.step(nowNanos, ReasonCode.CANDIDATE_APPEARED, new Detail("candidate", path.name()));
            search(nowNanos, BindCause.DEAD, path);
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
            Path path = requests.choose(nowNanos, choices());
            if (path != null) {
                launch(nowNanos, path);
            }
        }
        long maxAge = session.policy.get(PolicyKey.SECURITY_REATTACH_MAX_AGE);
        requests.repeat(nowNanos, maxAge, attempt -> {
            session.candidates.markDead(attempt.path.id(), nowNanos);
            requests.retry(attempt.path.id(), nowNanos);
        });
    }

    /** A jump asks for its target only, as long as the old binding lives; an escape asks for all. */
    private List<Path> choices() {
        Path towards = target;
        List<Path> ranked = session.candidates.ranked(session.policy, session.gateway);
        if (towards == null) {
            return ranked;
        }
        if (session.machine.bindingAlive()) {
            return List.of(towards);
        }
        return java.util.stream.Stream.concat(java.util.stream.Stream.of(towards), ranked.stream())
                .toList();
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
                        session.candidates.ranked(session.policy, session.gateway).stream()
                                .map(Path::name)
                                .toList()));
        if (earlyAllowed) {
            earlyAllowed = false;
            rideEarly(nowNanos, attempt);
        }
    }

    /** Data rides right behind the first request; the gateway delivers it only after the commit. */
    private void rideEarly(long nowNanos, ReattachAttempt attempt) {
        byte[] key = attempt.base.earlyKey(attempt.nonce.bytes());
        Binding binding = new Binding(
                context.crypto().aead(),
                new Binding.Parts(
                        context.gate(),
                        PacketLayout.EARLY_DATA,
                        session.active.epoch + 1,
                        session.suite,
                        key,
                        key,
                        attempt.nonce.high(),
                        attempt.nonce.high(),
                        attempt.path.id(),
                        attempt.path.remote(),
                        session.policy.count(PolicyKey.SECURITY_REPLAY_WINDOW),
                        nowNanos));
        java.util.Arrays.fill(key, (byte) 0);
        early = binding;
        context.gate().forward(binding);
        session.deadlines.set(ClientSession.Timer.EARLY_END, nowNanos + EARLY_NANOS);
    }

    private void forgetEarly() {
        if (early != null) {
            early.wipe();
            early = null;
        }
    }

    /** A deadline of the recovery is due. */
    void due(long nowNanos, ClientSession.Timer timer) {
        if (timer == ClientSession.Timer.EARLY_END && held != null) {
            context.gate().hold(held);
            forgetEarly();
        } else if (timer == ClientSession.Timer.PROBE) {
            probe(nowNanos);
        } else if (timer == ClientSession.Timer.RECOVERY_WINDOW) {
            requests.rest();
            if (session.step(nowNanos, ReasonCode.JUMP_ABANDONED)) {
                deny(nowNanos, ReasonCode.JUMP_ABANDONED, session.path.name());
                session.watch(nowNanos);
            } else if (session.step(nowNanos, ReasonCode.RECOVERY_WINDOW_EXCEEDED)) {
                probePauseNanos = FIRST_PROBE_NANOS;
                probe(nowNanos);
            }
        }
    }

    private void probe(long nowNanos) {
        probes.forEach(unanswered -> session.candidates.markDead(unanswered.path.id(), nowNanos));
        java.util.ArrayList<Probe> sent = new java.util.ArrayList<>();
        for (Path path : session.candidates.ranked(session.policy, session.gateway)) {
            TicketWallet.HeldTicket ticket = session.credentials.wallet().forPath(path);
            if (ticket != null) {
                Nonce nonce = Nonce.of(context.crypto().entropy().bytes(Nonce.LENGTH));
                long wireId = context.crypto().entropy().nextLong();
                sent.add(new Probe(path, nonce, wireId, ticket.proofKey()));
                context.port()
                        .transmit(
                                path.id(),
                                path.remote(),
                                ReattachMessage.probe(
                                        context.crypto().aead(),
                                        session.suite,
                                        ticket.sealed(),
                                        nonce,
                                        ticket.proofKey(),
                                        wireId));
            }
        }
        probes = sent;
        session.deadlines.set(ClientSession.Timer.PROBE, nowNanos + probePauseNanos);
        probePauseNanos = Math.min(2 * probePauseNanos, MOST_PROBE_NANOS);
    }

    /** Takes a PROBE_ANSWER. */
    void probeAnswered(long nowNanos, long wireId, byte[] datagram) {
        for (Probe probe : probes) {
            if (probe.wireId == wireId) {
                ReattachMessage.ProbeAnswer answer = ReattachMessage.openProbeAnswer(
                        context.crypto().aead(), session.suite, probe.proofKey, probe.nonce, datagram);
                if (answer != null) {
                    probes = probes.stream().filter(other -> other != probe).toList();
                    session.credentials.token(answer.token(), nowNanos);
                    session.candidates.markAlive(probe.path.id());
                    reopen(nowNanos, probe.path);
                }
                return;
            }
        }
    }

    /** Takes a REATTACH_ANSWER. */
    void answered(long nowNanos, long wireId, byte[] datagram) {
        Reattachment.Answered answered = requests.answered(datagram, wireId);
        if (answered == null) {
            return;
        }
        session.candidates.markAlive(answered.attempt().path.id());
        switch (answered.answer()) {
            case ReattachAnswer.Ack ack -> accepted(nowNanos, answered, ack);
            case ReattachAnswer.Reject reject -> rejected(nowNanos, answered.attempt(), reject);
        }
        answered.attempt().settle();
    }

    private void accepted(long nowNanos, Reattachment.Answered answered, ReattachAnswer.Ack ack) {
        if (Integer.compareUnsigned(ack.version().epoch(), session.active.epoch) <= 0) {
            return; // overtaken by a newer bind
        }
        String name = answered.attempt().path.name();
        requests.rest();
        target = null;
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

    /** The new binding is active: what was held goes out on it. The gate opens first, so nothing can be left in the queue. */
    void release(long nowNanos) {
        session.deadlines.clear(ClientSession.Timer.EARLY_END);
        session.deadlines.clear(ClientSession.Timer.PROBE);
        Binding active = session.active;
        context.gate().forward(active);
        forgetEarly();
        HoldQueue queue = held;
        held = null;
        if (queue != null) {
            for (byte[] packet : queue.drain(nowNanos)) {
                session.transmit(active, active.sealed(active.dataType(), packet, nowNanos));
            }
        }
    }

    private void rejected(long nowNanos, ReattachAttempt attempt, ReattachAnswer.Reject reject) {
        session.journal.emit(
                nowNanos, EventType.REATTACH_REJECT, reject.reason(), reject.version(), attempt.path.name());
        session.credentials.token(reject.token(), nowNanos);
        session.credentials.wallet().add(reject.tickets(), attempt.proofKey);
        switch (reject.reason()) {
            case SESSION_NOT_FOUND, SESSION_EXPIRED, TRANSPORT_TTL_EXPIRED, OWNERSHIP_AMBIGUOUS, OWNER_GONE ->
                session.end(nowNanos, reject.reason());
            case STALE_STATE_VERSION -> {
                if (requests.hasUnanswered()) {
                    requests.retry(attempt.path.id(), nowNanos);
                } else {
                    session.end(nowNanos, ReasonCode.SECURITY_FAILURE, new Detail("detail", "STALE_STATE_VERSION"));
                }
            }
            case STALE_REQUEST -> requests.retry(attempt.path.id(), nowNanos);
            default -> denied(nowNanos, attempt, reject.reason());
        }
    }

    private void denied(long nowNanos, ReattachAttempt attempt, ReasonCode reason) {
        deny(nowNanos, reason, attempt.path.name());
        boolean jumping = session.machine.bindingAlive();
        if (jumping && session.step(nowNanos, ReasonCode.JUMP_ABANDONED, new Detail("detail", reason.name()))) {
            requests.rest();
            session.deadlines.clear(ClientSession.Timer.RECOVERY_WINDOW);
            session.watch(nowNanos);
        } else {
            long pause = session.policy.get(PolicyKey.SWITCHING_RECOVERY_INTERVAL);
            requests.retry(attempt.path.id(), nowNanos + pause);
        }
    }

    /** The session has ended. */
    void end() {
        requests.end();
        forgetEarly();
    }

    long nextNanos() {
        return session.machine.state() == SessionState.RECOVERING ? requests.nextNanos(true) : Deadlines.NEVER;
    }
}
