package jumpvpn.node.runtime;

import java.util.List;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.jspecify.annotations.Nullable;

/**
 * How a session is.
 *
 * @param sessionId null while there is none
 * @param reason of the last transition; null before the first
 * @param path of the active binding; null without one
 * @param innerAddresses at most one IPv4 and one IPv6
 * @param gateway the owner's name
 * @param client the client's name
 * @param rttMillis smoothed; NaN while unknown
 * @param loss of the last window, 0..1; NaN while unknown
 * @param sinceMillis wall clock of the last transition
 * @param txBytes inner bytes sent by this end
 * @param rxBytes inner bytes received by this end
 */
public record SessionStatus(
        SessionState state,
        @Nullable SessionId sessionId,
        StateVersion stateVersion,
        @Nullable ReasonCode reason,
        @Nullable PathStatus path,
        List<IpAddress> innerAddresses,
        String gateway,
        String client,
        double rttMillis,
        double loss,
        long sinceMillis,
        long txBytes,
        long rxBytes) {}
