package jumpvpn.node.app;

import jumpvpn.node.observability.jsonl.JsonWriter;
import jumpvpn.node.runtime.ClusterStatus;
import org.jspecify.annotations.Nullable;

/** The JSON of {@code cluster}; its fields are documented and only ever added to. */
final class ClusterJson {
    private static final double MICROS_PER_MILLI = 1e3;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private ClusterJson() {}

    static void cluster(JsonWriter json, ClusterStatus cluster) {
        Long left = cluster.leaseLeftNanos();
        json.beginObject()
                .field("mode", cluster.mode())
                .field("name", cluster.name())
                .field("sessions", cluster.sessions())
                .field("draining", cluster.draining());
        known(json, "lease_left_ms", left != null, left == null ? 0 : left / NANOS_PER_MILLI);
        json.field("clients", cluster.clients()).field("clients_digest", cluster.clientsDigest());
        json.name("members").beginArray();
        cluster.members().forEach(member -> member(json, member));
        json.endArray().name("store");
        store(json, cluster.store());
        json.endObject();
    }

    private static void member(JsonWriter json, ClusterStatus.Row member) {
        Boolean alive = member.alive();
        json.beginObject().field("name", member.name()).field("number", member.number());
        if (alive == null) {
            json.field("alive", (String) null);
        } else {
            json.field("alive", alive);
        }
        json.field("draining", member.draining());
        known(json, "sessions", member.sessions() >= 0, member.sessions());
        known(json, "sign_age_ms", member.signAgeMillis() >= 0, member.signAgeMillis());
        json.endObject();
    }

    private static void store(JsonWriter json, ClusterStatus.@Nullable Store store) {
        if (store == null) {
            json.value((String) null);
            return;
        }
        json.beginObject()
                .field("endpoint", store.endpoint())
                .field("p50_ms", store.p50Micros() / MICROS_PER_MILLI)
                .field("p99_ms", store.p99Micros() / MICROS_PER_MILLI)
                .field("revision", store.revision())
                .field("error", store.error())
                .endObject();
    }

    private static void known(JsonWriter json, String name, boolean isKnown, long value) {
        if (isKnown) {
            json.field(name, value);
        } else {
            json.field(name, (String) null);
        }
    }
}
