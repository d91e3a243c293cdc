package jumpvpn.lab.sim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.Transition;

/** What occurred, and how often: rows of the transition table with their reasons at owner and client, and what gates refused. */
public final class Coverage {
    private static final List<ReasonCode> REFUSALS = List.of(
            ReasonCode.SESSION_NOT_FOUND,
            ReasonCode.SESSION_EXPIRED,
            ReasonCode.TRANSPORT_TTL_EXPIRED,
            ReasonCode.STALE_STATE_VERSION,
            ReasonCode.OWNERSHIP_AMBIGUOUS,
            ReasonCode.STALE_REQUEST,
            ReasonCode.REPLAY_DETECTED,
            ReasonCode.BAD_PROOF,
            ReasonCode.NOT_OWNER,
            ReasonCode.OWNER_GONE,
            ReasonCode.STORE_UNAVAILABLE,
            ReasonCode.DUAL_ACTIVE_FORBIDDEN,
            ReasonCode.SWITCH_RATE_LIMITED,
            ReasonCode.COOLDOWN_ACTIVE,
            ReasonCode.TRANSPORT_NOT_ALLOWED);

    /** What is in the table and can't occur, and why. */
    static final SortedMap<String, String> EXEMPT = new TreeMap<>(Map.of(
            key(Role.GATEWAY, Transition.ABANDONED, ReasonCode.JUMP_ABANDONED),
            "an owner commits the row into RECOVERING with the bind, so it never waits there with a living binding",
            key(Role.GATEWAY, Transition.BETRAYED, ReasonCode.SECURITY_FAILURE),
            "an owner says so when the versions of a session are used up, after 2^32 binds"));

    private final TreeMap<String, Long> counts = new TreeMap<>();

    void row(Role role, Transition row, ReasonCode reason) {
        counts.merge(key(role, row, reason), 1L, Long::sum);
    }

    void refusal(ReasonCode reason) {
        counts.merge(key(reason), 1L, Long::sum);
    }

    private static String key(Role role, Transition row, ReasonCode reason) {
        return role.label() + " " + row + " " + reason;
    }

    private static String key(ReasonCode refusal) {
        return "refused " + refusal;
    }

    /** Adds another's counts. */
    public void add(SortedMap<String, Long> others) {
        others.forEach((key, count) -> counts.merge(key, count, Long::sum));
    }

    /** All counts that are not zero. */
    public SortedMap<String, Long> counts() {
        return Collections.unmodifiableSortedMap(counts);
    }

    /** How often something of {@link #possible} occurred. */
    public long count(String key) {
        return counts.getOrDefault(key, 0L);
    }

    /** Everything that the table and the gates have: {@code client DIED TRANSPORT_DEAD}, {@code refused NOT_OWNER}. */
    public static List<String> possible() {
        List<String> all = new ArrayList<>();
        for (Role role : Role.values()) {
            for (Transition row : Transition.values()) {
                for (ReasonCode reason : ReasonCode.values()) {
                    if (has(role, row, reason)) {
                        all.add(key(role, row, reason));
                    }
                }
            }
        }
        REFUSALS.forEach(reason -> all.add(key(reason)));
        return all;
    }

    private static boolean has(Role role, Transition row, ReasonCode reason) {
        for (SessionState state : SessionState.values()) {
            if (Transition.find(role, state, true, reason) == row
                    || Transition.find(role, state, false, reason) == row) {
                return true;
            }
        }
        return false;
    }
}
