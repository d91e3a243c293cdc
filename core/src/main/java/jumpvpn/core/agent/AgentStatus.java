package jumpvpn.core.agent;

import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionMachine;
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
 * @param bindingAlive whether that path carries the session now
 * @param heardNanos boot time at which the gateway was heard last on that path, 0 if never
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
        boolean bindingAlive,
        long heardNanos,
        long rttNanos,
        double loss,
        long sinceNanos,
        long sentBytes,
        long receivedBytes,
        List<Candidate> candidates,
        @Nullable String lastEnd) {

    static AgentStatus of(ClientSession session, long nowNanos, List<Candidate> candidates, @Nullable String lastEnd) {
        return new AgentStatus(
                session.machine.state(),
                session.grant.id(),
                session.machine.version(),
                session.machine.reason(),
                session.path,
                session.remote(),
                session.grant.inner(),
                session.gateway(),
                session.machine.bindingAlive(),
                session.lastHeardNanos(),
                session.rttNanos(),
                session.watch.loss(nowNanos),
                session.machine.sinceNanos(),
                session.sentBytes(),
                session.receivedBytes(),
                candidates,
                lastEnd);
    }

    /** Without a session. */
    static AgentStatus none(
            SessionMachine birth, boolean trying, List<Candidate> candidates, @Nullable String lastEnd) {
        return new AgentStatus(
                trying ? SessionState.BIRTH : SessionState.TERMINATED,
                null,
                StateVersion.BIRTH,
                birth.reason(),
                null,
                null,
                List.of(),
                null,
                false,
                0,
                0,
                0,
                birth.sinceNanos(),
                0,
                0,
                candidates,
                lastEnd);
    }
}
