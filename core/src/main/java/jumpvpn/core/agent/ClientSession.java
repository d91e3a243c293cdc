package jumpvpn.core.agent;

import java.util.EnumSet;
import java.util.Set;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.Grant;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.Journal;
import jumpvpn.core.security.BindingKeys;
import jumpvpn.core.security.Freshness;
import jumpvpn.core.security.Ratchet;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionMachine;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.Transition;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/** The client's view of one session, from the granted handshake to its end: what keeps it, watches it and ends it. How it finds its next binding is {@link Recovery}'s. */
final class ClientSession {
    private static final Set<ReasonCode> TOLD =
            EnumSet.of(ReasonCode.OPERATOR_TERMINATE, ReasonCode.SECURITY_FAILURE, ReasonCode.KEY_EXPIRED);
    private static final long LEAST_CONFIRM_NANOS = 100_000_000;
    private static final long MOST_SUCCESSION_NANOS = 60_000_000_000L;
    private static final int SUCCESSION_SHARE = 10;

    /** What the session waits for. Terminations come first, in the order of the contract's table. */
    enum Timer {
        HANDSHAKE,
        TRANSPORT_LOSS,
        LIFETIME,
        RECOVERY_WINDOW,
        CONFIRM,
        SUCCESSION,
        LOOK,
        KEEPALIVE,
        EARLY_END,
        PROBE,
        RETURN,
        STANDBY,
        DRAINED
    }

    final AgentContext context;
    final Suite suite;
    final Grant.Session grant;
    final Policy policy;
    final SessionMachine machine;
    final Journal journal;
    final Deadlines<Timer> deadlines = new Deadlines<>(Timer.values());
    final Credentials credentials;
    final Candidates candidates;
    final OwnSwitches switches = new OwnSwitches();
    final Choices choices = new Choices(this);
    final Recovery recovery;
    final Departure departure;
    final Return back;
    final Standbys standbys;
    final Probes probes;
    final Rekey rekey;
    Binding active;
    Path path;
    /** What comes in its bindings: a successor in BIRTH delivers nothing beside the session that still has the context's gate. */
    private final ForwardingGate arrivals = new ForwardingGate();

    final BindingWatch watch;
    final Keepalives keepalives = new Keepalives(this);
    private final RetiredBindings retired;
    private long boundNanos;
    private long confirmPauseNanos;
    private boolean wantsSuccessor;
    private @Nullable ReasonCode endReason;

    ClientSession(
            AgentContext context,
            Candidates candidates,
            Connector.Answered answered,
            Grant.Session grant,
            long nowNanos) {
        this.context = context;
        this.candidates = candidates;
        this.grant = grant;
        this.suite = context.config().suite();
        this.policy = grant.policy();
        this.path = answered.path();
        this.machine = new SessionMachine(Role.CLIENT, nowNanos);
        this.journal = new Journal(context.events(), Role.CLIENT, grant.id(), policy.version());
        this.credentials = new Credentials(answered.secret());
        this.retired = new RetiredBindings(context.bindings());
        this.recovery = new Recovery(this);
        this.departure = new Departure(this);
        this.back = new Return(this);
        this.standbys = new Standbys(this);
        this.probes = new Probes(this);
        BindingKeys keys = answered.secret().bindingKeys(answered.freshness(), 1);
        this.active = binding(keys, 1, answered.localWireId(), answered.gatewayWireId(), path, nowNanos);
        this.rekey = new Rekey(this, Ratchet.of(answered.secret(), answered.freshness(), 1), nowNanos);
        this.watch = new BindingWatch(this, answered.rttNanos());
        this.confirmPauseNanos = Math.max(LEAST_CONFIRM_NANOS, 2 * answered.rttNanos());
        context.gate().inner(grant.inner().stream().map(Prefix::address).toList());
        deadlines.set(Timer.HANDSHAKE, nowNanos + policy.get(PolicyKey.SESSION_HANDSHAKE_TIMEOUT));
        confirm(nowNanos);
    }

    private Binding binding(BindingKeys keys, int epoch, long localWireId, long gatewayWireId, Path on, long nowNanos) {
        Binding made = new Binding(
                context.crypto().aead(),
                new Binding.Parts(
                        arrivals,
                        PacketLayout.DATA,
                        epoch,
                        suite,
                        keys.clientToGateway(),
                        keys.gatewayToClient(),
                        localWireId,
                        gatewayWireId,
                        on.id(),
                        on.remote(),
                        policy.count(PolicyKey.SECURITY_REPLAY_WINDOW),
                        nowNanos));
        keys.wipe();
        context.bindings().put(0, localWireId, made);
        return made;
    }

    private void confirm(long nowNanos) {
        send(nowNanos, new BindingMessage.Confirm());
        deadlines.set(Timer.CONFIRM, nowNanos + confirmPauseNanos);
        confirmPauseNanos *= 2;
    }

    /** Says something inside the active binding. */
    void send(long nowNanos, BindingMessage message) {
        send(nowNanos, active, message);
    }

    private void send(long nowNanos, Binding through, BindingMessage message) {
        transmit(through, through.sealed(PacketLayout.CONTROL, message.encode(), nowNanos));
    }

    void transmit(Binding binding, byte @Nullable [] datagram) {
        if (datagram != null) {
            context.port().transmit(binding.pathId, binding.peer(), datagram);
        }
    }

    boolean isLive() {
        return machine.state().isLive();
    }

    boolean isEnded() {
        return endReason != null;
    }

    /** Why the session ended; null while it lives. */
    @Nullable
    ReasonCode endReason() {
        return endReason;
    }

    /** Whether a packet belongs to this session. */
    boolean owns(Binding binding) {
        return binding == active || retired.contains(binding);
    }

    /** Takes a control message that came authentically in a binding of this session. */
    void receive(long nowNanos, Binding binding, BindingMessage message) {
        switch (message) {
            case BindingMessage.Welcome welcome -> welcomed(nowNanos, welcome);
            case BindingMessage.Close close -> closed(nowNanos, close.reason());
            case BindingMessage.Notice notice -> noticed(nowNanos, binding, notice);
            case BindingMessage.Challenge challenge ->
                send(nowNanos, binding, new BindingMessage.ChallengeAnswer(challenge.value()));
            case BindingMessage.Draining _ -> recovery.draining(nowNanos);
            case BindingMessage.Ping _ -> transmit(binding, binding.sealed(binding.dataType(), new byte[0], nowNanos));
            case BindingMessage.RekeyAnswer answer -> rekey.answered(nowNanos, binding, answer);
            case BindingMessage.Length length -> send(nowNanos, binding, new BindingMessage.LengthSeen(length.bytes()));
            case BindingMessage.LengthSeen seen -> {
                if (binding == active) {
                    watch.arrived(seen);
                }
            }
            case BindingMessage.Renewed renewed -> rekey.renewed(nowNanos, binding, renewed);
            case BindingMessage.Confirm _,
                    BindingMessage.ChallengeAnswer _,
                    BindingMessage.Rekey _,
                    BindingMessage.Renew _,
                    BindingMessage.EchoAfter _ -> {
                // the gateway never says these
            }
        }
    }

    private void welcomed(long nowNanos, BindingMessage.Welcome welcome) {
        if (machine.state() != SessionState.BIRTH) {
            return; // a repeat
        }
        deadlines.clear(Timer.HANDSHAKE);
        deadlines.clear(Timer.CONFIRM);
        boundNanos = nowNanos;
        machine.learn(welcome.version());
        credentials.wallet().replace(welcome.tickets(), credentials.secret().proofKey());
        credentials.token(gateway(), welcome.token(), nowNanos);
        switches.bound(nowNanos, false);
        long lifetime = policy.get(PolicyKey.SESSION_MAX_LIFETIME);
        deadlines.set(Timer.LIFETIME, nowNanos + lifetime);
        deadlines.set(
                Timer.SUCCESSION, nowNanos + lifetime - Math.min(MOST_SUCCESSION_NANOS, lifetime / SUCCESSION_SHARE));
        keepalives.bound(nowNanos);
        arrivals.forward(active);
        context.gate().forward(active);
        context.port().attached(grant); // before anybody is told
        step(
                nowNanos,
                ReasonCode.HANDSHAKE_OK,
                new Detail("inner", grant.inner().stream().map(Prefix::toString).toList()));
        watch(nowNanos);
        back.bound(nowNanos, false);
        standbys.bound(nowNanos);
    }

    private void closed(long nowNanos, ReasonCode reason) {
        Transition row = Transition.find(Role.CLIENT, machine.state(), machine.bindingAlive(), reason);
        boolean isEnd = row != null && row.to() == SessionState.TERMINATED;
        end(nowNanos, isEnd ? reason : ReasonCode.PEER_CLOSED);
    }

    private void noticed(long nowNanos, Binding binding, BindingMessage.Notice notice) {
        machine.learn(notice.version());
        if (binding == active && machine.bindingAlive()) {
            recovery.pathDead(nowNanos, ReasonCode.PEER_RESET);
        }
    }

    /** Takes a row if the table has one for the reason here, and says so. */
    boolean step(long nowNanos, ReasonCode reason, Detail... details) {
        SessionMachine.Step step = machine.apply(nowNanos, reason);
        if (step != null) {
            journal.step(nowNanos, step, path.name(), details);
        }
        return step != null;
    }

    /** A path is gone. */
    void pathDown(long nowNanos, Path gone) {
        if (isLive()) {
            recovery.pathDown(nowNanos, gone);
        } else if (path.id() == gone.id()) {
            end(nowNanos, ReasonCode.HANDSHAKE_FAIL, new Detail("detail", ReasonCode.LINK_DOWN.name()));
        }
    }

    /** The traffic woke up: look until it is calm. */
    void watch(long nowNanos) {
        watch.wake(nowNanos);
    }

    /** Does what is due. */
    void proceed(long nowNanos) {
        for (Timer due = deadlines.pollDue(nowNanos); due != null; due = deadlines.pollDue(nowNanos)) {
            switch (due) {
                case HANDSHAKE -> end(nowNanos, ReasonCode.HANDSHAKE_FAIL);
                case LIFETIME -> end(nowNanos, ReasonCode.TTL_SESSION_EXPIRED);
                case TRANSPORT_LOSS -> end(nowNanos, ReasonCode.TTL_TRANSPORT_LOSS_EXPIRED);
                case CONFIRM -> confirm(nowNanos);
                case SUCCESSION -> wantsSuccessor = true;
                case LOOK -> watch.look(nowNanos);
                case KEEPALIVE -> keepalives.due(nowNanos);
                case RECOVERY_WINDOW -> recovery.windowOver(nowNanos);
                case EARLY_END -> recovery.held.hold();
                case PROBE -> probe(nowNanos);
                case RETURN -> back.probe(nowNanos);
                case STANDBY -> standbys.proceed(nowNanos);
                case DRAINED -> {
                    retired.forget(nowNanos);
                    deadlines.set(Timer.DRAINED, retired.drainedNanos());
                }
            }
            if (isEnded()) {
                return;
            }
        }
        rekey.proceed(nowNanos);
        if (isLive()) {
            recovery.proceed(nowNanos);
        }
    }

    private void probe(long nowNanos) {
        if (machine.bindingAlive()) {
            departure.probe(nowNanos);
        } else {
            recovery.probe(nowNanos);
        }
    }

    /** Takes a PROBE_ANSWER. */
    void probeAnswered(long nowNanos, long wireId, byte[] datagram) {
        Probes.Answered answered = probes.answered(nowNanos, wireId, datagram);
        if (answered == null) {
            standbys.answered(nowNanos, wireId, datagram);
            return;
        }
        if (machine.bindingAlive() && back.isWell()) {
            back.answered(nowNanos, answered);
        } else if (machine.bindingAlive()) {
            departure.answered(nowNanos, answered);
        } else {
            recovery.probeAnswered(nowNanos, answered.path());
        }
    }

    /** Whether the end of the lifetime is so near that another session should take over. */
    boolean wantsSuccessor() {
        return wantsSuccessor;
    }

    long nextNanos() {
        long next = Math.min(deadlines.next(), rekey.nextNanos());
        return isLive() ? Math.min(next, recovery.nextNanos()) : next;
    }

    /** The request was accepted: the session moves to the new binding, what was held goes out, the old one drains. */
    void attach(long nowNanos, Reattachment.Answered answered, ReattachAnswer.Ack ack) {
        ReattachAttempt attempt = answered.attempt();
        Freshness freshness = new Freshness(attempt.nonce.bytes(), answered.random());
        int epoch = ack.version().epoch();
        SessionSecret base = ack.mixed() ? attempt.mixed : attempt.base;
        BindingKeys keys = base.bindingKeys(freshness, epoch);
        watch.leave();
        retired.retire(nowNanos, active);
        deadlines.set(Timer.DRAINED, retired.drainedNanos());
        boundNanos = nowNanos;
        path = attempt.path;
        active = binding(keys, epoch, attempt.wireId, ack.gatewayWireId(), path, nowNanos);
        machine.learn(ack.version());
        rekey.bound(nowNanos, Ratchet.of(base, freshness, epoch), ack.mixed());
        credentials.step(base, freshness, epoch, ack.generation());
        credentials.wallet().replace(ack.tickets(), credentials.secret().proofKey());
        credentials.token(gateway(), ack.token(), nowNanos);
        switches.bound(nowNanos, attempt.cause.isElective());
        departure.calmed();
        deadlines.clear(Timer.TRANSPORT_LOSS);
        deadlines.clear(Timer.RECOVERY_WINDOW);
        deadlines.clear(Timer.PROBE);
        keepalives.bound(nowNanos);
        send(nowNanos, new BindingMessage.Ping()); // the first packet under the new keys proves our address
        recovery.release(nowNanos);
        watch.turn(nowNanos, attempt.rttNanos(nowNanos));
        back.bound(nowNanos, attempt.cause == BindCause.OPERATOR_JUMP);
        standbys.bound(nowNanos);
    }

    /** Ends the session: nothing passes from here on, keys are wiped. */
    void end(long nowNanos, ReasonCode reason, Detail... details) {
        if (isEnded()) {
            return;
        }
        watch.leave();
        endReason = reason;
        arrivals.drop();
        if (isLive()) { // before that the gate is closed, or an older session's
            context.gate().drop();
        }
        if (isLive() && TOLD.contains(reason)) {
            tellTheEnd(nowNanos, reason);
        }
        step(nowNanos, machine.state() == SessionState.BIRTH ? ReasonCode.HANDSHAKE_FAIL : reason, details);
        deadlines.clearAll();
        retired.retire(nowNanos, active);
        retired.end(nowNanos);
        recovery.end();
        rekey.end();
        credentials.wipe();
    }

    private void tellTheEnd(long nowNanos, ReasonCode reason) {
        for (int copies = 0; copies < 3; copies++) { // nobody will answer: three are enough for most losses
            send(nowNanos, new BindingMessage.Close(reason));
        }
    }

    /** Our successor was committed, and nobody told us that this ended us: its gateway has another table, or the word was lost. */
    void succeeded(long nowNanos) {
        if (isLive()) {
            tellTheEnd(nowNanos, ReasonCode.SUPERSEDED);
            end(nowNanos, ReasonCode.SUPERSEDED);
        }
    }

    /** The gateway of the active path. */
    String gateway() {
        return path.gateway();
    }

    /** When the gateway was heard last: a packet of the binding, or the ACK that began it. */
    long lastHeardNanos() {
        return Math.max(active.delivery.receivedNanos(), boundNanos);
    }

    long rttNanos() {
        return watch.rttNanos();
    }

    long sentBytes() {
        return retired.sentBytes() + (isEnded() ? 0 : active.delivery.sentBytes());
    }

    long receivedBytes() {
        return retired.receivedBytes() + (isEnded() ? 0 : active.delivery.receivedBytes());
    }

    Endpoint remote() {
        return active.peer();
    }
}
