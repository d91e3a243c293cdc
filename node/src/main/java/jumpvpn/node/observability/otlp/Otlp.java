package jumpvpn.node.observability.otlp;

import java.util.List;
import jumpvpn.core.observability.Event;
import org.jspecify.annotations.Nullable;

/** What logs, traces and metrics have in common: attributes, the resource and the scope (opentelemetry/proto/common and resource v1). */
final class Otlp {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private Otlp() {}

    /** One {@code ResourceLogs}, {@code ResourceSpans} or {@code ResourceMetrics} as the only one of a request, with items in one scope. */
    static byte[] request(Resource resource, List<Proto> items) {
        Proto scope = new Proto().message(1, new Proto().text(1, "jumpvpn"));
        items.forEach(item -> scope.message(2, item));
        return new Proto()
                .message(1, new Proto().message(1, resource.proto()).message(2, scope))
                .bytes();
    }

    /** A {@code KeyValue} in this field; null: none. */
    static void attribute(Proto into, int field, String key, @Nullable Object value) {
        if (value != null) {
            into.message(field, new Proto().text(1, key).message(2, any(value)));
        }
    }

    private static Proto any(Object value) {
        return switch (value) {
            case Boolean truth -> new Proto().varint(2, truth ? 1 : 0);
            case Long number -> new Proto().varint(3, number);
            case Double number -> new Proto().number(4, number);
            case List<?> list -> {
                Proto array = new Proto();
                list.forEach(item -> array.message(1, any(item)));
                yield new Proto().message(5, array);
            }
            default -> new Proto().text(1, value.toString());
        };
    }

    /** What every event says, as attributes in this field. */
    static void attributes(Proto into, int field, Event event) {
        attribute(into, field, "jumpvpn.type", event.type());
        attribute(into, field, "jumpvpn.reason", event.reason());
        attribute(into, field, "jumpvpn.session_id", event.sessionId());
        attribute(into, field, "jumpvpn.state_version", event.version());
        attribute(into, field, "jumpvpn.from", event.from());
        attribute(into, field, "jumpvpn.to", event.to());
        attribute(into, field, "jumpvpn.path", event.path());
        attribute(into, field, "jumpvpn.policy_version", Integer.toUnsignedLong(event.policyVersion()));
        attribute(into, field, "jumpvpn.boot_ns", event.nanos());
        for (Event.Detail detail : event.details()) {
            attribute(into, field, "jumpvpn." + detail.name(), detail.value());
        }
    }

    static long unixNanos(long wallMillis) {
        return wallMillis * NANOS_PER_MILLI;
    }

    /**
     * Who speaks.
     *
     * @param node the node's name, {@code service.instance.id}
     * @param start names this start of it
     */
    record Resource(String node, String role, String start) {
        Proto proto() {
            Proto resource = new Proto();
            attribute(resource, 1, "service.name", "jumpvpn-" + role);
            attribute(resource, 1, "service.instance.id", node);
            attribute(resource, 1, "jumpvpn.start", start);
            return resource;
        }
    }
}
