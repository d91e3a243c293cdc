package jumpvpn.core.gateway;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.HealthWatch;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Delivery;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.HoldQueue;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.observability.Journal;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionMachine;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.transport.PathHealth;
import org.jspecify.annotations.Nullable;

/** A session that this gateway owns: its record, its binding, what watches it and what ends it. */
final class GatewaySession {
    private static final long DRAIN_NANOS = 2_000_000_000L;
    private static final long NOTICE_FOR_NANOS = 30_000_000_000L;
    private static final long NOTICE_PAUSE_NANOS = 100_000_000;
    private static final long SILENCE_NANOS = 45_000_000_000L;
    private static final int MOST_RETIRED = 8;

    /** What the session waits for. Terminations come first, in the order of the contract's table. */
    enum Timer {
        TRANSPORT_LOSS,
        LIFETIME,
        RECOVERY_WINDOW,
        LOOK,
        SILENCE,
        NOTICE,
        CHALLENGE,
        RETIRED
    }

    private record Retired(Binding binding, long forgetNanos) {}

    final GatewayContext context;
    final SessionMachine machine;
    final Journal journal;
    final KeptAnswers kept = new KeptAnswers();
    final SwitchHistory history = new SwitchHistory();
    final Deadlines<Timer> deadlines = new Deadlines<>(Timer.class);
    final ForwardingGate gate;
    SessionRecord record;
    boolean bindPending;
    int rejects;
    private Binding active;
    private Protocol protocol;
    private HealthWatch watch;
    private @Nullable HoldQueue held;
    private final List<Retired> retired = new ArrayList<>();
    private PeerAddress address;
    private long finishedSentBytes;
    private long finishedReceivedBytes;
    private long nextProceedNanos = Deadlines.NEVER;

    /** A birth that was committed. */
    GatewaySession(GatewayContext context, Births.Birth birth, SessionRecord record, long nowNanos) {
        this.context = context;
        this.machine = birth.machine();
        this.journal = birth.journal();
        this.record = record;
        this.active = birth.binding();
        this.protocol = birth.hello().protocol();
        this.gate = active.gate;
        this.watch = new HealthWatch(record.policy(), 0);
        this.address = new PeerAddress(this, active);
        gate.inner(record.inner().stream().map(Prefix::address).toList());
        history.born(nowNanos);
        deadlines.set(Timer.LIFETIME, record.lifetimeEndNanos());
        deadlines.set(Timer.SILENCE, nowNanos + SILENCE_NANOS);
    }

    Policy policy() {
        return record.policy();
    }

    Binding active() {
        return active;
    }

    /** What operators call the active path, seen from here. */
    String pathName() {
        return pathName(protocol, active.peer());
    }

    static String pathName(Protocol protocol, Endpoint from) {
        return protocol.scheme() + "/from/" + from;
    }

    boolean owns(Binding binding) {
        return binding == active || retired.stream().anyMatch(old -> old.binding == binding);
    }

    /** Opens the gate: packets flow. */
    void open(long nowNanos) {
        for (Prefix inner : record.inner()) {
            context.routes().put(inner.address().high(), inner.address().low(), gate);
        }
        gate.forward(active);
        watch(nowNanos);
    }

    /** Takes a row if the table has one for the reason here, and says so. */
    boolean step(long nowNanos, ReasonCode reason, Detail... details) {
        SessionMachine.Step step = machine.apply(nowNanos, reason);
        if (step != null) {
            journal.step(nowNanos, step, pathName(), details);
        }
        return step != null;
    }

    void send(long nowNanos, Binding binding, BindingMessage message) {
        transmit(binding, binding.peer(), binding.sealed(PacketLayout.CONTROL, message.encode(), nowNanos));
    }

    void transmit(Binding binding, Endpoint to, byte @Nullable [] datagram) {
        if (datagram != null) {
            context.port().transmit(binding.pathId, to, datagram);
        }
    }

    /** There is traffic on a binding of this session that nobody watched. */
    void watch(long nowNanos, Binding binding) {
        if (binding == active && machine.bindingAlive()) {
            watch(nowNanos);
        } else if (!deadlines.isSet(Timer.NOTICE)) {
            if (hasEnded(nowNanos, binding)) {
                send(nowNanos, binding, new BindingMessage.Notice(machine.version()));
            }
            deadlines.set(Timer.NOTICE, nowNanos + NOTICE_PAUSE_NANOS);
        }
    }

    /**
     * Whether its sender should be told to reattach. Not while it drains: the client has asked for the next binding and may still wait for the ACK. Never early
     * data's, whose one key is the client's to seal with.
     */
    private boolean hasEnded(long nowNanos, Binding binding) {
        return binding.dataType() == PacketLayout.DATA && (binding == active || !binding.receives(nowNanos));
    }

    private void watch(long nowNanos) {
        active.claimWatch();
        deadlines.set(Timer.LOOK, nowNanos);
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
                case RECOVERY_WINDOW -> step(nowNanos, ReasonCode.RECOVERY_WINDOW_EXCEEDED);
                case LOOK -> look(nowNanos);
                case SILENCE -> silence(nowNanos);
                case NOTICE -> {
                    if (!machine.bindingAlive()) { // else look() has it
                        active.releaseWatch();
                    }
                    retired.forEach(old -> old.binding.releaseWatch());
                }
                case CHALLENGE -> address.unanswered(nowNanos);
                case RETIRED -> forget(nowNanos);
            }
        }
        return null;
    }

    private void look(long nowNanos) {
        if (!machine.bindingAlive()) {
            return;
        }
        if (active.isExhausted()) {
            pathDead(nowNanos, ReasonCode.KEY_EXPIRED);
            return;
        }
        Delivery delivery = active.delivery;
        HealthWatch.Finding finding = watch.look(nowNanos, machine.state(), counts(delivery));
        if (finding.reason() != null) {
            if (machine.state() == SessionState.ATTACHED) {
                journal.emit(nowNanos, EventType.VOLATILITY_SIGNAL, finding.reason(), machine.version(), pathName());
            }
            step(nowNanos, finding.reason());
        }
        if (finding.dead()) {
            pathDead(nowNanos, ReasonCode.NO_DELIVERY_WINDOW);
            return;
        }
        if (finding.ping()) {
            send(nowNanos, active, new BindingMessage.Ping());
        } else if (finding.acknowledge()) {
            transmit(active, active.peer(), active.sealed(active.dataType(), new byte[0], nowNanos));
        }
        address.follow(nowNanos);
        lookAgain(delivery, finding);
    }

    private static PathHealth.Counts counts(Delivery delivery) {
        return new PathHealth.Counts(
                delivery.sentAsking(),
                delivery.acked(),
                delivery.progressNanos(),
                delivery.peerReceived(),
                delivery.rttNanos(),
                delivery.sentNanos(),
                delivery.receivedNanos(),
                delivery.askedNanos());
    }

    private void lookAgain(Delivery delivery, HealthWatch.Finding finding) {
        boolean calm = finding.calm();
        if (calm) {
            deadlines.set(Timer.SILENCE, Math.max(delivery.receivedNanos(), history.lastCommitNanos()) + SILENCE_NANOS);
            active.releaseWatch();
            boolean quiet = delivery.acked() >= delivery.sentAsking() && delivery.askedNanos() <= delivery.sentNanos();
            calm = quiet || !active.claimWatch(); // sent or received in between?
        }
        if (!calm) {
            deadlines.set(Timer.LOOK, finding.againNanos());
        }
    }

    /** Not even the client's keepalive came: ask, so that ATTACHED keeps meaning that something passes. */
    private void silence(long nowNanos) {
        if (machine.bindingAlive()) {
            send(nowNanos, active, new BindingMessage.Ping());
            watch(nowNanos);
            deadlines.set(Timer.SILENCE, nowNanos + SILENCE_NANOS);
        }
    }

    /** The binding is dead: hold what comes, wait for the client, tell it if it can still hear. */
    void pathDead(long nowNanos, ReasonCode detail) {
        journal.emit(nowNanos, EventType.TRANSPORT_DEAD, detail, machine.version(), pathName());
        if (!step(nowNanos, ReasonCode.TRANSPORT_DEAD, new Detail("detail", detail.name()))) {
            machine.bindingDied();
        }
        HoldQueue queue = new HoldQueue(
                policy().get(PolicyKey.HOLD_BYTES_PER_SESSION), policy().get(PolicyKey.HOLD_MAX_AGE), context.drops());
        held = queue;
        gate.hold(queue);
        long lastHeard = Math.max(active.delivery.receivedNanos(), record.noBindingSinceNanos());
        deadlines.set(Timer.TRANSPORT_LOSS, lastHeard + policy().get(PolicyKey.SESSION_TRANSPORT_LOSS_TTL));
        deadlines.set(Timer.RECOVERY_WINDOW, nowNanos + policy().get(PolicyKey.SWITCHING_RECOVERY_WINDOW));
        send(nowNanos, active, new BindingMessage.Notice(machine.version()));
        deadlines.set(Timer.NOTICE, nowNanos + NOTICE_PAUSE_NANOS);
    }

    /** When the transport-loss TTL is over, or never while a binding is alive. */
    long lossEndNanos() {
        return machine.bindingAlive() ? Deadlines.NEVER : deadlines.at(Timer.TRANSPORT_LOSS);
    }

    /** The committed bind takes over: the gate turns to it, what was held goes out, the old binding drains. */
    void bind(long nowNanos, SessionRecord committed, Binding binding, Binding early, Protocol through) {
        long drainedNanos = nowNanos + (machine.bindingAlive() ? DRAIN_NANOS : 0);
        for (Retired old : retired) {
            if (old.binding.epoch == active.epoch) { // the early data that rode ahead of it
                old.binding.receiveUntil(drainedNanos);
            }
        }
        retire(nowNanos, active, drainedNanos);
        early.receiveUntil(nowNanos + DRAIN_NANOS);
        if (context.bindings().get(0, early.localWireId)
                == null) { // its identifier is the client's choice: it may displace nothing
            context.bindings().put(0, early.localWireId, early);
            retired.add(new Retired(early, nowNanos + DRAIN_NANOS));
        }
        record = committed;
        active = binding;
        protocol = through;
        address = new PeerAddress(this, binding);
        watch = new HealthWatch(policy(), 0);
        context.bindings().put(0, binding.localWireId, binding);
        deadlines.clear(Timer.TRANSPORT_LOSS);
        deadlines.clear(Timer.RECOVERY_WINDOW);
        deadlines.clear(Timer.CHALLENGE);
        deadlines.set(Timer.SILENCE, nowNanos + SILENCE_NANOS);
        deadlines.set(Timer.RETIRED, nowNanos + DRAIN_NANOS);
    }

    /** Lets packets out on the new binding. The gate opens first, so nothing can be left in the queue. */
    void release(long nowNanos) {
        gate.forward(active);
        HoldQueue queue = held;
        held = null;
        if (queue != null) {
            for (byte[] packet : queue.drain(nowNanos)) {
                transmit(active, active.peer(), active.sealed(active.dataType(), packet, nowNanos));
            }
        }
        watch(nowNanos);
    }

    private void retire(long nowNanos, Binding old, long receiveUntilNanos) {
        old.receiveUntil(receiveUntilNanos);
        finishedSentBytes += old.delivery.sentBytes();
        finishedReceivedBytes += old.delivery.receivedBytes();
        retired.add(new Retired(old, nowNanos + NOTICE_FOR_NANOS));
        while (retired.size() > MOST_RETIRED) {
            context.bindings().remove(0, retired.removeFirst().binding.localWireId);
        }
        old.releaseWatch();
    }

    private void forget(long nowNanos) {
        for (Retired old : List.copyOf(retired)) {
            if (old.forgetNanos <= nowNanos) {
                context.bindings().remove(0, old.binding.localWireId);
                retired.remove(old);
            } else {
                deadlines.set(Timer.RETIRED, Math.min(deadlines.at(Timer.RETIRED), old.forgetNanos));
            }
        }
    }

    /** Takes a control message that came authentically in a binding of this session. */
    void receive(long nowNanos, Binding binding, Endpoint from, BindingMessage message) {
        switch (message) {
            case BindingMessage.Ping _ -> {
                if (binding == active && machine.bindingAlive()) {
                    transmit(binding, binding.peer(), binding.sealed(binding.dataType(), new byte[0], nowNanos));
                }
            }
            case BindingMessage.ChallengeAnswer answer -> {
                if (binding == active) {
                    address.answered(nowNanos, from, answer.value());
                }
            }
            case BindingMessage.Confirm _,
                    BindingMessage.Welcome _,
                    BindingMessage.Close _,
                    BindingMessage.Notice _,
                    BindingMessage.Draining _,
                    BindingMessage.Challenge _ -> {
                // the first and Close are the gateway's to handle, the rest a client never says
            }
        }
    }

    /** Nothing passes from here on. The caller commits the removal of the record. */
    void end(long nowNanos, ReasonCode reason) {
        gate.drop();
        if (reason != ReasonCode.PEER_CLOSED) {
            for (int copies = 0; copies < 3; copies++) { // nobody will answer: three are enough for most losses
                send(nowNanos, active, new BindingMessage.Close(reason));
            }
        }
        step(nowNanos, reason);
        deadlines.clearAll();
        for (Prefix inner : record.inner()) {
            if (context.routes().get(inner.address().high(), inner.address().low()) == gate) {
                context.routes().remove(inner.address().high(), inner.address().low());
            }
        }
        active.receiveUntil(nowNanos);
        context.bindings().remove(0, active.localWireId);
        for (Retired old : retired) {
            old.binding.receiveUntil(nowNanos);
            context.bindings().remove(0, old.binding.localWireId);
        }
    }

    /** When {@link Gateway} has this session in its table of wake-ups. */
    long nextProceedNanos() {
        return nextProceedNanos;
    }

    void nextProceedNanos(long nanos) {
        nextProceedNanos = nanos;
    }

    SessionStatus status(long nowNanos) {
        return new SessionStatus(
                record.id(),
                record.clientName(),
                machine.state(),
                machine.version(),
                machine.reason(),
                protocol,
                active.peer(),
                record.inner(),
                watch.rttNanos(),
                watch.loss(nowNanos),
                machine.sinceNanos(),
                finishedSentBytes + active.delivery.sentBytes(),
                finishedReceivedBytes + active.delivery.receivedBytes());
    }
}
