package jumpvpn.core.gateway;

import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.jspecify.annotations.Nullable;

/**
 * A session of the gateway at one moment.
 *
 * @param reason of the last transition
 * @param ending why it will end as soon as the table says so, or null: its packets are stopped already, unless it is being bound
 * @param protocol of the newest binding; null: it was loaded and not bound since
 * @param remote the client's outer address, as {@code protocol}
 * @param rttNanos smoothed round trip, 0 if unknown
 * @param loss one-way towards the client, 0..1
 * @param sinceNanos boot time of the last state change
 */
public record SessionStatus(
        SessionId id,
        String client,
        SessionState state,
        StateVersion version,
        @Nullable ReasonCode reason,
        @Nullable ReasonCode ending,
        @Nullable Protocol protocol,
        @Nullable Endpoint remote,
        List<Prefix> inner,
        long rttNanos,
        double loss,
        long sinceNanos,
        long sentBytes,
        long receivedBytes) {}
