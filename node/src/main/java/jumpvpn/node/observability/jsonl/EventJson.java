package jumpvpn.node.observability.jsonl;

import java.util.List;
import jumpvpn.core.observability.Event;
import jumpvpn.node.observability.EventFormat;
import jumpvpn.node.observability.NumberedEvent;

/** Events as JSON lines, fields in the order of contract section 5. Any thread. */
public final class EventJson implements EventFormat {
    /** Name and version of the format. */
    public static final String SCHEMA = "jumpvpn.event/2";

    private final String node;
    private final String start;

    /**
     * For the events of this node.
     *
     * @param start names this start of it, whose numbers begin with 0
     */
    public EventJson(String node, String start) {
        this.node = node;
        this.start = start;
    }

    @Override
    public String line(NumberedEvent event) {
        return line(event.event(), event.seq(), event.wallMillis());
    }

    /**
     * One line, without its line feed.
     *
     * @param seq the node's number of the event; negative: not numbered
     * @param wallMillis when it was emitted
     */
    public String line(Event event, long seq, long wallMillis) {
        JsonWriter json = new JsonWriter();
        json.beginObject();
        json.field("schema", SCHEMA).field("ts", UtcTime.format(wallMillis));
        if (seq >= 0) {
            json.field("seq", seq);
        }
        json.field("node", node)
                .field("role", event.role().label())
                .field("type", event.type().name())
                .field("reason", event.reason().name())
                .field("session_id", text(event.sessionId()))
                .field("state_version", event.version().toString())
                .field("from", text(event.from()))
                .field("to", text(event.to()))
                .field("path", event.path())
                .field("policy_version", Integer.toUnsignedLong(event.policyVersion()))
                .field("boot_ns", event.nanos())
                .field("start", start);
        for (Event.Detail detail : event.details()) {
            json.name(detail.name());
            value(json, detail.value());
        }
        return json.endObject().toString();
    }

    private static @org.jspecify.annotations.Nullable String text(@org.jspecify.annotations.Nullable Object value) {
        return value == null ? null : value.toString();
    }

    static void value(JsonWriter json, Object value) {
        switch (value) {
            case Long number -> json.value(number);
            case Double number -> json.value(number);
            case Boolean truth -> json.value(truth);
            case List<?> list -> {
                json.beginArray();
                list.forEach(item -> json.value(String.valueOf(item)));
                json.endArray();
            }
            default -> json.value(value.toString());
        }
    }
}
