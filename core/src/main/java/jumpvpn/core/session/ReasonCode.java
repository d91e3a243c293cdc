package jumpvpn.core.session;

import org.jspecify.annotations.Nullable;

/** Every reason that an event, an answer or a transition can have. Names and numbers are stable; numbers go over the wire. */
public enum ReasonCode {
    // Rows of the transition table (contract section 1)
    HANDSHAKE_OK(1),
    HANDSHAKE_FAIL(2),
    LOSS_SPIKE(3),
    LATENCY_SPIKE(4),
    JITTER_SPIKE(5),
    HEARTBEAT_MISSED(6),
    HEALTH_RECOVERED(7),
    VOLATILE_PERSISTED(8),
    NO_VALID_CANDIDATE(9),
    EXIT_DEGRADED(10),
    TRANSPORT_DEAD(11),
    PEER_REPORTED(12),
    GATEWAY_RESTARTED(13),
    BETTER_PATH(14),
    OPERATOR_JUMP(15),
    LINK_GOING_DOWN(16),
    GATEWAY_DRAINING(17),
    REATTACH_ACCEPT(18),
    JUMP_ABANDONED(19),
    RECOVERY_WINDOW_EXCEEDED(20),
    CANDIDATE_APPEARED(21),
    TTL_TRANSPORT_LOSS_EXPIRED(22),
    POLICY_EXCEEDED(23),
    TTL_SESSION_EXPIRED(24),
    OPERATOR_TERMINATE(25),
    PEER_CLOSED(26),
    SUPERSEDED(27),
    OWNERSHIP_AMBIGUOUS(28),
    SECURITY_FAILURE(29),
    KEY_EXPIRED(30),
    REVOKED(31),
    OWNER_GONE(32),
    // Why a path is dead
    NO_DELIVERY_WINDOW(40),
    LINK_DOWN(41),
    SOCKET_ERROR(42),
    PEER_RESET(43),
    // Gate refusals (contract section 2)
    SESSION_NOT_FOUND(50),
    SESSION_EXPIRED(51),
    TRANSPORT_TTL_EXPIRED(52),
    STALE_STATE_VERSION(53),
    STALE_REQUEST(54),
    REPLAY_DETECTED(55),
    BAD_PROOF(56),
    NOT_OWNER(57),
    STORE_UNAVAILABLE(58),
    DUAL_ACTIVE_FORBIDDEN(59),
    SWITCH_RATE_LIMITED(60),
    COOLDOWN_ACTIVE(61),
    TRANSPORT_NOT_ALLOWED(62),
    // Events that are no rows
    CANDIDATE_SELECTED(70),
    BOUND(71),
    NAT_REBIND(72),
    CANDIDATE_UP(73),
    CANDIDATE_DOWN(74),
    REATTACH_REQUESTED(75),
    ANSWER_REPEATED(76),
    ILLEGAL_TRANSITION(77),
    UNKNOWN_CLIENT(78),
    ADDRESS_UNPROVEN(79),
    FOREIGN_SOURCE(80),
    POOL_EXHAUSTED(81),
    BUFFER_FULL(82),
    LEASE_LOST(83),
    POLICY_LOADED(84),
    MALFORMED(85),
    REKEYED(90),
    SECRET_RENEWED(91),
    // What became of an operator's wish
    ACTION_DONE(92),
    ACTION_REFUSED(93);

    private static final @Nullable ReasonCode[] BY_NUMBER = new ReasonCode[128];

    static {
        for (ReasonCode reason : values()) {
            BY_NUMBER[reason.number] = reason;
        }
    }

    private final int number;

    ReasonCode(int number) {
        this.number = number;
    }

    /** The number on the wire, 1..127. */
    public int number() {
        return number;
    }

    /** The reason of a wire number, or null. */
    public static @Nullable ReasonCode of(int number) {
        return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
    }
}
