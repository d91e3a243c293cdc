package jumpvpn.core.gateway;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.HealthWatch;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.HandOver;
import jumpvpn.core.data.HoldQueue;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.data.Trial;
import jumpvpn.core.gateway.GatewaySession.Timer;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.Fault;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import org.jspecify.annotations.Nullable;

/** What carries one session's packets: its newest binding, which is watched, those before it, which drain, and the queue that keeps packets while none is alive. */
final class SessionPath {
    static final long DRAIN_NANOS = 2_000_000_000L;
    private static final long NOTICE_FOR_NANOS = 30_000_000_000L;
    private static final long NOTICE_PAUSE_NANOS = 100_000_000;
    private static final long TRIAL_BYTES =
            2 * MessageType.REQUEST_LENGTH - 512; // 3 × a request, but for its ACK and a few small packets
    private static final long LOOK_AWAY_NANOS = 100_000_000;

    final ForwardingGate gate;
    final Silence silence;
    private final GatewaySession session;
    private final RetiredBindings retired;
    private @Nullable ActivePath active;
    private @Nullable HoldQueue held;
    private boolean stopped;

    /** No binding yet. */
    SessionPath(GatewaySession session, ForwardingGate gate) {
        this.session = session;
        this.gate = gate;
        this.silence = new Silence(session, this);
        this.retired = new RetiredBindings(session.context.bindings());
    }

    @Nullable
    ActivePath active() {
        return active;
    }

    boolean has(Binding binding) {
        return isActive(binding) || retired.has(binding);
    }

    private boolean isActive(Binding binding) {
        return active != null && active.binding == binding;
    }

    /** Whether there is a binding through which packets can go. */
    boolean isAttached() {
        return active != null && isAlive();
    }

    private boolean isAlive() {
        return session.machine.bindingAlive();
    }

    /** The binding that a session is born with. */
    void born(long nowNanos, Binding binding, Protocol protocol) {
        active = new ActivePath(session, binding, protocol);
        silence.bound(nowNanos);
    }

    /** The committed bind takes over; the old binding drains. */
    void bind(long nowNanos, Binding binding, Binding early, Protocol protocol) {
        boolean known = active != null && active.binding.peer().equals(binding.peer());
        if (!known && !session.context.port().isConnected(binding.pathId)) {
            binding.trial(new Trial(queue(), TRIAL_BYTES));
        }
        if (active != null) {
            long drainedNanos = nowNanos + (isAlive() ? DRAIN_NANOS : 0);
            boolean keeps = session.context.has(Fault.KEEP_OLD_BINDING);
            retired.add(active.binding, keeps ? Deadlines.NEVER : drainedNanos, nowNanos + NOTICE_FOR_NANOS);
        }
        retired.addEarly(early, nowNanos + DRAIN_NANOS);
        active = new ActivePath(session, binding, protocol);
        session.context.bindings().put(0, binding.localWireId, binding);
        session.deadlines.clear(Timer.CHALLENGE);
        silence.bound(nowNanos);
        session.deadlines.set(Timer.RETIRED, nowNanos + DRAIN_NANOS);
    }

    /** Lets packets out on the newest binding. The gate opens first, so nothing can be left in the queue. */
    void release(long nowNanos) {
        Binding binding = Objects.requireNonNull(active).binding;
        Trial trial = binding.trial();
        HoldQueue before = held;
        held = trial == null ? null : trial.queue;
        gate.forward(binding);
        if (before != null) {
            for (byte[] packet : before.drain(nowNanos)) {
                if (trial == null || trial.admits(binding.halving.datagramBytes(packet.length))) {
                    binding.halving
                            .sealed(binding, packet, nowNanos)
                            .forEach(datagram -> session.context.transmit(binding, datagram));
                } else {
                    trial.queue.offer(nowNanos, MemorySegment.ofArray(packet), 0, packet.length);
                }
            }
        }
        watchActive(nowNanos, binding);
    }

    /** The first authentic packet under a new binding's keys answers its ACK: whoever is there has it, so that everything may go there. */
    private void proven(long nowNanos, Binding binding) {
        if (binding.trial() != null && isAlive() && binding.delivery.received() > 0) {
            binding.trial(null);
            release(nowNanos);
        }
    }

    /** Keeps packets until there is a binding; what waits already stays. */
    void hold() {
        HoldQueue queue = held == null ? queue() : held;
        held = queue;
        gate.hold(queue);
    }

    private HoldQueue queue() {
        return new PolicySnapshot(session.policy(), false, session.context.drops()).queue();
    }

    void send(long nowNanos, Binding through, BindingMessage message) {
        session.context.transmit(through, through.sealed(PacketLayout.CONTROL, message.encode(), nowNanos));
    }

    void acknowledge(long nowNanos, Binding through) {
        session.context.transmit(through, through.sealed(through.dataType(), new byte[0], nowNanos));
    }

    /** There is traffic on a binding of this session that nobody watched. */
    void watch(long nowNanos, Binding noticed) {
        if (stopped) {
            return;
        }
        if (isActive(noticed) && isAlive()) {
            watchActive(nowNanos, noticed);
        } else if (!session.deadlines.isSet(Timer.NOTICE)) {
            if (hasEnded(nowNanos, noticed)) {
                send(nowNanos, noticed, new BindingMessage.Notice(session.machine.version()));
            }
            session.deadlines.set(Timer.NOTICE, nowNanos + NOTICE_PAUSE_NANOS);
        }
    }

    /**
     * Whether its sender should be told to reattach. Not while it drains: the client has asked for the next binding and may still wait for the ACK. Never early
     * data's, whose one key is the client's to seal with.
     */
    private boolean hasEnded(long nowNanos, Binding noticed) {
        return noticed.dataType() == PacketLayout.DATA && (isActive(noticed) || !noticed.receives(nowNanos));
    }

    private void watchActive(long nowNanos, Binding binding) {
        binding.claimWatch();
        session.deadlines.set(Timer.LOOK, nowNanos);
    }

    /** The pause between notices is over. */
    void mayNotice() {
        if (active != null && !isAlive()) { // else look() has it
            active.binding.releaseWatch();
        }
        retired.releaseWatch();
    }

    /** Looks after the newest binding. */
    void look(long nowNanos) {
        ActivePath path = active;
        if (path == null || !isAlive()) {
            return;
        }
        proven(nowNanos, path.binding);
        if (held != null && path.binding.trial() == null) { // came while the session was at rest
            release(nowNanos);
        }
        boolean frozen = session.rows.isFrozen();
        if (path.binding.isExhausted(nowNanos) && !frozen) {
            dead(nowNanos, path, ReasonCode.KEY_EXPIRED);
            return;
        }
        HealthWatch.Finding finding = path.look(nowNanos, session.machine.state());
        if (finding.reason() != null && !frozen) {
            signal(nowNanos, path, finding.reason());
        }
        if (finding.dead() && !frozen) {
            dead(nowNanos, path, ReasonCode.NO_DELIVERY_WINDOW);
            return;
        }
        if (finding.askBytes() > 0) {
            send(nowNanos, path.binding, new BindingMessage.Length(finding.askBytes() - PacketLayout.OVERHEAD));
        }
        if (finding.ping() || finding.askBytes() > 0) {
            send(nowNanos, path.binding, new BindingMessage.Ping());
        } else if (finding.acknowledge()) {
            acknowledge(nowNanos, path.binding);
        }
        path.address.follow(nowNanos);
        session.rekey.look(nowNanos);
        lookAgain(nowNanos, path, finding);
    }

    private void signal(long nowNanos, ActivePath path, ReasonCode reason) {
        if (session.machine.state() == SessionState.ATTACHED) {
            session.journal.emit(nowNanos, EventType.VOLATILITY_SIGNAL, reason, session.machine.version(), path.name());
        }
        session.rows.step(nowNanos, reason, path.name());
    }

    /** A packet that comes or goes while nobody looks tells so at once; ciphers and session rest later, since making them anew costs more than that. */
    private void lookAgain(long nowNanos, ActivePath path, HealthWatch.Finding finding) {
        if (finding.quiet() && nowNanos - path.lastUsedNanos() > LOOK_AWAY_NANOS) {
            long lastHeard = Math.max(path.binding.delivery.receivedNanos(), session.switches.lastCommitNanos());
            silence.heard(lastHeard);
            if (path.lookAway()) {
                session.deadlines.set(Timer.REST, Math.max(session.awakeUntilNanos(), path.restNanos()));
                return;
            }
        }
        session.deadlines.set(Timer.LOOK, finding.againNanos());
    }

    /** Nothing was sent or received for a while: ciphers go until there is traffic again, also where the session stays awake. */
    void rest(long nowNanos) {
        if (active != null && nowNanos >= active.restNanos()) {
            active.binding.rest();
        }
    }

    /** Whether the session can rest: it has one binding, which is alive and quiet, or waits for the client and holds nothing. */
    boolean isAtRest(long nowNanos) {
        if (stopped || !retired.isEmpty() || session.deadlines.isSet(Timer.NOTICE)) {
            return false;
        }
        if (!isAlive()) {
            return held == null || held.isEmpty(nowNanos);
        }
        return active != null
                && session.machine.state() == SessionState.ATTACHED
                && !session.deadlines.isSet(Timer.LOOK)
                && active.isAtRest(nowNanos);
    }

    /** Packets of both ways find the session at rest from here on. */
    void rest(RestingSession resting) {
        if (active != null) {
            session.context.bindings().put(0, active.binding.localWireId, resting);
        }
        gate.rest(resting);
    }

    /** Packets find binding and gate as they were before; those that waited go out with the next look. What they find is published first, so none is left behind. */
    void wake(RestingSession resting) {
        gate.inner(session.innerAddresses());
        if (active != null) {
            session.context.bindings().put(0, active.binding.localWireId, active.binding);
        }
        if (active != null && isAlive()) {
            gate.forward(active.binding);
            held = resting.wake();
            watchActive(0, active.binding);
        } else {
            held = resting.queue();
            gate.hold(held);
            resting.wake();
        }
    }

    /** Writes it, times as passed since then. Secret. */
    void encode(ByteBuffer out, long sinceNanos) {
        retired.encode(out);
        silence.encode(out);
        out.put((byte) (active == null ? 0 : 1));
        if (active != null) {
            active.encode(out, sinceNanos);
        }
    }

    /** Reads what {@link #encode} wrote. */
    void decode(ByteBuffer in, long sinceNanos) {
        retired.decode(in);
        silence.decode(in);
        active = in.get() == 0 ? null : ActivePath.decode(session, in, sinceNanos);
    }

    /** The bytes have it now: keys that lie elsewhere go. */
    void wipe() {
        if (active != null) {
            active.binding.wipe();
        }
    }

    /** A challenge is to be repeated, or its time is over. */
    void challenge(long nowNanos) {
        if (active != null) {
            active.address.proceed(nowNanos);
        }
    }

    /** Forgets bindings that ended long ago. */
    void forget(long nowNanos) {
        session.deadlines.set(Timer.RETIRED, retired.forget(nowNanos));
    }

    /** The binding is dead: hold what comes, wait for the client, tell it if it can still hear. */
    private void dead(long nowNanos, ActivePath path, ReasonCode detail) {
        session.journal.emit(nowNanos, EventType.TRANSPORT_DEAD, detail, session.machine.version(), path.name());
        Detail why = new Detail("detail", detail.name());
        if (!session.rows.step(nowNanos, ReasonCode.TRANSPORT_DEAD, path.name(), why)) {
            session.machine.bindingDied();
        }
        hold();
        session.rekey.died(nowNanos);
        session.lost(nowNanos);
        send(nowNanos, path.binding, new BindingMessage.Notice(session.machine.version()));
        session.deadlines.set(Timer.NOTICE, nowNanos + NOTICE_PAUSE_NANOS);
    }

    /** Takes a control message that came authentically in a binding of this session. */
    void receive(long nowNanos, Binding through, Endpoint from, BindingMessage message) {
        if (isActive(through)) {
            proven(nowNanos, through);
        }
        session.rekey.look(nowNanos);
        switch (message) {
            case BindingMessage.Ping _ -> answer(nowNanos, through, 0);
            case BindingMessage.EchoAfter wish -> answer(nowNanos, through, wish.seconds());
            case BindingMessage.ChallengeAnswer answer -> {
                if (active != null && active.binding == through) {
                    active.address.answered(nowNanos, from, answer.value());
                }
            }
            case BindingMessage.Rekey ask -> {
                if (isActive(through) && isAlive()) {
                    session.rekey.asked(nowNanos, ask);
                }
            }
            case BindingMessage.Length asked -> arrived(nowNanos, through, asked);
            case BindingMessage.LengthSeen seen -> arrived(through, seen);
            case BindingMessage.Confirm _,
                    BindingMessage.Welcome _,
                    BindingMessage.Close _,
                    BindingMessage.Notice _,
                    BindingMessage.Challenge _,
                    BindingMessage.Draining _,
                    BindingMessage.RekeyAnswer _,
                    BindingMessage.Renew _,
                    BindingMessage.Renewed _ -> {
                // Confirm, Close and Renew are the gateway's to handle, the rest a client never says
            }
        }
    }

    private void answer(long nowNanos, Binding through, int echoAfterSeconds) {
        if (isActive(through) && isAlive()) {
            silence.wish(echoAfterSeconds);
            acknowledge(nowNanos, through);
        }
    }

    private void arrived(long nowNanos, Binding through, BindingMessage.Length asked) {
        if (isActive(through) && isAlive()) {
            send(nowNanos, through, new BindingMessage.LengthSeen(asked.bytes()));
        }
    }

    private void arrived(Binding through, BindingMessage.LengthSeen seen) {
        if (active != null && active.binding == through) {
            active.arrived(seen.bytes() + PacketLayout.OVERHEAD);
        }
    }

    /** Nothing passes from here on. */
    void stop(long nowNanos) {
        stopped = true;
        gate.drop();
        retired.stop(nowNanos);
        if (active != null) {
            active.binding.receiveUntil(nowNanos);
            session.context.bindings().remove(0, active.binding.localWireId);
            active.binding.wipe();
        }
    }

    /** Nothing is sealed for the client any more, what comes for it goes on to another gateway. @return what waited, oldest first; the newest binding stays as it is */
    List<byte[]> handOver(long nowNanos, HandOver to) {
        stopped = true;
        gate.relay(to);
        retired.stop(nowNanos);
        return held == null ? List.of() : held.drain(nowNanos);
    }

    boolean isStopped() {
        return stopped;
    }

    long sentBytes() {
        return retired.sentBytes() + (active == null ? 0 : active.binding.delivery.sentBytes());
    }

    long receivedBytes() {
        return retired.receivedBytes() + (active == null ? 0 : active.binding.delivery.receivedBytes());
    }
}
