package jumpvpn.node.observability.jsonl;

import java.util.List;
import java.util.Locale;
import jumpvpn.core.observability.Event;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.node.observability.EventFormat;
import jumpvpn.node.observability.NumberedEvent;
import org.jspecify.annotations.Nullable;

/**
 * Events in the Elastic Common Schema, version 8.11, for SIEMs: what ECS has a field for stands there, all that is this project's own below {@code jumpvpn}. Dotted names.
 * Any thread.
 */
public final class EcsJson implements EventFormat {
    private final String node;
    private final String start;

    /**
     * For the events of this node.
     *
     * @param start names this start of it, whose numbers begin with 0
     */
    public EcsJson(String node, String start) {
        this.node = node;
        this.start = start;
    }

    /** ECS's allowed values of {@code event.category}, {@code event.type} and {@code event.outcome}. */
    private record Kind(
            String kind,
            String category,
            String type,
            @Nullable String outcome) {}

    private static Kind kind(Event event) {
        return switch (event.type()) {
            case STATE_CHANGE ->
                switch (event.to()) {
                    case ATTACHED -> new Kind("event", "session", "start", "success");
                    case TERMINATED -> new Kind("event", "session", "end", null);
                    case null, default -> new Kind("event", "session", "change", null);
                };
            case REATTACH_REQUEST_SENT, REATTACH_REQUEST_RECEIVED -> new Kind("event", "network", "access", "unknown");
            case REATTACH_ACK_SENT, REATTACH_ACK_RECEIVED -> new Kind("event", "network", "allowed", "success");
            case REATTACH_REJECT, SWITCH_DENIED, ILLEGAL_TRANSITION ->
                new Kind("event", "network", "denied", "failure");
            case SECURITY -> new Kind("alert", "intrusion_detection", "denied", "failure");
            case TRANSPORT_DEAD, VOLATILITY_SIGNAL -> new Kind("event", "network", "error", null);
            case CANDIDATE, TRANSPORT_SWITCH -> new Kind("event", "network", "change", null);
            case KEY_ROTATED, OWNERSHIP_CHANGE, POLICY_CHANGE -> new Kind("event", "configuration", "change", null);
            case OPERATOR_ACTION ->
                new Kind(
                        "event",
                        "configuration",
                        "change",
                        event.reason() == ReasonCode.ACTION_DONE ? "success" : "failure");
            case EVENTS_DROPPED -> new Kind("pipeline_error", "host", "error", null);
        };
    }

    @Override
    public String line(NumberedEvent numbered) {
        Event event = numbered.event();
        Kind kind = kind(event);
        JsonWriter json = new JsonWriter().beginObject();
        json.field("@timestamp", UtcTime.format(numbered.wallMillis()));
        json.field("ecs.version", "8.11.0");
        json.field("event.kind", kind.kind);
        json.field("event.category", List.of(kind.category));
        json.field("event.type", List.of(kind.type));
        if (kind.outcome != null) {
            json.field("event.outcome", kind.outcome);
        }
        json.field("event.action", event.type().name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .field("event.code", event.type().name())
                .field("event.reason", event.reason().name())
                .field("event.provider", "jumpvpn")
                .field("event.dataset", "jumpvpn.event");
        if (numbered.seq() >= 0) {
            json.field("event.sequence", numbered.seq());
        }
        json.field("observer.name", node).field("observer.vendor", "jumpvpn").field("observer.type", "vpn");
        network(json, event);
        own(json, event);
        return json.endObject().toString();
    }

    private static void network(JsonWriter json, Event event) {
        String path = event.path();
        if (path != null && path.contains("/")) {
            json.field("network.transport", path.substring(0, path.indexOf('/')));
        }
        for (Event.Detail detail : event.details()) {
            if (detail.name().equals("client")) {
                json.field("user.name", detail.value().toString());
            }
        }
    }

    private void own(JsonWriter json, Event event) {
        json.field("jumpvpn.role", event.role().label())
                .field("jumpvpn.session_id", text(event.sessionId()))
                .field("jumpvpn.state_version", event.version().toString())
                .field("jumpvpn.from", text(event.from()))
                .field("jumpvpn.to", text(event.to()))
                .field("jumpvpn.path", event.path())
                .field("jumpvpn.policy_version", Integer.toUnsignedLong(event.policyVersion()))
                .field("jumpvpn.boot_ns", event.nanos())
                .field("jumpvpn.start", start);
        for (Event.Detail detail : event.details()) {
            json.name("jumpvpn.detail." + detail.name());
            EventJson.value(json, detail.value());
        }
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }
}
