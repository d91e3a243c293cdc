package jumpvpn.lab.explore;

import static jumpvpn.lab.explore.Rules.require;

import java.util.Objects;
import java.util.TreeMap;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import jumpvpn.core.session.Transition;

/** One session at one start of one end, rebuilt from what that end says. */
final class View {
    private static final long SLACK_NANOS = 5_000_000;
    private static final long DRAIN_NANOS = 2_000_000_000L;
    private static final int FIRST_STEP_WITHOUT_MEMORY = 0x8000_0000;

    private final int end;
    private final Role role;
    private final TreeMap<Integer, Long> drainUntil = new TreeMap<>();
    private SessionState state = SessionState.BIRTH;
    private StateVersion version = StateVersion.BIRTH;
    private long sinceNanos;
    private long boundNanos;
    private int boundEpoch = 1;
    private int newestDelivered;
    private long pathlessSinceNanos = Deadlines.NEVER;
    private boolean lost;
    private boolean restored;

    View(int end) {
        this.end = end;
        this.role = end == 0 ? Role.CLIENT : Role.GATEWAY;
    }

    /** A copy that goes its own way. */
    View copy() {
        View copy = new View(end);
        copy.drainUntil.putAll(drainUntil);
        copy.state = state;
        copy.version = version;
        copy.sinceNanos = sinceNanos;
        copy.boundNanos = boundNanos;
        copy.boundEpoch = boundEpoch;
        copy.newestDelivered = newestDelivered;
        copy.pathlessSinceNanos = pathlessSinceNanos;
        copy.lost = lost;
        copy.restored = restored;
        return copy;
    }

    void digest(Digest digest) {
        digest.add(state.ordinal())
                .add(version.packed())
                .add(sinceNanos)
                .add(boundNanos)
                .add(boundEpoch);
        digest.add(newestDelivered).add(pathlessSinceNanos).add((lost ? 1 : 0) + (restored ? 2 : 0));
        drainUntil.forEach((epoch, nanos) -> digest.add(epoch).add(nanos));
    }

    boolean isNew() {
        return state == SessionState.BIRTH;
    }

    /** Whether this end knows the session from its record only. */
    boolean isRestored() {
        return restored;
    }

    /** The epoch of the binding that this end uses. */
    int boundEpoch() {
        return boundEpoch;
    }

    /** When this end began its newest epoch. */
    long boundNanos() {
        return boundNanos;
    }

    /** The process is gone. */
    void lose() {
        lost = true;
    }

    /** Takes the end's next event of this session. @param truth of the session */
    void take(Event event, Truth truth) {
        require(!lost, "I10", () -> "a process says something after its end: " + Rules.text(event));
        if (event.type() == EventType.STATE_CHANGE) {
            row(event, truth);
        } else if (event.type() == EventType.TRANSPORT_DEAD) {
            pathlessSinceNanos = Math.min(pathlessSinceNanos, event.nanos());
        } else if (event.type() == EventType.REATTACH_ACK_RECEIVED) {
            bound(event);
        }
    }

    private void row(Event event, Truth truth) {
        SessionState from = Objects.requireNonNull(event.from());
        SessionState to = Objects.requireNonNull(event.to());
        boolean again =
                event.details().stream().anyMatch(detail -> detail.name().equals("again"));
        if (role == Role.GATEWAY) {
            truth.row(event.version(), from + " > " + to + " " + event.reason(), again);
        }
        if (again) {
            restored = true;
        } else {
            fits(event, from, to);
        }
        if (to == SessionState.ATTACHED && event.version().step() == 0 && role == Role.GATEWAY && !again) {
            bound(event);
        } else if (to == SessionState.ATTACHED && from == SessionState.BIRTH) {
            bound(event);
        }
        state = to;
        version = event.version();
        sinceNanos = event.nanos();
    }

    private void fits(Event event, SessionState from, SessionState to) {
        String said = Rules.text(event);
        require(from == state, "I11", () -> "a row does not begin where the last one ended, " + state + ": " + said);
        Transition bound = Transition.find(role, from, true, event.reason());
        Transition row = bound == null ? Transition.find(role, from, false, event.reason()) : bound;
        require(row != null && row.to() == to, "I11", () -> "the table has no such row: " + said);
        if (role == Role.CLIENT) {
            require(
                    event.version().compareTo(version) >= 0,
                    "I4",
                    () -> "the client unlearnt " + version + ": " + said);
            return;
        }
        boolean binds = row != null && row.binds();
        StateVersion next = binds
                ? StateVersion.of(version.epoch() + 1, 0)
                : restored ? StateVersion.of(version.epoch(), FIRST_STEP_WITHOUT_MEMORY) : version.nextStep();
        require(event.version().equals(next), "I4", () -> "the version after " + version + " is " + next + ": " + said);
        restored = false;
    }

    private void bound(Event event) {
        boolean alive = pathlessSinceNanos == Deadlines.NEVER && !restored;
        drainUntil.put(boundEpoch, event.nanos() + (role == Role.CLIENT || alive ? DRAIN_NANOS : 0));
        boundEpoch = event.version().epoch();
        boundNanos = event.nanos();
        pathlessSinceNanos = Deadlines.NEVER;
    }

    /** What the end shows must be what it said. @param timely whether it could do what is due: the table owes it nothing */
    void agree(long nowNanos, SessionState shown, StateVersion shownVersion, Policy policy, boolean timely) {
        require(!lost && shown == state, "I11", () -> who() + " shows " + shown + " and said " + state);
        require(
                role == Role.GATEWAY ? shownVersion.equals(version) : shownVersion.compareTo(version) >= 0,
                "I4",
                () -> who() + " shows " + shownVersion + " and said " + version);
        long late = nowNanos - SLACK_NANOS;
        require(
                !timely
                        || state != SessionState.RECOVERING
                        || late - sinceNanos <= policy.get(PolicyKey.SWITCHING_RECOVERY_WINDOW),
                "I8",
                () -> who() + " is RECOVERING beyond its window");
        require(
                !timely
                        || pathlessSinceNanos == Deadlines.NEVER
                        || late - pathlessSinceNanos <= policy.get(PolicyKey.SESSION_TRANSPORT_LOSS_TTL),
                "I8",
                () -> who() + " outlives its transport-loss TTL");
    }

    private String who() {
        return end == 0 ? "the client" : "gateway " + end;
    }

    /** An inner packet came out of a binding of this epoch. */
    void delivered(long nowNanos, int epoch) {
        require(state.isLive() && !lost, "I10", () -> who() + " delivers in " + state);
        if (epoch < newestDelivered) {
            long until = drainUntil.getOrDefault(epoch, Long.MIN_VALUE);
            require(nowNanos < until, "I1", () -> who() + " delivers epoch " + epoch + " after " + newestDelivered);
        }
        newestDelivered = Math.max(newestDelivered, epoch);
    }
}
