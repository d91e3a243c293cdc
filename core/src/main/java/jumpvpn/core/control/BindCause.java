package jumpvpn.core.control;

import jumpvpn.core.session.ReasonCode;
import org.jspecify.annotations.Nullable;

/** Why the client asks for a new binding. */
public enum BindCause {
    DEAD(1, ReasonCode.PEER_REPORTED),
    BETTER_PATH(2, ReasonCode.BETTER_PATH),
    OPERATOR_JUMP(3, ReasonCode.OPERATOR_JUMP),
    LINK_GOING_DOWN(4, ReasonCode.LINK_GOING_DOWN),
    GATEWAY_DRAINING(5, ReasonCode.GATEWAY_DRAINING);

    private static final BindCause[] IN_ORDER = values();

    private final int number;
    private final ReasonCode ownerReason;

    BindCause(int number, ReasonCode ownerReason) {
        this.number = number;
        this.ownerReason = ownerReason;
    }

    /** The number on the wire. */
    public int number() {
        return number;
    }

    /** The reason of the owner's row into RECOVERING when it learns the cause from the request. */
    public ReasonCode ownerReason() {
        return ownerReason;
    }

    /** Chosen, not forced: counts against {@code switching.max-per-minute} and the cooldown. */
    public boolean isElective() {
        return this == BETTER_PATH || this == OPERATOR_JUMP;
    }

    /** The cause of a wire number, or null. */
    public static @Nullable BindCause of(int number) {
        return number >= 1 && number <= IN_ORDER.length ? IN_ORDER[number - 1] : null;
    }
}
