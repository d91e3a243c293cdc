package jumpvpn.node.dashboard;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import jumpvpn.core.session.SessionState;
import jumpvpn.node.observability.jsonl.Json;
import org.jspecify.annotations.Nullable;

/**
 * An event as the node's stream said it.
 *
 * @param line as it came
 * @param millis its wall clock
 * @param session null without one
 * @param to the new state, with STATE_CHANGE only
 */
record Seen(
        String line,
        long millis,
        String type,
        String reason,
        @Nullable String session,
        String version,
        @Nullable SessionState to,
        @Nullable String path,
        Json.Fields fields) {
    /** Reads a line; empty if it is no event. */
    static Optional<Seen> parse(String line) {
        try {
            return Json.parse(line) instanceof Json.Fields fields ? Optional.of(of(line, fields)) : Optional.empty();
        } catch (IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Seen of(String line, Json.Fields fields) {
        String to = text(fields, "to");
        return new Seen(
                line,
                Instant.parse(fields.text("ts").orElse("")).toEpochMilli(),
                fields.text("type").orElse(""),
                fields.text("reason").orElse(""),
                text(fields, "session_id"),
                fields.text("state_version").orElse(""),
                to == null ? null : state(to),
                text(fields, "path"),
                fields);
    }

    private static @Nullable SessionState state(String name) {
        return Arrays.stream(SessionState.values())
                .filter(state -> state.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private static @Nullable String text(Json.Fields fields, String name) {
        return fields.get(name) instanceof Json.Text text ? text.value() : null;
    }

    /** A whole number of the event. */
    long number(String name, long otherwise) {
        return fields.get(name) instanceof Json.Figure figure && figure.digits().matches("[0-9]{1,18}")
                ? Long.parseLong(figure.digits())
                : otherwise;
    }

    /** Whether a row is said again by an owner that loaded it. */
    boolean isAgain() {
        return fields.isTrue("again");
    }

    boolean is(String wanted) {
        return type.equals(wanted);
    }
}
