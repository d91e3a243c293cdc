package jumpvpn.node.observability;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.jspecify.annotations.Nullable;

/** Numbered events: one of each type, or a client's jump. */
public final class Samples {
    /** The wall clock of number 0; each further number is a second later. */
    public static final long WALL_MILLIS = 1_800_000_000_000L;

    private static final SessionId SESSION = new SessionId(0x0123456789abcdefL, 0x1122334455667788L);

    private Samples() {}

    /** An event of no session with this number. */
    public static NumberedEvent plain(long seq) {
        return of(seq, EventType.SECURITY, ReasonCode.BAD_PROOF, null, null, new Event.Detail("count", 1L));
    }

    /** An event of a session. */
    public static NumberedEvent of(
            long seq,
            EventType type,
            ReasonCode reason,
            @Nullable SessionState from,
            @Nullable SessionState to,
            Event.Detail... details) {
        Event event = new Event(
                1_000_000_000L * seq,
                type,
                reason,
                Role.CLIENT,
                SESSION,
                StateVersion.of(reason == ReasonCode.REATTACH_ACCEPT ? 2 : 1, 0),
                from,
                to,
                "udp/wifi0/10.1.0.2>198.51.100.1:4500",
                -5,
                List.of(details));
        return new NumberedEvent(event, seq, WALL_MILLIS + 1000 * seq);
    }

    /** One of each type, in the order of the enum. */
    public static List<NumberedEvent> everyType() {
        List<NumberedEvent> all = new ArrayList<>();
        for (EventType type : EventType.values()) {
            boolean isRow = type == EventType.STATE_CHANGE;
            all.add(of(
                    all.size(),
                    type,
                    ReasonCode.BAD_PROOF,
                    isRow ? SessionState.BIRTH : null,
                    isRow ? SessionState.ATTACHED : null,
                    new Event.Detail("inner", List.of("10.77.0.2/32", "fd77::2/128")),
                    new Event.Detail("text", "a \"quoted\" ] \\ and \n é"),
                    new Event.Detail("again", true)));
        }
        return all;
    }

    /** A path dies, the client reattaches: rows and what lies between. */
    public static List<NumberedEvent> jump() {
        return List.of(
                of(0, EventType.STATE_CHANGE, ReasonCode.HANDSHAKE_OK, SessionState.BIRTH, SessionState.ATTACHED),
                of(1, EventType.TRANSPORT_DEAD, ReasonCode.LINK_DOWN, null, null),
                of(
                        2,
                        EventType.STATE_CHANGE,
                        ReasonCode.TRANSPORT_DEAD,
                        SessionState.ATTACHED,
                        SessionState.RECOVERING),
                of(3, EventType.REATTACH_REQUEST_SENT, ReasonCode.TRANSPORT_DEAD, null, null),
                of(4, EventType.TRANSPORT_SWITCH, ReasonCode.CANDIDATE_SELECTED, null, null),
                of(5, EventType.REATTACH_ACK_RECEIVED, ReasonCode.REATTACH_ACCEPT, null, null),
                of(
                        6,
                        EventType.STATE_CHANGE,
                        ReasonCode.REATTACH_ACCEPT,
                        SessionState.RECOVERING,
                        SessionState.ATTACHED));
    }
}
