package jumpvpn.node.observability.otlp;

import jumpvpn.core.observability.Event;
import jumpvpn.node.observability.EventFormat;
import jumpvpn.node.observability.NumberedEvent;

/** An event as a {@code LogRecord} (opentelemetry/proto/logs/v1): the JSON line is its body, the fields its attributes. */
final class LogRecords {
    private static final int INFO = 9;
    private static final int WARN = 13;

    private final EventFormat body;

    LogRecords(EventFormat body) {
        this.body = body;
    }

    Proto of(NumberedEvent numbered) {
        Event event = numbered.event();
        boolean isWarning = switch (event.type()) {
            case SECURITY, REATTACH_REJECT, ILLEGAL_TRANSITION, EVENTS_DROPPED -> true;
            case STATE_CHANGE,
                    VOLATILITY_SIGNAL,
                    TRANSPORT_DEAD,
                    CANDIDATE,
                    REATTACH_REQUEST_SENT,
                    REATTACH_REQUEST_RECEIVED,
                    REATTACH_ACK_SENT,
                    REATTACH_ACK_RECEIVED,
                    TRANSPORT_SWITCH,
                    SWITCH_DENIED,
                    KEY_ROTATED,
                    OWNERSHIP_CHANGE,
                    POLICY_CHANGE,
                    OPERATOR_ACTION -> false;
        };
        long nanos = Otlp.unixNanos(numbered.wallMillis());
        Proto log = new Proto()
                .fixed64(1, nanos)
                .varint(2, isWarning ? WARN : INFO)
                .text(3, isWarning ? "WARN" : "INFO")
                .message(5, new Proto().text(1, body.line(numbered)));
        Otlp.attributes(log, 6, event);
        if (numbered.seq() >= 0) {
            Otlp.attribute(log, 6, "jumpvpn.seq", numbered.seq());
        }
        return log.fixed64(11, nanos).text(12, "jumpvpn." + event.type());
    }
}
