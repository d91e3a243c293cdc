package jumpvpn.lab.sim;

import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionMachine;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import jumpvpn.core.session.Transition;
import org.jspecify.annotations.Nullable;

/** One session at one end, rebuilt from that end's events alone. Every event that does not fit what came before is a violation. Times are the end's boot time. */
final class SessionView {
    private static final long DRAIN_NANOS = 2_000_000_000L;
    private static final long MINUTE_NANOS = 60_000_000_000L;
    private static final List<String> ALL_GATES = List.of("A", "B", "C", "D", "E", "F");

    private static final Set<ReasonCode> FORGOTTEN = EnumSet.of(ReasonCode.LEASE_LOST, ReasonCode.NOT_OWNER);
    /** What may be said of a session that is known from its record only. */
    private static final Set<EventType> ABOUT_RECORDS =
            EnumSet.of(EventType.REATTACH_REQUEST_RECEIVED, EventType.REATTACH_REJECT);

    final SessionId id;
    final Role role;
    private final Policy policy;
    private final long lateNanos;
    private SessionState state = SessionState.BIRTH;
    private StateVersion version = StateVersion.BIRTH;
    private long sinceNanos;
    private long bornNanos = Deadlines.NEVER;
    private long pathlessSinceNanos = Deadlines.NEVER;
    private boolean gatesPassed;
    private boolean elective;
    private boolean boundSaid;
    private final ArrayDeque<Long> electiveNanos = new ArrayDeque<>();
    private long lastCommitNanos;
    private long lastTakenNanos = Long.MIN_VALUE / 2;
    private long lastForcedNanos = Long.MIN_VALUE / 2;
    private int activeEpoch = 1;
    private @Nullable ForwardingGate arrivals;
    private int newestDelivered;
    private final TreeMap<Integer, Long> drainUntil = new TreeMap<>();
    private @Nullable List<Prefix> inner;
    private boolean lost;
    private boolean loaded;
    private boolean loading;
    private StateVersion known = StateVersion.BIRTH;

    /**
     * A session of which nothing was said yet.
     *
     * @param lateNanos how long after a deadline its row may come: no row is taken while a commit is unsettled
     */
    SessionView(SessionId id, Role role, Policy policy, long lateNanos) {
        this.id = id;
        this.role = role;
        this.policy = policy;
        this.lateNanos = lateNanos;
    }

    /** Whether this end has the session now. */
    boolean isLive() {
        return state.isLive() && !lost;
    }

    /** The process that held the session is gone. */
    void lose() {
        lost = true;
        loading = false;
    }

    StateVersion version() {
        return version;
    }

    int activeEpoch() {
        return activeEpoch;
    }

    private static void require(boolean holds, String invariant, String what, Object about) {
        if (!holds) {
            throw new Violation(invariant, what + ": " + (about instanceof Event event ? new Told(event) : about));
        }
    }

    /** Takes the end's next event of this session; the row of the table, if it is one. */
    @Nullable
    Transition take(Event event) {
        if (isAgain(event)) {
            load(event);
            return null;
        }
        loadedAll();
        if (event.type() == EventType.OWNERSHIP_CHANGE && FORGOTTEN.contains(event.reason())) {
            lose();
            return null;
        }
        boolean answerForNobody =
                event.type() == EventType.REATTACH_REJECT && event.version().equals(StateVersion.BIRTH);
        // by its record, which lacks the rows that only the memory had: a crash, or a lost lease, takes them
        boolean judged = lost && (ABOUT_RECORDS.contains(event.type()) || event.type() == EventType.SECURITY);
        require(
                (state != SessionState.TERMINATED && !lost) || answerForNobody || judged,
                "I10",
                "after the end of a session",
                event);
        Transition row = event.type() == EventType.STATE_CHANGE ? row(event) : null;
        other(event);
        require(
                role == Role.CLIENT
                        || answerForNobody
                        || judged
                        || event.version().compareTo(version) >= 0,
                "I4",
                "an event is older than the last row, " + version,
                event);
        return row;
    }

    private void other(Event event) {
        switch (event.type()) {
            case REATTACH_REQUEST_RECEIVED -> {
                gatesPassed = event.details().stream()
                        .anyMatch(detail ->
                                detail.name().equals("gates") && detail.value().equals(ALL_GATES));
                elective = event.reason() == ReasonCode.BETTER_PATH || event.reason() == ReasonCode.OPERATOR_JUMP;
            }
            case TRANSPORT_DEAD -> pathlessSinceNanos = Math.min(pathlessSinceNanos, event.nanos());
            case TRANSPORT_SWITCH -> switched(event);
            case OWNERSHIP_CHANGE -> {
                pathlessSinceNanos = Deadlines.NEVER; // another's binding, alive for all it knows
                lastTakenNanos = event.nanos();
            }
            case REATTACH_ACK_RECEIVED -> {
                drainUntil.put(activeEpoch, event.nanos() + DRAIN_NANOS);
                activeEpoch = event.version().epoch();
            }
            default -> {
                // no change of the session
            }
        }
    }

    static boolean isAgain(Event event) {
        return event.details().stream().anyMatch(detail -> detail.name().equals("again"));
    }

    /** Whoever has the session now knows it from its record only, and says its last rows once more: there is no binding until the next row. */
    private void load(Event event) {
        known = loading ? known : version;
        require(!loading || event.version().compareTo(version) > 0, "I4", "said again after " + version, event);
        loading = true;
        state = java.util.Objects.requireNonNull(event.to());
        version = event.version();
        lost = false;
        loaded = true;
        sinceNanos = event.nanos(); // the machine's clock may have begun anew
        bornNanos = event.nanos();
        pathlessSinceNanos = event.nanos();
        lastCommitNanos = Long.MIN_VALUE / 2;
        lastForcedNanos = Long.MIN_VALUE / 2;
        electiveNanos.clear();
        drainUntil.clear();
        activeEpoch = version.epoch();
        arrivals = null;
        gatesPassed = false;
        boundSaid = false;
    }

    /** The last of the rows that are said again is the record's: it is not older than what this end had. */
    private void loadedAll() {
        require(
                !loading || version.epoch() >= known.epoch(),
                "I4",
                "loaded " + version + ", which is older than " + known,
                id);
        loading = false;
    }

    /** Whether no row was taken since the session was loaded: its packets wait, whatever its state. */
    boolean isLoaded() {
        return loaded;
    }

    private StateVersion nextStep() {
        return loaded ? StateVersion.of(version.epoch(), SessionMachine.FIRST_STEP_WITHOUT_MEMORY) : version.nextStep();
    }

    private void switched(Event event) {
        if (event.reason() == ReasonCode.BOUND && role == Role.GATEWAY) {
            bound(event);
        } else if (event.reason() == ReasonCode.BOUND) {
            pathlessSinceNanos = Deadlines.NEVER;
        }
    }

    private @Nullable Transition row(Event event) {
        require(event.from() == state, "I11", "the row does not begin where the last one ended, " + state, event);
        boolean dying = event.reason() == ReasonCode.TRANSPORT_DEAD || event.reason() == ReasonCode.PEER_REPORTED;
        Transition row = Transition.find(role, state, dying || isBound(), event.reason());
        require(row != null && row.to() == event.to(), "I11", "the table has no such row", event);
        boolean binds = row != null && row.binds();
        if (role == Role.GATEWAY) {
            StateVersion next = binds ? version.nextEpoch() : nextStep();
            require(event.version().equals(next), "I4", "the version after " + version + " is " + next, event);
            if (binds && state != SessionState.BIRTH) {
                require(gatesPassed && boundSaid, "I5", "a binding without gates A to F", event);
                drainUntil.put(version.epoch(), event.nanos() + (isBound() ? DRAIN_NANOS : 0));
                activeEpoch = event.version().epoch();
            }
        } else {
            require(event.version().compareTo(version) >= 0, "I4", "the client unlearnt " + version, event);
        }
        if (binds) {
            pathlessSinceNanos = Deadlines.NEVER;
            gatesPassed = false;
            boundSaid = false;
        }
        if (state == SessionState.BIRTH) {
            bornNanos = event.nanos();
            lastCommitNanos = event.nanos();
        }
        loaded = false;
        state = java.util.Objects.requireNonNull(event.to());
        version = event.version();
        sinceNanos = event.nanos();
        return row;
    }

    private boolean isBound() {
        return pathlessSinceNanos == Deadlines.NEVER;
    }

    /** A commit: within what policy allows? */
    private void bound(Event event) {
        long now = event.nanos();
        require(gatesPassed, "I5", "bound without gates A to F", event);
        if (elective) {
            electiveNanos.removeIf(at -> now - at >= MINUTE_NANOS);
            electiveNanos.add(now);
            require(
                    electiveNanos.size() <= policy.count(PolicyKey.SWITCHING_MAX_PER_MINUTE),
                    "I7",
                    "more elective switches a minute than policy allows",
                    event);
            require(
                    now - lastCommitNanos >= policy.get(PolicyKey.SWITCHING_COOLDOWN),
                    "I7",
                    "an elective switch inside the cooldown",
                    event);
        } else {
            require(
                    now - lastForcedNanos >= policy.get(PolicyKey.SWITCHING_RECOVERY_INTERVAL),
                    "I7",
                    "binds that are not elective come too fast",
                    event);
            lastForcedNanos = now;
        }
        lastCommitNanos = now;
        boundSaid = true;
    }

    /** What the end says of itself must be what its events said. */
    void agree(SessionState shown, StateVersion shownVersion, List<Prefix> shownInner) {
        loadedAll();
        require(shown == state, "I11", role + " is " + shown + " but its events end in " + state, id);
        require(
                role == Role.GATEWAY ? shownVersion.equals(version) : shownVersion.compareTo(version) >= 0,
                "I4",
                role + " is at " + shownVersion + " but its events end at " + version,
                id);
        if (inner == null) {
            inner = shownInner;
        }
        require(shownInner.equals(inner), "I3", "the inner address was " + inner + " and is " + shownInner, id);
    }

    /** No deadline of a session that packets may pass is over (I8). */
    void inTime(long nowNanos) {
        long late = nowNanos - lateNanos;
        require(
                state != SessionState.RECOVERING
                        || late - sinceNanos <= policy.get(PolicyKey.SWITCHING_RECOVERY_WINDOW),
                "I8",
                role + " is RECOVERING beyond its window",
                id);
        require(
                !state.isLive() || late - bornNanos <= policy.get(PolicyKey.SESSION_MAX_LIFETIME),
                "I8",
                role + " outlives its lifetime",
                id);
        require(
                !state.isLive()
                        || isBound()
                        || late - pathlessSinceNanos <= policy.get(PolicyKey.SESSION_TRANSPORT_LOSS_TTL),
                "I8",
                role + " outlives its transport-loss TTL",
                id);
    }

    /** What comes out came in a binding with this gate: all of a session's have one, and no other session's have it. */
    void from(ForwardingGate gate) {
        arrivals = arrivals == null ? gate : arrivals;
        require(arrivals == gate, "I2", role + " delivers what came in a binding of another session", id);
    }

    /** An inner packet came out that another gateway has sent on. */
    void relayed(long nowNanos) {
        require(isLive(), "I10", role + " delivers in " + state, id);
        require(nowNanos < lastTakenNanos + DRAIN_NANOS, "I1", role + " delivers what was relayed too late", id);
    }

    /** An inner packet came out of a binding of this epoch. */
    void delivered(long nowNanos, int epoch) {
        require(isLive(), "I10", role + " delivers in " + state, id);
        if (epoch < newestDelivered) {
            long until = drainUntil.getOrDefault(epoch, Long.MIN_VALUE);
            require(nowNanos < until, "I1", role + " delivers epoch " + epoch + " after " + newestDelivered, id);
        }
        newestDelivered = Math.max(newestDelivered, epoch);
    }
}
