package jumpvpn.lab.sim;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import jumpvpn.core.agent.AgentStatus;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Forwarding;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.gateway.SessionStatus;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import org.jspecify.annotations.Nullable;

/**
 * The invariants of contract section 6, as far as one gateway has them. Looked at after every event: what the ends say of themselves, what their gates do, and what
 * their events tell. I9 is {@link Simulation}'s, I12 is {@link ToyAead}'s, what comes out of the tunnel is {@link Traffic}'s.
 */
final class Invariants {
    private static final int MOST_CLIENT_BINDINGS = 16;
    private static final int MOST_GATEWAY_BINDINGS = 1 + 9 + 16; // active, retired, births of one client

    private final World world;
    private final TreeMap<SessionId, SessionView> clientViews = new TreeMap<>();
    private final TreeMap<SessionId, SessionView> gatewayViews = new TreeMap<>();
    private final TreeMap<ReasonCode, Integer> rejects = new TreeMap<>();
    private final TreeMap<String, Integer> rows = new TreeMap<>();
    private @Nullable SessionView client;
    private @Nullable SessionView gateway;
    private boolean forged;
    private int jumps;
    private int events;

    Invariants(World world) {
        this.world = world;
    }

    /** Whether what is being handled is no end's own word for the first time. */
    void forged(boolean now) {
        forged = now;
    }

    /** An end said something. */
    void event(Role role, Event event) {
        events++;
        world.history.note(world.timeline.now(), role.label() + " says", Told.number(event), new Told(event));
        if (forged && event.type() == EventType.STATE_CHANGE && event.from() != SessionState.BIRTH) {
            throw new Violation("I6", "a replayed or forged datagram changed the state: " + new Told(event));
        }
        count(role, event);
        SessionId id = event.sessionId();
        if (id == null) {
            return;
        }
        SessionView view = views(role).computeIfAbsent(id, _ -> new SessionView(id, role, world.scenario.policy()));
        view.take(event);
        SessionView current = role == Role.CLIENT ? client : gateway;
        if (view.isLive() && view != current) {
            replace(role, current, view);
        }
    }

    private void replace(Role role, @Nullable SessionView current, SessionView view) {
        if (current != null && current.isLive()) {
            throw new Violation("I2", role + " has a session " + view.id + " beside its live " + current.id);
        }
        if (role == Role.CLIENT) {
            client = view;
        } else {
            gateway = view;
        }
    }

    private void count(Role role, Event event) {
        if (event.type() == EventType.STATE_CHANGE) {
            rows.merge(role.label() + " " + event.reason(), 1, Integer::sum);
        }
        if (role == Role.GATEWAY) {
            if (event.type() == EventType.REATTACH_REJECT) {
                rejects.merge(event.reason(), 1, Integer::sum);
            } else if (event.reason() == ReasonCode.BOUND) {
                jumps++;
            }
        }
    }

    private SortedMap<SessionId, SessionView> views(Role role) {
        return role == Role.CLIENT ? clientViews : gatewayViews;
    }

    /** The process is gone, and with it what it held. */
    void died(Role role) {
        SessionView held = role == Role.CLIENT ? client : gateway;
        if (held != null) {
            held.lose();
        }
    }

    /** Looks at the client. */
    void check(ClientNode node) {
        AgentStatus status = node.status();
        SessionView view = client;
        SessionId id = status.id();
        boolean liveShown = status.state().isLive();
        boolean liveSaid = view != null && view.isLive();
        if (liveShown != liveSaid || (view != null && liveShown && !view.id.equals(id))) {
            throw new Violation("I11", "the client shows " + status + " but its events do not");
        }
        if (view != null && liveShown) {
            view.agree(node.local(), status.state(), status.version(), status.inner());
            notAhead(view.id, status);
        }
        gate("client", status.state(), node.gate(), view == null ? 0 : view.activeEpoch());
        bounded("client bindings", node.bindings().size(), MOST_CLIENT_BINDINGS);
    }

    /** The client learns versions from the owner, so it can't know a newer one. */
    private void notAhead(SessionId id, AgentStatus status) {
        SessionView owner = gatewayViews.get(id);
        if (owner == null || status.version().compareTo(owner.version()) > 0) {
            throw new Violation("I4", "the client knows " + status.version() + ", which its gateway never said");
        }
    }

    /** Looks at the gateway. */
    void check(GatewayNode node) {
        List<SessionStatus> sessions = node.sessions();
        SessionView view = gateway;
        bounded("sessions of one client", sessions.size(), 1);
        bounded("records of one client", node.table().live().size(), 1);
        bounded("gateway bindings", node.bindings().size(), MOST_GATEWAY_BINDINGS);
        boolean liveSaid = view != null && view.isLive();
        if (liveSaid == sessions.isEmpty()) {
            throw new Violation("I11", "the gateway shows " + sessions + " but its events do not");
        }
        if (view == null || sessions.isEmpty()) {
            return;
        }
        SessionStatus status = sessions.getFirst();
        if (!status.id().equals(view.id)) {
            throw new Violation("I11", "the gateway shows " + status + " but its events tell of " + view.id);
        }
        view.agree(node.local(), status.state(), status.version(), status.inner());
        committed(node, status);
        ForwardingGate gate = node.route(status.inner().getFirst().address());
        if (gate == null) {
            throw new Violation("I2", "no route to " + status);
        }
        gate("gateway", status.state(), gate, view.activeEpoch());
    }

    /** A binding is active if and only if its epoch is the highest committed (contract section 4). */
    private static void committed(GatewayNode node, SessionStatus status) {
        SessionRecord record = node.table().get(status.id());
        if (record == null
                || record.version().epoch() != status.version().epoch()
                || !record.inner().equals(status.inner())) {
            throw new Violation("I2", "the table says " + record + " of " + status);
        }
    }

    /** Which way the gate stands follows from the state (contract section 1). */
    private static void gate(String who, SessionState state, ForwardingGate gate, int activeEpoch) {
        Forwarding forwarding = gate.forwarding();
        boolean right = switch (state) {
            case ATTACHED, VOLATILE ->
                forwarding instanceof Forwarding.Forward(Binding to)
                        && to.epoch == activeEpoch
                        && to.dataType() == PacketLayout.DATA;
            case DEGRADED, RECOVERING -> !(forwarding instanceof Forwarding.Drop);
            case BIRTH, TERMINATED -> forwarding instanceof Forwarding.Drop;
        };
        if (!right) {
            throw new Violation(
                    "I2", who + " is " + state + " in epoch " + activeEpoch + " and its gate says " + forwarding);
        }
    }

    private static void bounded(String what, int count, int most) {
        if (count > most) {
            throw new Violation("I13", count + " " + what + ", at most " + most + " are allowed");
        }
    }

    /** The client hands an inner packet to its TUN. */
    void delivered(ClientNode node, Binding binding) {
        SessionView view = client;
        if (view == null) {
            throw new Violation("I10", "the client delivers without a session");
        }
        view.delivered(node.local(), binding.epoch);
    }

    /** The gateway hands an inner packet to its TUN. */
    void delivered(GatewayNode node, Binding binding) {
        SessionView view = gateway;
        List<SessionStatus> sessions = node.sessions();
        if (view == null || sessions.isEmpty()) {
            throw new Violation("I10", "the gateway delivers without a session");
        }
        if (node.route(sessions.getFirst().inner().getFirst().address()) != binding.gate) {
            throw new Violation("I10", "the gateway delivers what came in a binding of an ended session");
        }
        view.delivered(node.local(), binding.epoch);
    }

    SortedMap<ReasonCode, Integer> rejects() {
        return rejects;
    }

    /** How often each end took a row of the transition table, by its reason. */
    SortedMap<String, Integer> rows() {
        return rows;
    }

    int jumps() {
        return jumps;
    }

    int events() {
        return events;
    }

    int sessions() {
        return (int) gatewayViews.values().stream()
                .filter(view -> view.version().epoch() > 0)
                .count();
    }
}
