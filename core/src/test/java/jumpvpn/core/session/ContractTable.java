package jumpvpn.core.session;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Contract section 1 written down a second time, by hand, for the tests only: the code must not be its own witness. */
final class ContractTable {
    private static final String ANY_LIVE = "ATTACHED VOLATILE DEGRADED RECOVERING";

    /** States; binding (alive, none, any); whose view (client, gateway, both); next state; reasons. */
    private static final String[][] ROWS = {
        {"BIRTH", "any", "both", "ATTACHED", "HANDSHAKE_OK"},
        {"BIRTH", "any", "both", "TERMINATED", "HANDSHAKE_FAIL"},
        {"ATTACHED", "any", "both", "VOLATILE", "LOSS_SPIKE LATENCY_SPIKE JITTER_SPIKE HEARTBEAT_MISSED"},
        {"VOLATILE", "any", "both", "ATTACHED", "HEALTH_RECOVERED"},
        {"VOLATILE", "any", "both", "DEGRADED", "VOLATILE_PERSISTED"},
        {"VOLATILE", "any", "client", "DEGRADED", "NO_VALID_CANDIDATE SWITCH_RATE_LIMITED"},
        {"DEGRADED", "alive", "both", "ATTACHED", "EXIT_DEGRADED"},
        {"ATTACHED VOLATILE DEGRADED", "alive", "both", "RECOVERING", "TRANSPORT_DEAD"},
        {"ATTACHED VOLATILE DEGRADED", "alive", "gateway", "RECOVERING", "PEER_REPORTED"},
        {"ATTACHED VOLATILE DEGRADED", "none", "gateway", "RECOVERING", "GATEWAY_RESTARTED"},
        {"ATTACHED VOLATILE DEGRADED", "alive", "both", "RECOVERING", "BETTER_PATH OPERATOR_JUMP"},
        {"ATTACHED VOLATILE DEGRADED", "alive", "both", "RECOVERING", "LINK_GOING_DOWN GATEWAY_DRAINING"},
        {"RECOVERING", "any", "both", "ATTACHED", "REATTACH_ACCEPT"},
        {"RECOVERING", "alive", "both", "ATTACHED", "JUMP_ABANDONED"},
        {"RECOVERING", "none", "both", "DEGRADED", "RECOVERY_WINDOW_EXCEEDED"},
        {"DEGRADED", "none", "both", "RECOVERING", "CANDIDATE_APPEARED"},
        {ANY_LIVE, "none", "both", "TERMINATED", "TTL_TRANSPORT_LOSS_EXPIRED"},
        {"RECOVERING", "any", "both", "TERMINATED", "POLICY_EXCEEDED"},
        {ANY_LIVE, "any", "both", "TERMINATED", "TTL_SESSION_EXPIRED"},
        {ANY_LIVE, "any", "both", "TERMINATED", "OPERATOR_TERMINATE PEER_CLOSED SUPERSEDED"},
        {ANY_LIVE, "any", "both", "TERMINATED", "OWNERSHIP_AMBIGUOUS SECURITY_FAILURE KEY_EXPIRED REVOKED"},
        {ANY_LIVE, "any", "client", "TERMINATED", "OWNER_GONE SESSION_NOT_FOUND SESSION_EXPIRED TRANSPORT_TTL_EXPIRED"},
    };

    private ContractTable() {}

    /** One cell of state × binding × role × reason. */
    record Cell(SessionState from, boolean alive, Role role, ReasonCode reason) {
        /** Where the contract leads from here, or null where the signal is ignored. */
        @Nullable
        SessionState to() {
            for (String[] row : ROWS) {
                if (names(row[0], from.name()) && fits(row[1]) && sees(row[2]) && names(row[4], reason.name())) {
                    return SessionState.valueOf(row[3]);
                }
            }
            return null;
        }

        private static boolean names(String list, String name) {
            return List.of(list.split(" ")).contains(name);
        }

        private boolean fits(String binding) {
            return binding.equals("any") || binding.equals(alive ? "alive" : "none");
        }

        private boolean sees(String role) {
            return role.equals("both") || role.equals(this.role.label());
        }

        boolean binds() {
            return reason == ReasonCode.HANDSHAKE_OK || reason == ReasonCode.REATTACH_ACCEPT;
        }

        /** Whether a binding is alive after the row: contract section 1, "A binding is alive until". */
        boolean aliveAfter() {
            return switch (reason) {
                case HANDSHAKE_OK, REATTACH_ACCEPT -> true;
                case TRANSPORT_DEAD, PEER_REPORTED, GATEWAY_RESTARTED -> false;
                default -> alive && to() != SessionState.TERMINATED;
            };
        }

        @Override
        public String toString() {
            return role.label() + " " + from + (alive ? " alive " : " none ") + reason + " -> "
                    + (to() == null ? "ignored" : to());
        }
    }

    /** Every cell. */
    static List<Cell> cells() {
        return Arrays.stream(Role.values())
                .flatMap(role -> Arrays.stream(SessionState.values())
                        .flatMap(state -> java.util.stream.Stream.of(true, false)
                                .flatMap(alive -> Arrays.stream(ReasonCode.values())
                                        .map(reason -> new Cell(state, alive, role, reason)))))
                .toList();
    }
}
