package jumpvpn.node.app;

import java.util.List;
import java.util.Locale;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.net.IpAddress;
import jumpvpn.node.observability.jsonl.JsonWriter;
import jumpvpn.node.observability.jsonl.UtcTime;
import jumpvpn.node.runtime.CandidateStatus;
import jumpvpn.node.runtime.NodeStatus;
import jumpvpn.node.runtime.PathStatus;
import jumpvpn.node.runtime.SessionStatus;
import jumpvpn.node.runtime.TransportStatus;
import org.jspecify.annotations.Nullable;

/** The JSON of {@code status} and {@code sessions}; its fields are documented and only ever added to. */
final class StatusJson {
    private StatusJson() {}

    static void node(JsonWriter json, NodeStatus status) {
        json.beginObject();
        switch (status) {
            case NodeStatus.Client client -> {
                json.field("role", "client").field("name", client.name()).field("interface", client.interfaceName());
                fields(json, client.session());
                json.name("candidates").beginArray();
                client.candidates().forEach(candidate -> candidate(json, candidate));
                json.endArray();
            }
            case NodeStatus.Gateway gateway -> {
                json.field("role", "gateway").field("name", gateway.name()).field("interface", gateway.interfaceName());
                json.field("listen", gateway.listen())
                        .field("since", UtcTime.format(gateway.sinceMillis()))
                        .field("ownership", gateway.ownership())
                        .field("state_folder", gateway.state())
                        .field("state_problem", gateway.stateProblem())
                        .field("clients", gateway.clients());
                sessions(json.name("sessions"), gateway.sessions());
            }
        }
        json.name("crypto")
                .beginObject()
                .field("aes_256_gcm", status.crypto().aes256Gcm())
                .field("chacha20_poly1305", status.crypto().chacha20Poly1305())
                .field("x25519", status.crypto().x25519())
                .endObject();
        json.name("drops").beginObject();
        for (DropReason reason : DropReason.values()) {
            json.field(reason.name().toLowerCase(Locale.ROOT), status.drops().get(reason));
        }
        json.endObject();
        transports(json, status.transports());
        json.endObject();
    }

    private static void transports(JsonWriter json, List<TransportStatus> transports) {
        json.name("transports").beginArray();
        for (TransportStatus transport : transports) {
            json.beginObject().field("id", transport.id()).name("counters").beginObject();
            transport
                    .counts()
                    .forEach((counter, count) -> json.field(counter.name().toLowerCase(Locale.ROOT), count));
            json.endObject().endObject();
        }
        json.endArray();
    }

    static void sessions(JsonWriter json, List<SessionStatus> sessions) {
        json.beginArray();
        for (SessionStatus session : sessions) {
            json.beginObject();
            fields(json, session);
            json.endObject();
        }
        json.endArray();
    }

    private static void fields(JsonWriter json, SessionStatus session) {
        List<String> inner =
                session.innerAddresses().stream().map(IpAddress::toString).toList();
        json.field("state", session.state().name())
                .field("session_id", text(session.sessionId()))
                .field("state_version", session.stateVersion().toString())
                .field("epoch", Integer.toUnsignedLong(session.stateVersion().epoch()))
                .field("reason", text(session.reason()))
                .name("path");
        path(json, session.path());
        json.field("inner_address", inner.isEmpty() ? null : inner.getFirst())
                .field("inner_addresses", inner)
                .field("gateway", session.gateway())
                .field("client", session.client())
                .field("rtt_ms", rounded(session.rttMillis(), 1e3))
                .field("loss", rounded(session.loss(), 1e4))
                .field("since", UtcTime.format(session.sinceMillis()))
                .field("tx_bytes", session.txBytes())
                .field("rx_bytes", session.rxBytes());
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }

    private static double rounded(double value, double parts) {
        return Double.isFinite(value) ? Math.round(value * parts) / parts : value;
    }

    private static void path(JsonWriter json, @Nullable PathStatus path) {
        if (path == null) {
            json.value((String) null);
            return;
        }
        json.beginObject();
        fields(json, path);
        json.endObject();
    }

    private static void fields(JsonWriter json, PathStatus path) {
        json.field("id", path.id())
                .field("protocol", path.protocol().scheme())
                .field("interface", path.interfaceName())
                .field("local", path.local().toString())
                .field("remote", path.remote().toString());
    }

    private static void candidate(JsonWriter json, CandidateStatus candidate) {
        json.beginObject();
        fields(json, candidate.path());
        json.field("state", candidate.state().name().toLowerCase(Locale.ROOT))
                .field("rtt_ms", rounded(candidate.rttMillis(), 1e3))
                .field("loss", rounded(candidate.loss(), 1e4))
                .field("answered_seconds_ago", rounded(candidate.answeredSecondsAgo(), 1e1))
                .endObject();
    }
}
