package jumpvpn.lab.model;

import static jumpvpn.lab.model.State.ATTACHED;
import static jumpvpn.lab.model.State.BIRTH;
import static jumpvpn.lab.model.State.DEGRADED;
import static jumpvpn.lab.model.State.RECOVERING;
import static jumpvpn.lab.model.State.TERMINATED;
import static jumpvpn.lab.model.State.VOLATILE;

import org.jspecify.annotations.Nullable;

/** The transition table of contract section 1, asked by reason. */
final class Table {
    private Table() {}

    /**
     * Where a reason leads.
     *
     * @param owner the owner's view, else the client's
     * @param bound a binding is alive
     * @return null: there is no row, the signal is ignored
     */
    static @Nullable State next(boolean owner, State from, boolean bound, Reason why) {
        return switch (why) {
            case HANDSHAKE_OK -> from == BIRTH ? ATTACHED : null;
            case HANDSHAKE_FAIL -> from == BIRTH ? TERMINATED : null;
            case LOSS_SPIKE, LATENCY_SPIKE, JITTER_SPIKE, HEARTBEAT_MISSED -> from == ATTACHED ? VOLATILE : null;
            case HEALTH_RECOVERED -> from == VOLATILE ? ATTACHED : null;
            case VOLATILE_PERSISTED -> from == VOLATILE ? DEGRADED : null;
            case NO_VALID_CANDIDATE, SWITCH_RATE_LIMITED -> !owner && from == VOLATILE ? DEGRADED : null;
            case EXIT_DEGRADED -> from == DEGRADED && bound ? ATTACHED : null;
            case TRANSPORT_DEAD, BETTER_PATH, OPERATOR_JUMP, LINK_GOING_DOWN, GATEWAY_DRAINING ->
                isSteady(from) && bound ? RECOVERING : null;
            case PEER_REPORTED -> owner && isSteady(from) && bound ? RECOVERING : null;
            case GATEWAY_RESTARTED -> owner && isSteady(from) && !bound ? RECOVERING : null;
            case REATTACH_ACCEPT -> from == RECOVERING ? ATTACHED : null;
            case JUMP_ABANDONED -> from == RECOVERING && bound ? ATTACHED : null;
            case RECOVERY_WINDOW_EXCEEDED -> from == RECOVERING && !bound ? DEGRADED : null;
            case CANDIDATE_APPEARED -> from == DEGRADED && !bound ? RECOVERING : null;
            case TTL_TRANSPORT_LOSS_EXPIRED -> from.lives() && !bound ? TERMINATED : null;
            case POLICY_EXCEEDED -> from == RECOVERING ? TERMINATED : null;
            case TTL_SESSION_EXPIRED,
                    OPERATOR_TERMINATE,
                    PEER_CLOSED,
                    SUPERSEDED,
                    OWNERSHIP_AMBIGUOUS,
                    SECURITY_FAILURE,
                    KEY_EXPIRED,
                    REVOKED -> from.lives() ? TERMINATED : null;
            case OWNER_GONE, SESSION_NOT_FOUND, SESSION_EXPIRED, TRANSPORT_TTL_EXPIRED ->
                !owner && from.lives() ? TERMINATED : null;
            case STALE_STATE_VERSION,
                    STALE_REQUEST,
                    REPLAY_DETECTED,
                    NOT_OWNER,
                    STORE_UNAVAILABLE,
                    DUAL_ACTIVE_FORBIDDEN,
                    COOLDOWN_ACTIVE,
                    TRANSPORT_NOT_ALLOWED -> null;
        };
    }

    private static boolean isSteady(State state) {
        return state == ATTACHED || state == VOLATILE || state == DEGRADED;
    }
}
