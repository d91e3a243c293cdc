package jumpvpn.node.observability;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import org.jspecify.annotations.Nullable;

/**
 * Puts recoveries together out of a node's events. A session that is RECOVERING, then DEGRADED and RECOVERING again without a binding is in one recovery. Bounded: of more
 * than 4096 sessions in trouble the oldest is forgotten, of one session no more than 64 events are kept. One thread.
 */
public final class Reattaches {
    private static final int MOST_SESSIONS = 4096;
    private static final int MOST_EVENTS = 64;

    private static final class Trouble {
        final List<NumberedEvent> events = new ArrayList<>();

        @Nullable
        Event recovering;
    }

    private final Map<SessionId, Trouble> troubled = new LinkedHashMap<>();
    private final Consumer<Reattach> ended;

    /** @param ended takes each recovery at its end */
    public Reattaches(Consumer<Reattach> ended) {
        this.ended = ended;
    }

    /** The node's next event. */
    public void take(NumberedEvent numbered) {
        Event event = numbered.event();
        SessionId session = event.sessionId();
        if (session == null || event.isAgain()) {
            return;
        }
        if (begins(event) && !troubled.containsKey(session)) {
            if (troubled.size() == MOST_SESSIONS) {
                troubled.remove(troubled.keySet().iterator().next());
            }
            troubled.put(session, new Trouble());
        }
        Trouble trouble = troubled.get(session);
        if (trouble != null) {
            take(session, trouble, numbered);
        }
    }

    private static boolean begins(Event event) {
        return event.type() == EventType.VOLATILITY_SIGNAL
                || event.type() == EventType.TRANSPORT_DEAD
                || event.to() == SessionState.RECOVERING;
    }

    private void take(SessionId session, Trouble trouble, NumberedEvent numbered) {
        Event event = numbered.event();
        boolean isEnd = event.to() == SessionState.ATTACHED || event.to() == SessionState.TERMINATED;
        if (trouble.events.size() < MOST_EVENTS || isEnd) {
            trouble.events.add(numbered);
        }
        if (event.to() == SessionState.RECOVERING && trouble.recovering == null) {
            trouble.recovering = event;
        }
        if (isEnd) {
            troubled.remove(session);
            Event recovering = trouble.recovering;
            if (recovering != null) {
                ended.accept(new Reattach(
                        session,
                        event.role(),
                        recovering.reason(),
                        event.reason(),
                        event.version(),
                        recovering.nanos(),
                        event.nanos(),
                        List.copyOf(trouble.events)));
            }
        }
    }
}
