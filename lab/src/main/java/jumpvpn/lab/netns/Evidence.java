package jumpvpn.lab.netns;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jumpvpn.core.net.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * All that one run has seen; verdicts are computed from nothing else.
 *
 * @param cut when the lab acted
 * @param transports that both ends had, the preferred first
 * @param measuredMillis what the scenario itself measured; NaN: nothing
 * @param looked what the scenario saw when it looked inside; empty: it did not
 * @param kills how often the gateway was to be killed in a row
 * @param before both ends' status before
 * @param after both ends' status at the end
 * @param traffic what became of probes, download and connection
 * @param client the client's events
 * @param gateway the gateway's events
 * @param wires what passed the outer links
 */
record Evidence(
        Instant cut,
        List<Protocol> transports,
        double measuredMillis,
        String looked,
        int kills,
        Statuses before,
        Statuses after,
        Traffic.Report traffic,
        List<EventLine> client,
        List<EventLine> gateway,
        Wires wires) {
    /**
     * The answers of {@code status --json}; an end that did not answer has none of the fields.
     *
     * @param client the client's
     * @param gateway the gateway's
     */
    record Statuses(Map<String, @Nullable Object> client, Map<String, @Nullable Object> gateway) {}

    /** A field of the client's status before, as text; empty if absent. */
    String before(String field) {
        return text(before.client(), field);
    }

    /** A field of the client's status at the end, as text; empty if absent. */
    String after(String field) {
        return text(after.client(), field);
    }

    /** What an end dropped between the two statuses, by reason. */
    static String dropped(Map<String, @Nullable Object> before, Map<String, @Nullable Object> after) {
        if (!(before.get("drops") instanceof Map<?, ?> old) || !(after.get("drops") instanceof Map<?, ?> now)) {
            return "";
        }
        return now.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(old.get(entry.getKey())))
                .map(entry -> entry.getKey() + " " + old.get(entry.getKey()) + "->" + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    private static String text(Map<String, @Nullable Object> status, String name) {
        Object value = status.get(name);
        return value == null ? "" : value instanceof String text ? text : Json.write(value);
    }
}
