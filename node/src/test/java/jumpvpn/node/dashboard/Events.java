package jumpvpn.node.dashboard;

import java.util.List;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import jumpvpn.node.observability.jsonl.EventJson;
import org.jspecify.annotations.Nullable;

/** A gateway's events for tests, by the product's own writer. */
final class Events {
    private static final EventJson JSON = new EventJson("gw1", "1122334455667788");

    private Events() {}

    static String id(long n) {
        return new SessionId(n, n).toString();
    }

    static Seen row(
            long n,
            @Nullable SessionState from,
            SessionState to,
            ReasonCode reason,
            long millis,
            Event.Detail... details) {
        return seen(EventType.STATE_CHANGE, n, from, to, reason, millis, details);
    }

    static Seen other(EventType type, ReasonCode reason, long millis, Event.Detail... details) {
        return seen(type, 0, null, null, reason, millis, details);
    }

    private static Seen seen(
            EventType type,
            long n,
            @Nullable SessionState from,
            @Nullable SessionState to,
            ReasonCode reason,
            long millis,
            Event.Detail... details) {
        String line = JSON.line(
                new Event(
                        1,
                        type,
                        reason,
                        Role.GATEWAY,
                        n == 0 ? null : new SessionId(n, n),
                        StateVersion.of(1, 0),
                        from,
                        to,
                        "udp/from/192.0.2.1:5000",
                        1,
                        List.of(details)),
                1,
                millis);
        return Seen.parse(line).orElseThrow();
    }
}
