package jumpvpn.node.runtime;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import jumpvpn.core.agent.AgentStatus;
import jumpvpn.core.agent.Candidate;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.Path;
import jumpvpn.core.transport.TransportCounter;
import org.jspecify.annotations.Nullable;

/** What the engine says of its sessions, in the words of the commands. */
final class StatusView {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private StatusView() {}

    private static PathStatus path(Path path, Sockets sockets) {
        Endpoint local = new Endpoint(path.local(), sockets.port(path.id()));
        return new PathStatus(path.name(), path.protocol(), path.link(), local, path.remote());
    }

    static List<CandidateStatus> candidates(AgentStatus status, Sockets sockets, long nowNanos) {
        return status.candidates().stream()
                .map(candidate -> candidate(candidate, path(candidate.path(), sockets), status, nowNanos))
                .toList();
    }

    /** @param path the candidate's */
    static CandidateStatus candidate(Candidate candidate, PathStatus path, AgentStatus status, long nowNanos) {
        Path bound = status.bindingAlive() ? status.path() : null;
        if (bound != null && bound.id() == candidate.path().id()) {
            long heardNanos = Math.max(candidate.answeredNanos(), status.heardNanos());
            return new CandidateStatus(
                    path,
                    CandidateStatus.State.ACTIVE,
                    millis(status.rttNanos()),
                    status.loss(),
                    ago(heardNanos, nowNanos));
        }
        return new CandidateStatus(
                path,
                state(candidate),
                millis(candidate.rttNanos()),
                Double.NaN,
                ago(candidate.answeredNanos(), nowNanos));
    }

    private static CandidateStatus.State state(Candidate candidate) {
        if (candidate.dead()) {
            return CandidateStatus.State.DEAD;
        }
        return candidate.ready() ? CandidateStatus.State.STANDBY : CandidateStatus.State.UP;
    }

    private static double ago(long thenNanos, long nowNanos) {
        return thenNanos == 0 ? Double.NaN : Math.max(0, nowNanos - thenNanos) / NANOS_PER_SECOND;
    }

    static SessionStatus of(AgentStatus status, Sockets sockets, String client, long nowNanos, long wallMillis) {
        Path path = status.path();
        return new SessionStatus(
                status.state(),
                status.id(),
                status.version(),
                status.reason(),
                path == null ? null : path(path, sockets),
                status.inner().stream().map(Prefix::address).toList(),
                status.gateway() == null ? "" : status.gateway(),
                client,
                millis(status.rttNanos()),
                status.loss(),
                since(status.sinceNanos(), nowNanos, wallMillis),
                status.sentBytes(),
                status.receivedBytes());
    }

    static SessionStatus of(
            jumpvpn.core.gateway.SessionStatus status,
            String gateway,
            @Nullable Endpoint local,
            long nowNanos,
            long wallMillis) {
        return new SessionStatus(
                status.state(),
                status.id(),
                status.version(),
                status.reason(),
                path(status, local),
                status.inner().stream().map(Prefix::address).toList(),
                gateway,
                status.client(),
                millis(status.rttNanos()),
                status.loss(),
                since(status.sinceNanos(), nowNanos, wallMillis),
                status.sentBytes(),
                status.receivedBytes());
    }

    private static @Nullable PathStatus path(jumpvpn.core.gateway.SessionStatus status, @Nullable Endpoint local) {
        Protocol protocol = status.protocol();
        Endpoint remote = status.remote();
        return protocol == null || remote == null
                ? null
                : new PathStatus(
                        protocol.scheme() + "/" + remote, protocol, "", local == null ? remote : local, remote);
    }

    static List<SessionStatus> of(
            List<jumpvpn.core.gateway.SessionStatus> all,
            String gateway,
            @Nullable Endpoint local,
            long nowNanos,
            long wallMillis) {
        return all.stream()
                .map(status -> of(status, gateway, local, nowNanos, wallMillis))
                .toList();
    }

    /** @param name what its id shall be */
    static List<TransportStatus> transports(Sockets sockets, Function<PathSocket, String> name) {
        Map<Integer, TransportStatus> byPath = new LinkedHashMap<>();
        for (PathSocket socket : sockets.open()) {
            TransportStatus path = byPath.computeIfAbsent(
                    socket.id, _ -> new TransportStatus(name.apply(socket), new EnumMap<>(TransportCounter.class)));
            for (TransportCounter counter : TransportCounter.values()) {
                path.counts().merge(counter, socket.socket.count(counter), Long::sum);
            }
        }
        return List.copyOf(byPath.values());
    }

    private static double millis(long nanos) {
        return nanos == 0 ? Double.NaN : nanos / NANOS_PER_MILLI;
    }

    private static long since(long sinceNanos, long nowNanos, long wallMillis) {
        return wallMillis - (long) ((nowNanos - sinceNanos) / NANOS_PER_MILLI);
    }
}
