package jumpvpn.core.gateway;

import java.util.List;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Forwarding;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.Journal;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.ownership.SwitchTimes;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.Fault;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionMachine;
import jumpvpn.core.session.SessionMachine.Step;
import org.jspecify.annotations.Nullable;

/** A session that this gateway owns, or may come to own: its record, its rows, what carries it and what ends it. */
final class GatewaySession extends Resident {
    private static final Timer[] TIMERS = Timer.values();
    private static final int CLOSE_COPIES = 3;
    private static final long AWAKE_NANOS = 100_000_000;

    /** What is known of a record's binding. */
    enum Life {
        /** It was ours, and ended when this gateway lost its memory. */
        OURS,
        /** Another gateway has it, alive for all we know. */
        ELSEWHERE,
        /** It was another gateway's whose lease is over; only the client knows. */
        OWNER_GONE,
        /** As before, and the transport-loss TTL is over: it is not alive. */
        LOST
    }

    /** What the session waits for. Terminations come first, in the order of the contract's table. */
    enum Timer {
        TRANSPORT_LOSS,
        LIFETIME,
        RECOVERY_WINDOW,
        LOOK,
        SILENCE,
        NOTICE,
        CHALLENGE,
        RETIRED,
        KEPT,
        REST
    }

    final GatewayContext context;
    final SessionRows rows;
    final SessionMachine machine;
    final Journal journal;
    final KeptAnswers kept = new KeptAnswers();
    final Deadlines<Timer> deadlines = new Deadlines<>(TIMERS);
    final SessionPath path;
    final Rekey rekey = new Rekey(this);
    SessionRecord record;
    SwitchTimes switches;
    int rejects;
    /** The nonce of the request whose bind is being committed. */
    @Nullable
    Nonce binding;
    /** Another's, or nobody's, until the bind that is being committed makes it ours. */
    boolean visiting;
    /** Why it must end, once that is decided; committed as soon as no other commit of it is under way. */
    @Nullable
    ReasonCode ending;

    /** When its end may be asked for again. */
    long endAgainNanos = Long.MIN_VALUE;

    private long lossEndNanos = Deadlines.NEVER;
    /** What stands for it in the packet threads' sight while it falls asleep. */
    @Nullable
    RestingSession falling;

    private @Nullable Detail inner;
    private long awakeUntilNanos;
    private boolean windowOver;
    private boolean lossUntold;
    private boolean gone;

    private GatewaySession(GatewayContext context, SessionRecord record, SessionRows rows, ForwardingGate gate) {
        this.context = context;
        this.record = record;
        this.rows = rows;
        this.machine = rows.machine;
        this.journal = rows.journal;
        this.switches = record.switches();
        this.path = new SessionPath(this, gate);
        deadlines.set(Timer.LIFETIME, record.lifetimeEndNanos());
    }

    /** A birth that was committed. */
    static GatewaySession born(GatewayContext context, Births.Birth birth, SessionRecord record, long nowNanos) {
        SessionRows rows = new SessionRows(context, birth.machine(), birth.journal(), null, List.of());
        GatewaySession session = new GatewaySession(context, record, rows, birth.binding().gate);
        session.path.gate.inner(session.innerAddresses());
        session.path.born(nowNanos, birth.binding(), birth.hello().protocol());
        session.rekey.bound(nowNanos, birth.binding(), birth.ratchet(), null);
        session.switches = SwitchTimes.born(nowNanos);
        return session;
    }

    /**
     * A session known from its record only.
     *
     * @param life what is known of the record's binding
     */
    static GatewaySession restored(GatewayContext context, SessionRecord record, Life life, long nowNanos) {
        SessionRecord.Row last = record.rows().getLast();
        boolean alive = life == Life.ELSEWHERE || life == Life.OWNER_GONE;
        SessionMachine machine = SessionMachine.restored(last.to(), last.version(), last.reason(), alive, nowNanos);
        Journal journal = journal(context, record);
        ReasonCode first = life == Life.OURS ? ReasonCode.GATEWAY_RESTARTED : null;
        SessionRows rows = new SessionRows(context, machine, journal, first, record.rows());
        GatewaySession session = new GatewaySession(context, record, rows, new ForwardingGate());
        session.path.gate.inner(session.innerAddresses());
        if (life != Life.ELSEWHERE) {
            session.lossEndsAfter(record.noBindingSinceNanos());
        }
        return session;
    }

    /** Whether nothing is under way, so that what is to come wakes it: bytes can stand for it till then. */
    boolean isAtRest(long nowNanos) {
        return nowNanos >= awakeUntilNanos
                && !rows.isBusy()
                && binding == null
                && ending == null
                && !visiting
                && !windowOver
                && !lossUntold
                && !gone
                && kept.isAtRest()
                && !deadlines.isSet(Timer.KEPT)
                && !deadlines.isSet(Timer.RECOVERY_WINDOW)
                && rekey.isAtRest()
                && nextNanos() > nowNanos
                && path.isAtRest(nowNanos);
    }

    /** Somebody may want it soon, such as a packet that waits for it: it does not rest before that had its time. */
    void rouse(long nowNanos) {
        awakeUntilNanos = nowNanos + AWAKE_NANOS;
        deadlines.set(Timer.REST, awakeUntilNanos);
    }

    /** When it may rest at the earliest. */
    long awakeUntilNanos() {
        return awakeUntilNanos;
    }

    /** A session that goes on as it was: whoever makes it sets the rest. */
    static GatewaySession again(
            GatewayContext context,
            SessionRecord record,
            SessionMachine machine,
            @Nullable ReasonCode first,
            ForwardingGate gate) {
        SessionRows rows = new SessionRows(context, machine, journal(context, record), first, List.of());
        return new GatewaySession(context, record, rows, gate);
    }

    private static Journal journal(GatewayContext context, SessionRecord record) {
        return new Journal(
                context.events(), Role.GATEWAY, record.id(), record.policy().version());
    }

    /** The bytes have it now: secrets that lie elsewhere go. */
    void wipe() {
        record.secrets().forEach(SessionSecret::wipe);
        kept.wipe();
        rekey.end();
        path.wipe();
    }

    private void lossEndsAfter(long nanos) {
        if (!context.has(Fault.NO_LOSS_TTL)) {
            lossEndsAt(nanos + policy().get(PolicyKey.SESSION_TRANSPORT_LOSS_TTL));
        }
    }

    /** The transport-loss TTL is over at this time. */
    void lossEndsAt(long nanos) {
        lossEndNanos = nanos;
        deadlines.set(Timer.TRANSPORT_LOSS, nanos);
    }

    /** This gateway owns it again: packets to it are held until it is bound. */
    void resume(long nowNanos) {
        rows.tellAgain(nowNanos);
        path.hold();
        place();
        rouse(nowNanos);
    }

    /** Opens the gate: packets flow. */
    void open(long nowNanos) {
        path.release(nowNanos);
        place();
    }

    /** Packets to its inner addresses find its gate, whichever way that stands: where it is announced they may come before this returns. */
    void place() {
        if (path.gate.routed()) {
            return;
        }
        for (Prefix inner : record.inner()) {
            ForwardingGate other =
                    context.routes().get(inner.address().high(), inner.address().low());
            if (other != null) {
                other.routed(false);
            }
            context.routes().put(inner.address().high(), inner.address().low(), path.gate);
        }
        path.gate.routed(true);
        context.port().owns(record.inner());
    }

    Policy policy() {
        return record.policy();
    }

    /** What operators call the newest binding's path, seen from here; null if there was none. */
    @Nullable
    String pathName() {
        ActivePath active = path.active();
        return active == null ? null : active.name();
    }

    /** A commit of the session is settled: what was put off is done. */
    void thaw(long nowNanos) {
        rows.thaw();
        if (windowOver && !rows.isFrozen()) {
            windowOver = false;
            deadlines.set(Timer.RECOVERY_WINDOW, nowNanos);
        }
    }

    List<IpAddress> innerAddresses() {
        return record.inner().stream().map(Prefix::address).toList();
    }

    /** For the events that an auditor compares: the inner addresses never change. */
    Detail innerDetail() {
        Detail known = inner;
        if (known == null) {
            known = new Detail(
                    "inner", record.inner().stream().map(Prefix::toString).toList());
            inner = known;
        }
        return known;
    }

    /** Takes a committed row, and says so. */
    void take(long nowNanos, Step step, Detail... details) {
        rows.take(nowNanos, step, pathName(), details);
    }

    /** Does what is due. @return why the session must end, or null */
    @Nullable
    ReasonCode proceed(long nowNanos) {
        for (Timer due = deadlines.pollDue(nowNanos); due != null; due = deadlines.pollDue(nowNanos)) {
            switch (due) {
                case LIFETIME -> {
                    return ReasonCode.TTL_SESSION_EXPIRED;
                }
                case TRANSPORT_LOSS -> {
                    return ReasonCode.TTL_TRANSPORT_LOSS_EXPIRED;
                }
                case RECOVERY_WINDOW -> {
                    windowOver = rows.isFrozen();
                    rows.step(nowNanos, ReasonCode.RECOVERY_WINDOW_EXCEEDED, pathName());
                }
                case LOOK -> path.look(nowNanos);
                case SILENCE -> path.silence.due(nowNanos);
                case NOTICE -> path.mayNotice();
                case CHALLENGE -> path.challenge(nowNanos);
                case RETIRED -> path.forget(nowNanos);
                case KEPT -> expireKept(nowNanos);
                case REST -> path.rest(nowNanos);
            }
        }
        if (machine.isUsedUp() && !rows.isFrozen()) {
            return ReasonCode.SECURITY_FAILURE;
        }
        return rekey.proceed(nowNanos);
    }

    /** Forgets the answers that are kept no more. */
    void expireKept(long nowNanos) {
        deadlines.set(Timer.KEPT, kept.expire(nowNanos, policy().get(PolicyKey.SECURITY_REATTACH_MAX_AGE)));
    }

    /** The binding died: the client has its time to come back. */
    void lost(long nowNanos) {
        lossEndsAfter(lastHeardNanos());
        lossUntold = true;
        deadlines.set(Timer.RECOVERY_WINDOW, nowNanos + policy().get(PolicyKey.SWITCHING_RECOVERY_WINDOW));
    }

    /** Boot time of the last authenticated packet, or of what is known to have come after it. */
    private long lastHeardNanos() {
        ActivePath active = path.active();
        long sign = record.noBindingSinceNanos();
        return active == null ? sign : Math.max(active.binding.delivery.receivedNanos(), sign);
    }

    /** The loss of the binding, once, for the next mark; null if there is none to tell. */
    SessionTable.@Nullable Loss untoldLoss() {
        if (!lossUntold) {
            return null;
        }
        lossUntold = false;
        return new SessionTable.Loss(record.id(), record.version().epoch(), lastHeardNanos());
    }

    /**
     * When the transport-loss TTL is over, or never while a binding is alive here, or somewhere for all we know, or a bind is under way that may yet make it pointless.
     * Once it is over it stays so until the end is committed, also where the session ends for another reason.
     */
    long lossEndNanos() {
        boolean counts = binding == null && (path.active() == null || !machine.bindingAlive());
        return counts ? lossEndNanos : Deadlines.NEVER;
    }

    /** The committed bind takes over: packets can go out on it as soon as the gate is opened. */
    void bind(long nowNanos, SessionRecord committed, Binding taking, Binding early, Protocol through) {
        path.bind(nowNanos, taking, early, through);
        record(committed);
        lossEndNanos = Deadlines.NEVER;
        deadlines.clear(Timer.TRANSPORT_LOSS);
        deadlines.clear(Timer.RECOVERY_WINDOW);
        deadlines.set(Timer.LIFETIME, committed.lifetimeEndNanos());
        windowOver = false;
        rejects = 0;
    }

    /** What was committed is the truth now; secrets that it lacks are wiped. */
    void record(SessionRecord committed) {
        for (SessionSecret secret : record.secrets()) {
            if (!committed.secrets().contains(secret)) {
                secret.wipe();
            }
        }
        record = committed;
    }

    /** Nothing passes from here on, whether the end is committed or not. */
    void stop(long nowNanos) {
        deadlines.clearAll();
        rekey.end();
        path.stop(nowNanos);
    }

    /** Tells the client that this is the end, if it can still hear. */
    void sayClose(long nowNanos, ReasonCode reason) {
        ActivePath active = path.active();
        if (active != null && reason != ReasonCode.PEER_CLOSED) {
            for (int copies = 0; copies < CLOSE_COPIES; copies++) { // nobody will answer
                path.send(nowNanos, active.binding, new BindingMessage.Close(reason));
            }
        }
    }

    /** This gateway has it no more: routes go, secrets are wiped. @param gateway the number of the one that has it now; 0: nobody known */
    void leave(long gateway) {
        gone = true;
        boolean isHandedOver = path.gate.forwarding() instanceof Forwarding.Relay; // then they stay for a while
        if (path.gate.routed() && isHandedOver) { // else another session of its client's has the addresses
            context.port().handsOn(record.inner());
        } else if (path.gate.routed()) {
            context.port().releases(record.inner(), gateway);
        }
        path.gate.routed(false);
        if (!isHandedOver) {
            context.unroute(record.inner(), path.gate);
        }
        record.secrets().forEach(SessionSecret::wipe);
        kept.wipe();
    }

    boolean isGone() {
        return gone;
    }

    /** When {@link #proceed} has something to do. */
    long nextNanos() {
        return Math.min(deadlines.next(), rekey.nextNanos());
    }

    @Override
    SessionId id() {
        return record.id();
    }

    SessionStatus status(long nowNanos) {
        ActivePath active = path.active();
        return new SessionStatus(
                record.id(),
                record.clientName(),
                machine.state(),
                machine.version(),
                machine.reason(),
                ending,
                active == null ? null : active.protocol,
                active == null ? null : active.binding.peer(),
                record.inner(),
                active == null ? 0 : active.rttNanos(),
                active == null ? 0 : active.loss(nowNanos),
                machine.sinceNanos(),
                path.sentBytes(),
                path.receivedBytes());
    }
}
