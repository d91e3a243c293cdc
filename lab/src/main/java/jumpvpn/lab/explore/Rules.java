package jumpvpn.lab.explore;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import jumpvpn.core.agent.AgentStatus;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.control.ReattachMessage;
import jumpvpn.core.control.ReattachRequest;
import jumpvpn.core.gateway.SessionStatus;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.lab.sim.Violation;
import org.jspecify.annotations.Nullable;

/** What must hold in every state (contract section 6), judged by what ends say, show, send and commit, and by nothing that is inside them. */
final class Rules {
    private static final long DRAIN_NANOS = 2_000_000_000L;

    private record Held(int end, int start, SessionId id) implements Comparable<Held> {
        @Override
        public int compareTo(Held other) {
            int order = Integer.compare(end, other.end);
            order = order != 0 ? order : Integer.compare(start, other.start);
            return order != 0 ? order : id.compareTo(other.id);
        }
    }

    private final SmallWorld world;
    private TreeMap<SessionId, Truth> truths =
            new TreeMap<>(); // these three are shared between worlds: replaced, never changed
    private TreeMap<Held, View> views = new TreeMap<>();
    private TreeMap<String, ReattachMessage.Proven<ReattachRequest>> requests = new TreeMap<>();
    private long[] heard = {};
    private int[] packets = {};
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

    /** The same in another world. */
    Rules(SmallWorld world, Rules from) {
        this.world = world;
        truths = from.truths;
        views = from.views;
        requests = from.requests;
        heard = from.heard;
        packets = from.packets;
        clientInner = from.clientInner;
        mayBindThere = from.mayBindThere;
        expecting = from.expecting;
        passedUp = from.passedUp;
        passedDown = from.passedDown;
        rows = from.rows;
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
        Truth truth = truths.get(id);
        return truth == null ? new Truth(id) : truth;
    }

    private View view(End end, SessionId id) {
        View view = views.get(new Held(end.number(), end.start(), id));
        return view == null ? new View(end.number()) : view;
    }

    private Truth changed(SessionId id) {
        Truth changed = truth(id).copy();
        truths = new TreeMap<>(truths);
        truths.put(id, changed);
        return changed;
    }

    private View changed(End end, SessionId id) {
        View changed = view(end, id).copy();
        views = new TreeMap<>(views);
        views.put(new Held(end.number(), end.start(), id), changed);
        return changed;
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
            changed(end, event.sessionId()).take(event, changed(event.sessionId()));
        }
    }

    /** An end seals with a key that it did not use since it started. */
    void sealed(End end, long key) {
        for (int number = 0; number <= world.given.bounds().gateways(); number++) {
            End other = world.end(number);
            require(
                    !other.hasSealed(key),
                    "I12",
                    () -> end.name() + " seals with a key with which " + other.name() + " has sealed");
        }
    }

    static String text(Event event) {
        return event.type() + " " + event.reason() + " " + event.version() + " " + event.from() + " > " + event.to();
    }

    /** An end sends a datagram. */
    void sent(Message message) {
        if (message.to() > 0 && message.type() == MessageType.REATTACH_REQUEST) {
            ReattachMessage.Proven<ReattachRequest> request = opened(message);
            requests = new TreeMap<>(requests);
            requests.put(Truth.name(request.nonce()), request);
        }
    }

    private ReattachMessage.Proven<ReattachRequest> opened(Message message) {
        return Objects.requireNonNull(ReattachMessage.openRequest(
                world.given.opener(), world.given.tickets(), message.bytes().clone()));
    }

    /** A datagram was brought unchanged where it was sent. */
    void heard(Message message) {
        long name = message.digest().low();
        if (!hasHeard(name)) {
            heard = Arrays.copyOf(heard, heard.length + 1);
            heard[heard.length - 1] = name;
        }
    }

    private boolean hasHeard(long name) {
        return Arrays.stream(heard).anyMatch(it -> it == name);
    }

    /** All by which it will be judged what happens. */
    void digest(Digest digest) {
        truths.values().forEach(truth -> truth.digest(digest));
        views.forEach((held, view) -> {
            digest.add(held.end).add(held.start).add(held.id.low());
            view.digest(digest);
        });
        digest.add(requests.size());
        requests.keySet().forEach(nonce -> digest.add(nonce.getBytes(StandardCharsets.UTF_8)));
        digest.add(packets.length);
        Arrays.stream(packets).forEach(digest::add);
        digest.add(mayBindThere ? 1 : 0).add(clientInner == null ? 0 : clientInner.low());
        if (world.left(Choice.Limit.ATTACKS) > 0) {
            long[] sorted = heard.clone();
            Arrays.sort(sorted);
            Arrays.stream(sorted).forEach(digest::add);
        }
    }

    /** The attacker's datagram is handled from here on. Only one that had no effect yet may have one. */
    void attacked(Message message, boolean genuine) {
        byte type = message.type();
        boolean fresh = genuine && (!hasHeard(message.digest().low()) || isUndecided(message));
        harmless = !fresh;
        mayBindThere |= fresh && (type == MessageType.REATTACH_REQUEST || type == MessageType.HANDSHAKE_INIT);
    }

    /** Whether it is a request that was judged when the table failed: that answer is not kept and spends no nonce, so any copy may still be the one that binds. */
    private boolean isUndecided(Message message) {
        if (message.to() == 0 || message.type() != MessageType.REATTACH_REQUEST || !world.store.hasFailed()) {
            return false;
        }
        String nonce = Truth.name(opened(message).nonce());
        return truths.values().stream().noneMatch(truth -> truth.isBound(nonce));
    }

    void attackOver() {
        harmless = false;
    }

    /** A gateway asks for a commit. */
    void asked(End by, Output.Asked asked) {
        require(
                !harmless || !asked.isCommit(),
                "I6",
                () -> "a replayed or forged datagram made " + by.name() + " commit: " + asked.what());
    }

    /** A commit took effect. */
    void committed(int by, @Nullable SessionRecord before, SessionTable.Change change) {
        SessionRecord after = change.record();
        if (after != null) {
            changed(change.id()).committed(by, before, after, requests.get(after.bindNonce()), world.given.policy());
        }
        require(world.store.live() <= 1, "I2", () -> "the client has more than one live session");
    }

    /** The process and what it held are gone. */
    void killed(int number) {
        TreeMap<Held, View> left = new TreeMap<>();
        views.forEach((held, view) -> {
            View kept = held.end == number ? view.copy() : view;
            if (held.end == number) {
                kept.lose();
            }
            left.put(held, kept);
        });
        views = left;
    }

    /** An inner packet comes out. */
    void delivered(End end, Output.Delivered it) {
        require(
                Arrays.stream(packets).noneMatch(packet -> packet == it.packet()),
                "INNER",
                () -> "packet #" + it.packet() + " was delivered twice");
        packets = Arrays.copyOf(packets, packets.length + 1);
        packets[packets.length - 1] = it.packet();
        SessionId id = it.id();
        require(id != null, "I10", () -> end.name() + " delivers without a session");
        if (id != null) {
            changed(end, id).delivered(world.now(), it.epoch());
            if (!end.isClient() && it.epoch() < truth(id).epoch()) {
                boolean knows = !world.store.isUntold(end.number()) && !world.store.isAsked(end.number());
                boolean here = truth(id).ownerNumber() == end.number();
                require(here || !knows, "I1", () -> "an old owner that knows it delivers epoch " + it.epoch());
            }
        }
        passedUp |= expecting && !end.isClient();
        passedDown |= expecting && end.isClient();
    }

    /** Looks at all ends. */
    void look() {
        if (world.end(0).isRunning()) {
            lookAtClient(world.end(0));
        }
        int forwarding = 0;
        for (int number : world.given.gateways()) {
            End gateway = world.end(number);
            if (gateway.isRunning()) {
                List<Shown.Held> sessions = gateway.shown().sessions();
                require(
                        sessions.size() <= 1 || world.store.isUntold(number) || world.store.isAsked(number),
                        "I2",
                        () -> gateway.name() + " has two sessions of one client: " + sessions);
                for (Shown.Held session : sessions) {
                    forwarding += lookAt(gateway, session) ? 1 : 0;
                }
            }
        }
        require(forwarding <= 1, "I1", () -> "two gateways forward in the newest epoch");
    }

    private void lookAtClient(End client) {
        AgentStatus status = client.shown().status();
        SessionId id = status.id();
        if (id == null || !status.state().isLive()) {
            return;
        }
        clientInner = status.inner().getFirst().address();
        Truth truth = truth(id);
        View view = view(client, id);
        require(
                Integer.compareUnsigned(status.version().epoch(), truth.epoch()) <= 0,
                "I4",
                () -> "the client knows epoch " + status.version().epoch() + ", of which nothing is committed");
        view.agree(world.now(), status.state(), status.version(), world.given.policy(), true);
        require(inner(id, status.inner()), "I3", () -> "the client's inner address changed to " + status.inner());
        gate("client", status.state(), client.shown().gate(), view.boundEpoch(), false);
    }

    private boolean inner(SessionId id, List<Prefix> shown) {
        Truth truth = truth(id);
        return (truth.knowsInner() ? truth : changed(id)).inner(shown);
    }

    /** @return whether it forwards in the newest epoch */
    private boolean lookAt(End gateway, Shown.Held held) {
        SessionStatus session = held.status();
        Truth truth = truth(session.id());
        View view = view(gateway, session.id());
        int epoch = session.version().epoch();
        boolean waits = world.store.isAsked(gateway.number());
        boolean untold = world.store.isUntold(gateway.number());
        if (view.isNew() && waits) {
            return false; // read, and not yet taken over
        }
        view.agree(world.now(), session.state(), session.version(), world.given.policy(), !waits);
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
        require(inner(session.id(), session.inner()), "I3", () -> "the inner address changed to " + session.inner());
        require(held.gate().kind() != Shown.Kind.MISSING, "I2", () -> gateway.name() + " has no route to " + session);
        if (!view.isRestored()) { // what was loaded shows the record: its first row, which says that the binding is
            // gone, is still to come
            gate(gateway.name(), session.state(), held.gate(), epoch, waits);
        }
        require(
                mayBindThere || !Net.ATTACKER.equals(session.remote()),
                "I6",
                () -> gateway.name() + " sends to an address that proved nothing");
        oldBindings(gateway, epoch, view);
        return epoch == truth.epoch() && !truth.isEnded() && held.gate().kind() == Shown.Kind.FORWARD;
    }

    private void oldBindings(End gateway, int epoch, View view) {
        for (Shown.Receiving binding : gateway.shown().receiving()) {
            boolean late = binding.epoch() < epoch
                    && world.now() < binding.untilNanos()
                    && world.now() >= view.boundNanos() + DRAIN_NANOS;
            require(!late, "I1", () -> gateway.name() + " still receives in an epoch before " + epoch);
        }
    }

    private static void gate(String who, SessionState state, Shown.Gate gate, int epoch, boolean mayStop) {
        require(
                gate.fits(state, epoch) || mayStop && gate.kind() == Shown.Kind.DROP,
                "I2",
                () -> who + " is " + state + " in epoch " + epoch + " and its gate says " + gate);
    }

    /** Packets that are sent from now on must come out. */
    void expectPackets() {
        expecting = true;
    }

    /** What is known of packets that must come out. */
    int expected() {
        return (expecting ? 1 : 0) + (passedUp ? 2 : 0) + (passedDown ? 4 : 0);
    }

    /** Whether a packet came out at both ends. */
    boolean passes() {
        return passedUp && passedDown && isWhole();
    }

    /** Whether both ends are ATTACHED in one session and epoch. */
    boolean isWhole() {
        return world.end(0).isRunning()
                && world.end(0).shown().status().state() == SessionState.ATTACHED
                && owner() > 0;
    }

    /** The gateway that has the client's session, or 0. */
    int owner() {
        AgentStatus status = world.end(0).shown().status();
        for (int gateway : world.given.gateways()) {
            for (Shown.Held held : world.end(gateway).shown().sessions()) {
                SessionStatus session = held.status();
                if (session.id().equals(status.id())
                        && session.state() == SessionState.ATTACHED
                        && session.version().epoch() == status.version().epoch()
                        && session.version().epoch() == truth(session.id()).epoch()) {
                    return gateway;
                }
            }
        }
        return 0;
    }
}
