package jumpvpn.lab.explore;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import jumpvpn.core.agent.AgentStatus;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.control.ReattachMessage;
import jumpvpn.core.control.ReattachRequest;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Forwarding;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.data.Resting;
import jumpvpn.core.gateway.SessionStatus;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.security.Hkdf;
import jumpvpn.core.security.TicketSealer;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.lab.sim.Violation;
import org.jspecify.annotations.Nullable;

/** What must hold in every state (contract section 6), judged by what ends say, show, send and commit, and by nothing that is inside them. */
final class Rules {
    private static final long DRAIN_NANOS = 2_000_000_000L;
    private static final int WIRE_ID_AT = 4;

    private record Held(int end, int start, SessionId id) implements Comparable<Held> {
        @Override
        public int compareTo(Held other) {
            int order = Integer.compare(end, other.end);
            order = order != 0 ? order : Integer.compare(start, other.start);
            return order != 0 ? order : id.compareTo(other.id);
        }
    }

    private final SmallWorld world;
    private final TreeMap<SessionId, Truth> truths = new TreeMap<>();
    private final TreeMap<Held, View> views = new TreeMap<>();
    private final Map<String, ReattachMessage.Proven<ReattachRequest>> requests = new TreeMap<>();
    private final TreeSet<Long> heard = new TreeSet<>();
    private final TreeSet<Integer> packets = new TreeSet<>();
    private final List<Long> wireIds = new ArrayList<>();
    private @Nullable TicketSealer tickets;
    private @Nullable IpAddress clientInner;
    private boolean harmless;
    private boolean mayBindThere;
    private boolean expecting;
    private boolean passedUp;
    private boolean passedDown;
    private long rows;

    Rules(SmallWorld world) {
        this.world = world;
    }

    static void require(boolean holds, String invariant, Supplier<String> what) {
        if (!holds) {
            throw new Violation(invariant, what.get());
        }
    }

    /** How many rows were taken, by anybody. */
    long rows() {
        return rows;
    }

    /** The client's inner address; null before it had one. */
    @Nullable
    IpAddress clientInner() {
        return clientInner;
    }

    private Truth truth(SessionId id) {
        return truths.computeIfAbsent(id, Truth::new);
    }

    private View view(End end, SessionId id) {
        return views.computeIfAbsent(new Held(end.number, end.starts(), id), _ -> new View(end.number, truth(id)));
    }

    /** An end says something. */
    void said(End end, Event event) {
        world.happened();
        if (event.type() == EventType.STATE_CHANGE) {
            rows++;
            require(
                    !harmless || event.from() == SessionState.BIRTH,
                    "I6",
                    () -> "a replayed or forged datagram changed the state of " + end.name() + ": " + text(event));
        }
        if (event.sessionId() != null) {
            view(end, event.sessionId()).take(event);
        }
    }

    static String text(Event event) {
        return event.type() + " " + event.reason() + " " + event.version() + " " + event.from() + " > " + event.to();
    }

    /** An end sends a datagram. */
    void sent(Message message) {
        byte type = message.type();
        if (message.to() > 0 && type == MessageType.REATTACH_REQUEST) {
            ReattachMessage.Proven<ReattachRequest> request = ReattachMessage.openRequest(
                    world.aead(), tickets(), message.bytes().clone());
            requests.put(Truth.name(Objects.requireNonNull(request).nonce()), request);
        } else if (message.to() > 0 && (type == PacketLayout.DATA || type == PacketLayout.CONTROL)) {
            long wireId = ByteBuffer.wrap(message.bytes()).getLong(WIRE_ID_AT);
            if (!wireIds.contains(wireId)) {
                wireIds.add(wireId);
            }
        }
    }

    /** Opens what gateways seal; the key is derived as docs/protocol/wire.md says. */
    private TicketSealer tickets() {
        if (tickets == null) {
            byte[] master = Hkdf.derive(
                    new byte[0], world.gatewayKeys().privateKey(), "jumpvpn ticket master", new byte[0], 32);
            tickets = new TicketSealer(master, (int) (GatewayEnd.WALL_SECONDS / 86_400), 31);
        }
        return tickets;
    }

    /** A datagram was brought unchanged where it was sent. */
    void heard(Message message) {
        heard.add(message.digest().low());
    }

    /** What is known about what the attacker may still bring first. */
    void digestOfHeard(Digest digest) {
        heard.forEach(digest::add);
    }

    /** The attacker's datagram is handled from here on. Only one that had no effect yet may have one. */
    void attacked(Message message, boolean genuine) {
        byte type = message.type();
        boolean fresh = genuine && (!heard.contains(message.digest().low()) || isUndecided(message));
        harmless = !fresh;
        mayBindThere |= fresh && (type == MessageType.REATTACH_REQUEST || type == MessageType.HANDSHAKE_INIT);
    }

    /** Whether it is a request that was judged when the table failed: that answer is not kept and spends no nonce, so any copy may still be the one that binds. */
    private boolean isUndecided(Message message) {
        if (message.to() == 0 || message.type() != MessageType.REATTACH_REQUEST || !world.store.hasFailed()) {
            return false;
        }
        ReattachMessage.Proven<ReattachRequest> request = ReattachMessage.openRequest(
                world.aead(), tickets(), message.bytes().clone());
        String nonce = Truth.name(Objects.requireNonNull(request).nonce());
        return truths.values().stream().noneMatch(truth -> truth.isBound(nonce));
    }

    void attackOver() {
        harmless = false;
    }

    /** A gateway asks for a commit. */
    void asked(GatewayEnd by, List<SessionTable.Change> changes) {
        require(!harmless, "I6", () -> "a replayed or forged datagram made " + by.name() + " commit " + changes.size());
    }

    /** A commit took effect. */
    void committed(GatewayEnd by, @Nullable SessionRecord before, SessionTable.Change change) {
        SessionRecord after = change.record();
        if (after != null) {
            truth(change.id()).committed(by, before, after, requests.get(after.bindNonce()), world.policy());
        }
        require(world.store.live().size() <= 1, "I2", () -> "the client has more than one live session");
    }

    /** The process and what it held are gone. */
    void killed(End end) {
        views.forEach((held, view) -> {
            if (held.end == end.number) {
                view.lose();
            }
        });
    }

    /** An inner packet comes out. */
    void delivered(End end, Binding binding, byte[] packet) {
        int named = ByteBuffer.wrap(packet).getInt(20);
        require(packets.add(named), "INNER", () -> "packet #" + named + " was delivered twice");
        SessionId id = end.number == 0 ? world.client.status().id() : holderOf((GatewayEnd) end, binding);
        require(id != null, "I10", () -> end.name() + " delivers without a session");
        if (id != null) {
            view(end, id).delivered(world.now(), binding.epoch);
            if (end instanceof GatewayEnd gateway && binding.epoch < truth(id).epoch()) {
                boolean knows = !world.store.isUntold(gateway) && !world.store.isAsked(gateway);
                boolean here = truth(id).ownerNumber() == gateway.number;
                require(here || !knows, "I1", () -> "an old owner that knows it delivers epoch " + binding.epoch);
            }
        }
        passedUp |= expecting && end.number > 0;
        passedDown |= expecting && end.number == 0;
    }

    private @Nullable SessionId holderOf(GatewayEnd gateway, Binding binding) {
        for (SessionStatus session : gateway.sessions()) {
            if (gateway.route(session.inner().getFirst().address()) == binding.gate) {
                return session.id();
            }
        }
        return null;
    }

    /** Looks at all ends. */
    void look() {
        if (world.client.isRunning()) {
            lookAtClient();
        }
        int forwarding = 0;
        for (GatewayEnd gateway : world.gateways()) {
            if (gateway.isRunning()) {
                List<SessionStatus> sessions = gateway.sessions();
                require(
                        sessions.size() <= 1 || world.store.isUntold(gateway) || world.store.isAsked(gateway),
                        "I2",
                        () -> gateway.name() + " has two sessions of one client: " + sessions);
                for (SessionStatus session : sessions) {
                    forwarding += lookAt(gateway, session) ? 1 : 0;
                }
            }
        }
        require(forwarding <= 1, "I1", () -> "two gateways forward in the newest epoch");
    }

    private void lookAtClient() {
        AgentStatus status = world.client.status();
        SessionId id = status.id();
        if (id == null || !status.state().isLive()) {
            return;
        }
        clientInner = status.inner().getFirst().address();
        Truth truth = truth(id);
        View view = view(world.client, id);
        require(
                Integer.compareUnsigned(status.version().epoch(), truth.epoch()) <= 0,
                "I4",
                () -> "the client knows epoch " + status.version().epoch() + ", of which nothing is committed");
        view.agree(world.now(), status.state(), status.version(), world.policy(), true);
        require(truth.inner(status.inner()), "I3", () -> "the client's inner address changed to " + status.inner());
        gate("client", status.state(), world.client.gate().forwarding(), view.boundEpoch(), false);
    }

    /** @return whether it forwards in the newest epoch */
    private boolean lookAt(GatewayEnd gateway, SessionStatus session) {
        Truth truth = truth(session.id());
        View view = view(gateway, session.id());
        int epoch = session.version().epoch();
        boolean waits = world.store.isAsked(gateway);
        boolean untold = world.store.isUntold(gateway);
        if (view.isNew() && waits) {
            return false; // read, and not yet taken over
        }
        view.agree(world.now(), session.state(), session.version(), world.policy(), !waits);
        require(
                epoch <= truth.epoch(),
                "I4",
                () -> gateway.name() + " is in epoch " + epoch + ", which nobody committed");
        require(
                epoch == truth.epoch() || waits || untold,
                "I1",
                () -> gateway.name() + " is in epoch " + epoch + " and knows that " + truth.epoch() + " is committed");
        require(
                !truth.isEnded() || waits || untold,
                "I10",
                () -> gateway.name() + " has a session whose end it knows: " + session);
        require(truth.inner(session.inner()), "I3", () -> "the inner address changed to " + session.inner());
        ForwardingGate gate = gateway.route(session.inner().getFirst().address());
        require(gate != null, "I2", () -> gateway.name() + " has no route to " + session);
        Forwarding forwarding = gateway.forwarding(Objects.requireNonNull(gate));
        if (!view.isRestored()) { // what was loaded shows the record: its first row, which says that the binding is
            // gone, is still to come
            gate(gateway.name(), session.state(), forwarding, epoch, waits);
        }
        require(
                mayBindThere || !SmallWorld.ATTACKER.equals(session.remote()),
                "I6",
                () -> gateway.name() + " sends to an address that proved nothing");
        oldBindings(gateway, epoch, view);
        return epoch == truth.epoch() && !truth.isEnded() && forwarding instanceof Forwarding.Forward;
    }

    private void oldBindings(GatewayEnd gateway, int epoch, View view) {
        for (long wireId : wireIds) {
            Binding binding = gateway.binding(wireId);
            boolean late = binding != null
                    && binding.epoch < epoch
                    && binding.receives(world.now())
                    && world.now() >= view.boundNanos() + DRAIN_NANOS;
            require(!late, "I1", () -> gateway.name() + " still receives in an epoch before " + epoch);
        }
    }

    private static void gate(String who, SessionState state, Forwarding forwarding, int epoch, boolean mayStop) {
        boolean right = switch (state) {
            case ATTACHED, VOLATILE ->
                forwarding instanceof Forwarding.Forward(Binding to)
                        && to.epoch == epoch
                        && to.dataType() == PacketLayout.DATA;
            case DEGRADED, RECOVERING -> !(forwarding instanceof Forwarding.Drop || forwarding instanceof Resting);
            case BIRTH, TERMINATED -> forwarding instanceof Forwarding.Drop;
        };
        require(
                right || mayStop && forwarding instanceof Forwarding.Drop,
                "I2",
                () -> who + " is " + state + " in epoch " + epoch + " and its gate says " + forwarding);
    }

    /** Packets that are sent from now on must come out. */
    void expectPackets() {
        expecting = true;
    }

    /** Whether a packet came out at both ends. */
    boolean passes() {
        return passedUp && passedDown && isWhole();
    }

    /** Whether both ends are ATTACHED in one session and epoch. */
    boolean isWhole() {
        return world.client.isRunning() && world.client.status().state() == SessionState.ATTACHED && owner() > 0;
    }

    /** The gateway that has the client's session, or 0. */
    int owner() {
        AgentStatus status = world.client.status();
        for (GatewayEnd gateway : world.gateways()) {
            for (SessionStatus session : gateway.sessions()) {
                if (session.id().equals(status.id())
                        && session.state() == SessionState.ATTACHED
                        && session.version().epoch() == status.version().epoch()
                        && session.version().epoch() == truth(session.id()).epoch()) {
                    return gateway.number;
                }
            }
        }
        return 0;
    }
}
