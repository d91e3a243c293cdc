package jumpvpn.core.observability;

import java.util.List;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.jspecify.annotations.Nullable;

/**
 * What happened, once, with exactly one reason. The node's name, its sequence number and the wall clock are added where it is written.
 *
 * @param nanos boot time
 * @param version after what happened
 * @param from with STATE_CHANGE only
 * @param to with STATE_CHANGE only
 * @param path the path's name, if one is concerned
 * @param policyVersion of the session's snapshot, 0 without a session
 * @param details what the type adds, in order; never keys, never payload
 */
public record Event(
        long nanos,
        EventType type,
        ReasonCode reason,
        Role role,
        @Nullable SessionId sessionId,
        StateVersion version,
        @Nullable SessionState from,
        @Nullable SessionState to,
        @Nullable String path,
        int policyVersion,
        List<Detail> details) {

    /**
     * One added field.
     *
     * @param value a String, Long, Double, Boolean or a List of Strings
     */
    public record Detail(String name, Object value) {}

    /** Whether a row is said again by an owner that loaded it. */
    public boolean isAgain() {
        return details.stream()
                .anyMatch(detail -> detail.name().equals("again") && Boolean.TRUE.equals(detail.value()));
    }
}
