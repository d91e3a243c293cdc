package jumpvpn.core.observability.audit;

import static jumpvpn.core.session.ReasonCode.*;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionState;
import org.jspecify.annotations.Nullable;

/** Who may say which type of event, with which reasons. Rows are the transition table's; a type that is not here takes every reason. */
final class Vocabulary {
    private static final Map<EventType, Set<ReasonCode>> REASONS = new EnumMap<>(EventType.class);
    private static final Map<EventType, Role> SPEAKER = new EnumMap<>(EventType.class);

    static {
        REASONS.put(EventType.VOLATILITY_SIGNAL, EnumSet.of(LOSS_SPIKE, LATENCY_SPIKE, JITTER_SPIKE, HEARTBEAT_MISSED));
        REASONS.put(
                EventType.TRANSPORT_DEAD,
                EnumSet.of(NO_DELIVERY_WINDOW, LINK_DOWN, SOCKET_ERROR, PEER_RESET, PEER_REPORTED, KEY_EXPIRED));
        REASONS.put(EventType.CANDIDATE, EnumSet.of(CANDIDATE_UP, CANDIDATE_DOWN));
        Set<ReasonCode> causes = EnumSet.of(BETTER_PATH, OPERATOR_JUMP, LINK_GOING_DOWN, GATEWAY_DRAINING);
        REASONS.put(EventType.REATTACH_REQUEST_SENT, with(causes, TRANSPORT_DEAD));
        REASONS.put(EventType.REATTACH_REQUEST_RECEIVED, with(causes, PEER_REPORTED));
        REASONS.put(EventType.REATTACH_ACK_SENT, EnumSet.of(REATTACH_ACCEPT));
        REASONS.put(EventType.REATTACH_ACK_RECEIVED, EnumSet.of(REATTACH_ACCEPT));
        REASONS.put(EventType.TRANSPORT_SWITCH, EnumSet.of(CANDIDATE_SELECTED, BOUND, NAT_REBIND));
        REASONS.put(EventType.ILLEGAL_TRANSITION, EnumSet.of(ReasonCode.ILLEGAL_TRANSITION));
        REASONS.put(EventType.OPERATOR_ACTION, EnumSet.of(ACTION_DONE, ACTION_REFUSED));
        REASONS.put(EventType.EVENTS_DROPPED, EnumSet.of(BUFFER_FULL));
        SPEAKER.put(EventType.CANDIDATE, Role.CLIENT);
        SPEAKER.put(EventType.REATTACH_REQUEST_SENT, Role.CLIENT);
        SPEAKER.put(EventType.REATTACH_ACK_RECEIVED, Role.CLIENT);
        SPEAKER.put(EventType.REATTACH_REQUEST_RECEIVED, Role.GATEWAY);
        SPEAKER.put(EventType.REATTACH_ACK_SENT, Role.GATEWAY);
    }

    private Vocabulary() {}

    private static Set<ReasonCode> with(Set<ReasonCode> reasons, ReasonCode more) {
        EnumSet<ReasonCode> all = EnumSet.copyOf(reasons);
        all.add(more);
        return all;
    }

    /** What is wrong with the event on its own, in words; null if nothing is. */
    static @Nullable String problem(Event event) {
        Role speaker = SPEAKER.get(event.type());
        if (speaker != null && speaker != event.role()) {
            return "a " + event.role().label() + " does not say " + event.type();
        }
        Set<ReasonCode> reasons = REASONS.get(event.type());
        if (reasons != null && !reasons.contains(event.reason())) {
            return event.type() + " has no reason " + event.reason();
        }
        boolean row = event.type() == EventType.STATE_CHANGE;
        if (row != (event.from() != null) || row != (event.to() != null)) {
            return event.type() + " from " + event.from() + " to " + event.to();
        }
        return row && event.sessionId() == null && event.to() != SessionState.TERMINATED
                ? "a session without an identifier"
                : null;
    }
}
