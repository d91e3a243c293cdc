package jumpvpn.node.observability;

import java.util.List;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.StateVersion;

/**
 * One recovery of a session, as one end saw it, from the first sign of trouble to its end.
 *
 * @param cause why the session became RECOVERING
 * @param outcome the reason of the row that ended it; REATTACH_ACCEPT: the session is bound anew
 * @param version after it
 * @param recoveringNanos boot time when the session became RECOVERING
 * @param endNanos boot time of its end
 * @param events of this session on the way, in order, the last row included; bounded
 */
public record Reattach(
        SessionId session,
        Role role,
        ReasonCode cause,
        ReasonCode outcome,
        StateVersion version,
        long recoveringNanos,
        long endNanos,
        List<NumberedEvent> events) {
    /** Whether the session is bound anew. */
    public boolean isBound() {
        return outcome == ReasonCode.REATTACH_ACCEPT;
    }
}
