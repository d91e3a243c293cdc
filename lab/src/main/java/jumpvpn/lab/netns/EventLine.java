package jumpvpn.lab.netns;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of a node's event file, read as an outsider would.
 *
 * @param at the node's wall clock
 * @param role who wrote it: client or gateway
 * @param fields all fields, in the file's order
 */
public record EventLine(Instant at, String role, Map<String, @Nullable Object> fields) {
    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException if it is not a JSON object with {@code ts}, {@code role} and {@code type}
     */
    static EventLine parse(String line) {
        Map<String, @Nullable Object> fields = Json.object(line);
        Object time = fields.get("ts");
        if (time == null || fields.get("type") == null || !(fields.get("role") instanceof String role)) {
            throw new IllegalArgumentException("not an event (ts, role, type): " + line);
        }
        return new EventLine(instant(time.toString()), role, fields);
    }

    /** ISO 8601, or a number of seconds, milli-, micro- or nanoseconds since 1970, told apart by its size. */
    private static Instant instant(String time) {
        if (time.indexOf('T') > 0) {
            return Instant.parse(time);
        }
        BigDecimal nanos = new BigDecimal(time);
        while (nanos.compareTo(BigDecimal.valueOf(100_000_000_000_000_000L)) < 0) {
            nanos = nanos.movePointRight(3);
        }
        return Instant.ofEpochSecond(0, nanos.longValue());
    }

    String type() {
        return text("type");
    }

    /** Its reason. */
    public String reason() {
        return text("reason");
    }

    /** Its session; empty if it has none. */
    public String sessionId() {
        return text("session_id");
    }

    String to() {
        return text("to");
    }

    /** Whether it is of this type. */
    public boolean is(String type) {
        return type().equals(type);
    }

    /** Whether it is of this type, for this reason. */
    public boolean is(String type, String reason) {
        return is(type) && reason().equals(reason);
    }

    /** A row of the state machine that ends in {@code state}. */
    public boolean becomes(String state) {
        return is("STATE_CHANGE") && to().equals(state);
    }

    /** A field as text; empty when it is absent or null. */
    public String text(String name) {
        Object value = fields.get(name);
        return value == null ? "" : value instanceof String text ? text : Json.write(value);
    }
}
