package jumpvpn.core.agent;

import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/**
 * The client's session at one moment.
 *
 * @param id null while there is none
 * @param reason of the last transition; null before the first
 * @param path the active one, or the last
 * @param remote where its packets go
 * @param rttNanos smoothed round trip of the active path, 0 if unknown
 * @param loss one-way, 0..1
 * @param sinceNanos boot time of the last state change
 * @param lastEnd why the last session or attempt ended; null if none has
 */
public record AgentStatus(
        SessionState state,
        @Nullable SessionId id,
        StateVersion version,
        @Nullable ReasonCode reason,
        @Nullable Path path,
        @Nullable Endpoint remote,
        List<Prefix> inner,
        @Nullable String gateway,
        long rttNanos,
        double loss,
        long sinceNanos,
        long sentBytes,
        long receivedBytes,
        List<Path> candidates,
        @Nullable String lastEnd) {}
