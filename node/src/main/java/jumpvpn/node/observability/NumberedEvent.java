package jumpvpn.node.observability;

import java.util.List;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.StateVersion;

/**
 * An event as the node emitted it.
 *
 * @param seq the node's own count, from 0; {@link #UNNUMBERED}: what one sink alone says of itself
 * @param wallMillis when the turn began to emit that emitted it
 */
public record NumberedEvent(Event event, long seq, long wallMillis) {
    /** The number of an event that only one sink's stream has. */
    public static final long UNNUMBERED = -1;

    /** Says in a sink's stream that events before this place are missing in it. */
    public static NumberedEvent dropped(long count, Role role, long wallMillis) {
        Event event = new Event(
                0,
                EventType.EVENTS_DROPPED,
                ReasonCode.BUFFER_FULL,
                role,
                null,
                StateVersion.BIRTH,
                null,
                null,
                null,
                0,
                List.of(new Event.Detail("count", count)));
        return new NumberedEvent(event, UNNUMBERED, wallMillis);
    }
}
