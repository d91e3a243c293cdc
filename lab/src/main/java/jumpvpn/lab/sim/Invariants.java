package jumpvpn.lab.sim;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import jumpvpn.core.agent.AgentStatus;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Forwarding;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.data.Resting;
import jumpvpn.core.gateway.SessionStatus;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import jumpvpn.core.session.Transition;
import org.jspecify.annotations.Nullable;

/**
 * The invariants of contract section 6. Looked at after every event: what the ends say of themselves, what their gates do, and what their events tell. I9 is
 * {@link Simulation}'s, I12 is {@link ToyAead}'s, what comes out of the tunnel is {@link Traffic}'s. Observers hear the events from here.
 */
final class Invariants {
    private static final int MOST_CLIENT_BINDINGS = 16;
    private static final int MOST_SESSION_BINDINGS = 1 + 9; // active, retired
    private static final int MOST_BIRTHS = 16; // of one client
    private static final long SLACK_NANOS = 5_000_000;
    private static final long STORE_SLACK_NANOS = 15_000_000_000L; // as long as a lease

    private final World world;
    private final Overheard overheard;
    private final TreeMap<String, TreeMap<SessionId, SessionView>> views = new TreeMap<>();
    private final TreeMap<SessionId, TreeMap<StateVersion, Row>> rows = new TreeMap<>();
    private final TreeMap<SessionId, TreeSet<StateVersion>> firsts = new TreeMap<>();
    private final TreeMap<SessionId, StateVersion> newest = new TreeMap<>();
    private final Requests requests;
    private boolean forged;
    private int jumps;
    private int sessions;
    private int events;

    Invariants(World world) {
        this.world = world;
        overheard = new Overheard(world.scenario);
        this.requests = new Requests(world.scenario.policy().get(PolicyKey.SECURITY_REATTACH_MAX_AGE));
    }

    /** Whether what is being handled is no end's own word for the first time. */
    void forged(boolean now) {
        forged = now;
    }

    boolean isForged() {
        return forged;
    }

    /** Somebody who has a client's credentials sends a datagram. */
    void asked(byte[] datagram) {
        requests.sent(datagram, world.timeline.now());
    }

    /** A gateway sends a datagram. */
    void answered(byte[] datagram) {
        if (datagram[0] == MessageType.REATTACH_ANSWER) {
            requests.answered(datagram);
        }
    }

    /** A gateway asks its table for a commit. */
    void commits(GatewayNode node, List<SessionTable.Change> changes) {
        if (forged) {
            throw new Violation("I6", "a replayed or forged datagram makes " + node.name + " commit " + changes);
        }
        changes.forEach(change -> requests.binds(change, world.timeline.now()));
    }

    /** A record is in a table, whoever knows. */
    void committed(SessionRecord record) {
        newest.merge(record.id(), record.version(), Invariants::newer);
        requests.bound(record);
    }

    private static StateVersion newer(StateVersion a, StateVersion b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    void started(Node node) {
        overheard.started(node.name);
    }

    /** The process is gone, and with it what it held. */
    void died(Node node) {
        views(node).values().forEach(SessionView::lose);
    }

    /** The seed is over. */
    void finished() {
        overheard.finished();
    }

    private TreeMap<SessionId, SessionView> views(Node node) {
        return views.computeIfAbsent(node.name, _ -> new TreeMap<>());
    }

    /** An end said something. */
    void event(Node node, Event event) {
        events++;
        long now = world.timeline.now();
        world.history.note(now, node.name, "says", Told.number(event), new Told(event));
        overheard.event(node.name, event);
        if (forged && event.type() == EventType.STATE_CHANGE && event.from() != SessionState.BIRTH) {
            throw new Violation("I6", "a replayed or forged datagram changed the state: " + new Told(event));
        }
        if (node.role == Role.GATEWAY) {
            refusal(event);
        }
        SessionId id = event.sessionId();
        Transition row = id == null ? anonymous(event) : take(node, id, event);
        if (row != null) {
            world.coverage.row(node.role, row, event.reason());
            if (node.role == Role.GATEWAY && row.binds()) {
                world.traffic.bound((GatewayNode) node, java.util.Objects.requireNonNull(id), event.version());
                jumps += row == Transition.REATTACHED ? 1 : 0;
                sessions += row == Transition.BORN ? 1 : 0;
            }
        }
    }

    private void refusal(Event event) {
        boolean refused = event.type() == EventType.REATTACH_REJECT || event.reason() == ReasonCode.BAD_PROOF;
        if (refused) {
            world.coverage.refusal(event.reason());
        }
    }

    /** A handshake that led nowhere has no session yet. */
    private static @Nullable Transition anonymous(Event event) {
        return event.type() == EventType.STATE_CHANGE && event.from() != null
                ? Transition.find(event.role(), event.from(), false, event.reason())
                : null;
    }

    private @Nullable Transition take(Node node, SessionId id, Event event) {
        TreeMap<SessionId, SessionView> own = views(node);
        SessionView view = own.computeIfAbsent(id, _ -> newView(id, node.role));
        boolean wasLive = view.isLive();
        Transition row = view.take(event);
        if (node.role == Role.CLIENT) {
            if (view.isLive() && !wasLive) {
                alone(node, own, view);
            }
        } else if (row != null) {
            once(id, event);
        } else if (SessionView.isAgain(event)) { // perhaps nobody lived to say it the first time
            once(id, event);
        }
        return row;
    }

    private SessionView newView(SessionId id, Role role) {
        boolean isImmediate = role == Role.CLIENT || !world.scenario.store().shared();
        return new SessionView(id, role, world.scenario.policy(), isImmediate ? SLACK_NANOS : STORE_SLACK_NANOS);
    }

    private static void alone(Node node, TreeMap<SessionId, SessionView> own, SessionView view) {
        for (SessionView other : own.values()) {
            if (other != view && other.isLive()) {
                throw new Violation("I2", node.name + " has a session " + view.id + " beside its live " + other.id);
            }
        }
    }

    /**
     * No version is ever used for two rows, whoever the owner was (I4), and only who committed a row says it the first time: late, if it heard late, and others have
     * said it again meanwhile. BIRTH's own rows are no session's yet.
     */
    private void once(SessionId id, Event event) {
        boolean first = !SessionView.isAgain(event);
        Row row = new Row(event.from(), event.to(), event.reason());
        TreeMap<StateVersion, Row> said = rows.computeIfAbsent(id, _ -> new TreeMap<>());
        Row before = said.putIfAbsent(event.version(), row);
        boolean fresh =
                !first || firsts.computeIfAbsent(id, _ -> new TreeSet<>()).add(event.version());
        if (!fresh || (before != null && !before.equals(row))) {
            throw new Violation("I4", "a version is used for two rows: " + new Told(event));
        }
        newest.merge(id, event.version(), Invariants::newer);
    }

    private record Row(
            @Nullable SessionState from,
            @Nullable SessionState to,
            @Nullable ReasonCode reason) {}

    /** Looks at a client. */
    void check(ClientNode node) {
        AgentStatus status = node.status();
        SessionView view = live(node);
        boolean liveShown = status.state().isLive();
        if (liveShown != (view != null) || (view != null && !view.id.equals(status.id()))) {
            throw new Violation("I11", node.name + " shows " + status + " but its events do not");
        }
        if (view != null) {
            view.agree(status.state(), status.version(), status.inner());
            view.inTime(node.local());
            notAhead(view.id, status);
        }
        gate(node, status.state(), node.gate().forwarding(), view == null ? 0 : view.activeEpoch());
        bounded(node, "bindings", node.bindings().size(), MOST_CLIENT_BINDINGS);
    }

    private @Nullable SessionView live(Node node) {
        for (SessionView view : views(node).values()) {
            if (view.isLive()) {
                return view;
            }
        }
        return null;
    }

    /** A client learns versions from the owner, so it can't know a newer one. */
    private void notAhead(SessionId id, AgentStatus status) {
        StateVersion owners = newest.get(id);
        if (owners == null || status.version().compareTo(owners) > 0) {
            throw new Violation(
                    "I4", "a client knows " + status.version() + ", which no gateway ever said or committed");
        }
    }

    /** Looks at a gateway. */
    void check(GatewayNode node) {
        List<SessionStatus> shown = node.sessions();
        int clients = world.clients.size();
        bounded(node, "live records", node.table().live().size(), clients);
        bounded(node, "bindings", node.bindings().size(), clients * (MOST_SESSION_BINDINGS + MOST_BIRTHS));
        TreeSet<String> owners = new TreeSet<>();
        for (SessionStatus status : shown) {
            if (status.ending() == null && !owners.add(status.client())) {
                throw new Violation("I2", node.name + " has two sessions of " + status.client());
            }
            check(node, status);
            owned(node, status);
        }
        long said = views(node).values().stream().filter(SessionView::isLive).count();
        if (said != shown.size()) {
            throw new Violation("I11", node.name + " shows " + shown + " but its events do not");
        }
    }

    private void check(GatewayNode node, SessionStatus status) {
        SessionView view = views(node).get(status.id());
        if (view == null || !view.isLive()) {
            throw new Violation("I11", node.name + " shows " + status + " but its events do not");
        }
        view.agree(status.state(), status.version(), status.inner());
        committed(node, status);
        ForwardingGate gate = node.route(status.inner().getFirst().address());
        if (gate == null) {
            throw new Violation("I2", "no route to " + status);
        }
        Forwarding forwarding = node.forwarding(gate);
        boolean isSucceeded = node.sessions().stream()
                .anyMatch(other -> other.ending() == null && other.client().equals(status.client()));
        if (status.ending() != null
                && (isSucceeded
                        || forwarding
                                instanceof
                                Forwarding.Drop)) { // packets stop at once, the row is said when it is committed
            return;
        }
        view.inTime(node.local());
        if (!view.isLoaded()) {
            gate(node, status.state(), forwarding, view.activeEpoch());
        } else if (!(forwarding instanceof Forwarding.Hold)) {
            throw new Violation("I2", node.name + " has loaded " + status + " and its gate says " + forwarding);
        }
    }

    /** Who may not take itself for an owner any more has nothing (gate E; contract section 4). */
    private static void owned(GatewayNode node, SessionStatus status) {
        TableLink link = node.link();
        SessionRecord record = node.table().get(status.id());
        boolean isOthers = record != null
                && !record.owner().equals(link.owner())
                && record.version().epoch() > status.version().epoch();
        if (link.isGone() || (isOthers && link.isTold())) {
            throw new Violation("I2", node.name + " has " + status + ", the table says " + record);
        }
    }

    /** A binding is active if and only if its epoch is the highest committed (contract section 4); who hears of commits late may be behind. */
    private static void committed(GatewayNode node, SessionStatus status) {
        SessionRecord record = node.table().get(status.id());
        int behind = record == null || !record.isLive()
                ? 1
                : record.version().epoch() - status.version().epoch();
        boolean same = record == null || record.inner().equals(status.inner());
        boolean isOwn = record != null && record.owner().equals(node.link().owner()); // of others' it is told
        if (!same || behind < 0 || (behind > 0 && isOwn && node.link().isImmediate())) {
            throw new Violation("I2", "the table says " + record + " of " + status);
        }
    }

    /** Which way the gate stands follows from the state (contract section 1). */
    private static void gate(Node node, SessionState state, Forwarding forwarding, int activeEpoch) {
        boolean right = switch (state) {
            case ATTACHED, VOLATILE ->
                forwarding instanceof Forwarding.Forward(Binding to)
                        && to.epoch == activeEpoch
                        && to.dataType() == PacketLayout.DATA;
            case DEGRADED, RECOVERING -> held(forwarding, activeEpoch);
            case BIRTH, TERMINATED -> forwarding instanceof Forwarding.Drop;
        };
        if (!right) {
            throw new Violation(
                    "I2", node.name + " is " + state + " in epoch " + activeEpoch + " and its gate says " + forwarding);
        }
    }

    /** Held, or sent on the binding that is still alive, or early for the next epoch: nothing goes out under an epoch that was left (I1). */
    private static boolean held(Forwarding forwarding, int activeEpoch) {
        return switch (forwarding) {
            case Forwarding.Forward(Binding to) ->
                to.epoch == (to.dataType() == PacketLayout.EARLY_DATA ? activeEpoch + 1 : activeEpoch);
            case Forwarding.Hold _ -> true;
            case Forwarding.Drop _, Forwarding.Relay _, Resting _ -> false;
        };
    }

    private static void bounded(Node node, String what, int count, int most) {
        if (count > most) {
            throw new Violation("I13", count + " " + what + " at " + node.name + ", at most " + most + " are allowed");
        }
    }

    /** An end hands an inner packet to its TUN. @param binding null: another gateway has sent it on */
    void delivered(Node node, @Nullable Binding binding, byte[] packet) {
        if (node instanceof GatewayNode gateway) {
            gateway.passes("delivers");
        }
        if (binding == null) {
            relayed((GatewayNode) node, packet);
            return;
        }
        SessionView view = node instanceof GatewayNode gateway ? behind(gateway, binding) : live(node);
        if (view == null) {
            throw new Violation("I10", node.name + " delivers what came in a binding of no live session");
        }
        view.from(binding.gate);
        view.delivered(node.local(), binding.epoch);
    }

    /** What the gateway before has sent on comes out within the time in which an old binding drains (I1). */
    private void relayed(GatewayNode gateway, byte[] packet) {
        int source = ByteBuffer.wrap(packet).getInt(Traffic.SOURCE_AT);
        SessionView view = gateway.sessions().stream()
                .filter(status -> status.ending() == null)
                .filter(status -> status.inner().getFirst().address().v4Bits() == source)
                .findFirst()
                .map(status -> views(gateway).get(status.id()))
                .orElseThrow(
                        () -> new Violation("I10", gateway.name + " delivers what was relayed of no live session"));
        view.relayed(gateway.local());
    }

    private @Nullable SessionView behind(GatewayNode node, Binding binding) {
        for (SessionStatus status : node.sessions()) {
            if (status.ending() == null && node.route(status.inner().getFirst().address()) == binding.gate) {
                return views(node).get(status.id());
            }
        }
        return null;
    }

    int jumps() {
        return jumps;
    }

    int events() {
        return events;
    }

    int sessions() {
        return sessions;
    }
}
