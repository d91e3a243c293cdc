package jumpvpn.node.observability;

import java.util.concurrent.atomic.AtomicLongArray;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;

/** How many events were emitted, by type and reason: all of them, whatever became of them in sinks. One thread at a time counts, any reads. */
public final class EventCounts {
    private static final int REASONS = 128;

    private final AtomicLongArray counts = new AtomicLongArray(EventType.values().length * REASONS);

    /** Counts one. */
    public void count(Event event) {
        int at = at(event.type(), event.reason());
        counts.setRelease(at, counts.getPlain(at) + 1);
    }

    /** So many of these so far. */
    public long get(EventType type, ReasonCode reason) {
        return counts.get(at(type, reason));
    }

    private static int at(EventType type, ReasonCode reason) {
        return type.ordinal() * REASONS + reason.number();
    }
}
