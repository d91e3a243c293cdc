package jumpvpn.core.session;

import static jumpvpn.core.session.SessionState.ATTACHED;
import static jumpvpn.core.session.SessionState.BIRTH;
import static jumpvpn.core.session.SessionState.DEGRADED;
import static jumpvpn.core.session.SessionState.RECOVERING;
import static jumpvpn.core.session.SessionState.TERMINATED;
import static jumpvpn.core.session.SessionState.VOLATILE;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rows of contract section 1, in its order. A row is found by state, life of the binding, role and reason; there is never more than one.
 *
 * <pre>
 *  BIRTH ──ok──► ATTACHED ◄──────────────reattach / abandoned──────────── RECOVERING
 *    │             │  ▲                                                    ▲  ▲  │ │
 *    │   threshold ▼  │ hold                                 dead, elective│  │  │ window over, no binding
 *    │            VOLATILE ──bound hit──► DEGRADED ────────────────────────┘  │  ▼
 *    ▼                                        └───────────── candidate ───── DEGRADED
 *  TERMINATED ◄── from every live state
 * </pre>
 */
public enum Transition {
    BORN(EnumSet.of(BIRTH), Life.ANY, ATTACHED, null, ReasonCode.HANDSHAKE_OK),
    STILLBORN(EnumSet.of(BIRTH), Life.ANY, TERMINATED, null, ReasonCode.HANDSHAKE_FAIL),
    SHAKEN(
            EnumSet.of(ATTACHED),
            Life.ANY,
            VOLATILE,
            null,
            ReasonCode.LOSS_SPIKE,
            ReasonCode.LATENCY_SPIKE,
            ReasonCode.JITTER_SPIKE,
            ReasonCode.HEARTBEAT_MISSED),
    CALMED(EnumSet.of(VOLATILE), Life.ANY, ATTACHED, null, ReasonCode.HEALTH_RECOVERED),
    PERSISTED(EnumSet.of(VOLATILE), Life.ANY, DEGRADED, null, ReasonCode.VOLATILE_PERSISTED),
    CORNERED(
            EnumSet.of(VOLATILE),
            Life.ANY,
            DEGRADED,
            Role.CLIENT,
            ReasonCode.NO_VALID_CANDIDATE,
            ReasonCode.SWITCH_RATE_LIMITED),
    HEALED(EnumSet.of(DEGRADED), Life.ALIVE, ATTACHED, null, ReasonCode.EXIT_DEGRADED),
    DIED(EnumSet.of(ATTACHED, VOLATILE, DEGRADED), Life.ALIVE, RECOVERING, null, ReasonCode.TRANSPORT_DEAD),
    TOLD(EnumSet.of(ATTACHED, VOLATILE, DEGRADED), Life.ALIVE, RECOVERING, Role.GATEWAY, ReasonCode.PEER_REPORTED),
    RESTARTED(
            EnumSet.of(ATTACHED, VOLATILE, DEGRADED),
            Life.NONE,
            RECOVERING,
            Role.GATEWAY,
            ReasonCode.GATEWAY_RESTARTED),
    CHOSEN(
            EnumSet.of(ATTACHED, VOLATILE, DEGRADED),
            Life.ALIVE,
            RECOVERING,
            null,
            ReasonCode.BETTER_PATH,
            ReasonCode.OPERATOR_JUMP),
    ENDING(
            EnumSet.of(ATTACHED, VOLATILE, DEGRADED),
            Life.ALIVE,
            RECOVERING,
            null,
            ReasonCode.LINK_GOING_DOWN,
            ReasonCode.GATEWAY_DRAINING),
    REATTACHED(EnumSet.of(RECOVERING), Life.ANY, ATTACHED, null, ReasonCode.REATTACH_ACCEPT),
    ABANDONED(EnumSet.of(RECOVERING), Life.ALIVE, ATTACHED, null, ReasonCode.JUMP_ABANDONED),
    WINDOW_OVER(EnumSet.of(RECOVERING), Life.NONE, DEGRADED, null, ReasonCode.RECOVERY_WINDOW_EXCEEDED),
    REOPENED(EnumSet.of(DEGRADED), Life.NONE, RECOVERING, null, ReasonCode.CANDIDATE_APPEARED),
    LOST(EnumSet.range(ATTACHED, RECOVERING), Life.NONE, TERMINATED, null, ReasonCode.TTL_TRANSPORT_LOSS_EXPIRED),
    EXCEEDED(EnumSet.of(RECOVERING), Life.ANY, TERMINATED, null, ReasonCode.POLICY_EXCEEDED),
    EXPIRED(EnumSet.range(ATTACHED, RECOVERING), Life.ANY, TERMINATED, null, ReasonCode.TTL_SESSION_EXPIRED),
    ENDED(
            EnumSet.range(ATTACHED, RECOVERING),
            Life.ANY,
            TERMINATED,
            null,
            ReasonCode.OPERATOR_TERMINATE,
            ReasonCode.PEER_CLOSED,
            ReasonCode.SUPERSEDED),
    BETRAYED(
            EnumSet.range(ATTACHED, RECOVERING),
            Life.ANY,
            TERMINATED,
            null,
            ReasonCode.OWNERSHIP_AMBIGUOUS,
            ReasonCode.SECURITY_FAILURE,
            ReasonCode.KEY_EXPIRED,
            ReasonCode.REVOKED),
    GONE(
            EnumSet.range(ATTACHED, RECOVERING),
            Life.ANY,
            TERMINATED,
            Role.CLIENT,
            ReasonCode.OWNER_GONE,
            ReasonCode.SESSION_NOT_FOUND,
            ReasonCode.SESSION_EXPIRED,
            ReasonCode.TRANSPORT_TTL_EXPIRED);

    /** What a row asks of the binding. */
    public enum Life {
        /** It must be alive. */
        ALIVE,
        /** There must be none alive. */
        NONE,
        /** Either. */
        ANY;

        boolean holds(boolean alive) {
            return this == ANY || (this == ALIVE) == alive;
        }
    }

    private static final Transition[] ROWS = values();

    private final Set<SessionState> from;
    private final Life life;
    private final SessionState to;
    private final @Nullable Role role;
    private final Set<ReasonCode> reasons;

    Transition(
            Set<SessionState> from,
            Life life,
            SessionState to,
            @Nullable Role role,
            ReasonCode first,
            ReasonCode... more) {
        this.from = from;
        this.life = life;
        this.to = to;
        this.role = role;
        this.reasons = EnumSet.of(first, more);
    }

    /** The row for a reason in a state, or null if the table lacks it. */
    public static @Nullable Transition find(Role role, SessionState state, boolean bindingAlive, ReasonCode reason) {
        for (Transition row : ROWS) {
            if (row.from.contains(state)
                    && row.reasons.contains(reason)
                    && row.life.holds(bindingAlive)
                    && (row.role == null || row.role == role)) {
                return row;
            }
        }
        return null;
    }

    /** The state that the row leads to. */
    public SessionState to() {
        return to;
    }

    /** Whether the row begins the next epoch. */
    public boolean binds() {
        return this == BORN || this == REATTACHED;
    }
}
