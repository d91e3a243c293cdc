package jumpvpn.node.dashboard;

import java.util.List;
import jumpvpn.node.observability.jsonl.JsonWriter;

/**
 * A gateway as the cluster page shows it.
 *
 * @param self whether it is the node that serves the page
 * @param state one of {@code alive}, {@code draining}, {@code gone}, {@code unknown}
 * @param sessions -1: unknown
 * @param sinceMillis wall clock of its start, or of its last sign of life; 0: unknown
 */
record Member(String name, boolean self, String state, List<String> endpoints, long sessions, long sinceMillis) {
    void write(JsonWriter json) {
        json.beginObject()
                .field("name", name)
                .field("self", self)
                .field("state", state)
                .field("endpoints", endpoints)
                .field("sessions", sessions)
                .field("since_ms", sinceMillis)
                .endObject();
    }
}
