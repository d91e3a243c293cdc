package jumpvpn.node.dashboard;

import java.util.Locale;
import jumpvpn.core.data.DropReason;
import jumpvpn.node.observability.jsonl.JsonWriter;
import jumpvpn.node.runtime.CandidateStatus;
import jumpvpn.node.runtime.NodeStatus;

/** What the page says of the node itself. */
final class NodeView {
    private NodeView() {}

    static void write(JsonWriter json, NodeStatus status) {
        json.beginObject()
                .field("role", status instanceof NodeStatus.Client ? "client" : "gateway")
                .field("name", status.name())
                .field("interface", status.interfaceName())
                .field("aes_256_gcm", status.crypto().aes256Gcm())
                .field("chacha20_poly1305", status.crypto().chacha20Poly1305());
        if (status instanceof NodeStatus.Gateway gateway) {
            json.field("since_ms", gateway.sinceMillis())
                    .field("clients", gateway.clients())
                    .field("state_folder", gateway.state())
                    .field("state_problem", gateway.stateProblem());
        }
        json.name("drops").beginObject();
        for (DropReason reason : DropReason.values()) {
            long count = status.drops().get(reason);
            if (count > 0) {
                json.field(reason.name().toLowerCase(Locale.ROOT), count);
            }
        }
        json.endObject().endObject();
    }

    /** The paths that a client may use; none of a gateway. */
    static void candidates(JsonWriter json, NodeStatus status) {
        json.beginArray();
        if (status instanceof NodeStatus.Client client) {
            for (CandidateStatus candidate : client.candidates()) {
                json.beginObject()
                        .field("id", candidate.path().id())
                        .field("state", candidate.state().name().toLowerCase(Locale.ROOT))
                        .field("rtt_ms", candidate.rttMillis())
                        .field("answered_s", candidate.answeredSecondsAgo())
                        .endObject();
            }
        }
        json.endArray();
    }
}
