package jumpvpn.lab.sim;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.node.observability.jsonl.EventJson;

/** The JSON Schema of events, made of the code's own lists; only what each type adds is written here. */
final class EventSchema {
    private static final String TEXT = "{\"type\": \"string\"}";
    private static final String COUNT = "{\"type\": \"integer\", \"minimum\": 0}";
    private static final String TRUTH = "{\"type\": \"boolean\"}";
    private static final String TEXTS = "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}";
    private static final String NULL = "{\"type\": \"null\"}";
    private static final Map<EventType, Map<String, String>> DETAILS = new EnumMap<>(EventType.class);

    static {
        details(EventType.STATE_CHANGE, TEXT, "client", "detail", "text", "target", "candidate");
        details(EventType.STATE_CHANGE, TEXTS, "inner");
        details(EventType.STATE_CHANGE, TRUTH, "again");
        details(EventType.REATTACH_REQUEST_RECEIVED, TEXTS, "gates");
        details(EventType.REATTACH_REQUEST_RECEIVED, TEXT, "client_address", "link");
        details(EventType.REATTACH_ACK_RECEIVED, TEXT, "observed");
        details(EventType.REATTACH_REJECT, COUNT, "count");
        details(EventType.TRANSPORT_SWITCH, TEXTS, "candidates");
        details(EventType.TRANSPORT_SWITCH, TEXT, "before");
        details(EventType.KEY_ROTATED, COUNT, "phase", "generation");
        details(EventType.OWNERSHIP_CHANGE, TEXT, "from_gateway", "to_gateway");
        details(EventType.SECURITY, TEXT, "public_key", "first_from", "address");
        details(EventType.SECURITY, COUNT, "count", "expected_epoch");
        details(EventType.ILLEGAL_TRANSITION, TEXT, "demanded", "state");
        details(EventType.OPERATOR_ACTION, TEXT, "action", "through", "target", "refusal");
        details(EventType.EVENTS_DROPPED, COUNT, "count");
    }

    private EventSchema() {}

    private static void details(EventType type, String kind, String... names) {
        Map<String, String> known = DETAILS.computeIfAbsent(type, _ -> new LinkedHashMap<>());
        for (String name : names) {
            known.put(name, kind);
        }
    }

    static String text() {
        StringBuilder text = new StringBuilder("{\n");
        text.append("  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n");
        text.append("  \"$id\": \"urn:")
                .append(EventJson.SCHEMA.replace('/', ':'))
                .append("\",\n");
        text.append("  \"title\": \"An event of Jumping VPN, ")
                .append(EventJson.SCHEMA)
                .append("\",\n");
        text.append("  \"type\": \"object\",\n  \"properties\": {\n");
        common().forEach((name, kind) -> text.append("    \"" + name + "\": " + kind + ",\n"));
        text.setLength(text.length() - 2);
        List<String> required =
                common().keySet().stream().filter(name -> !name.equals("seq")).toList();
        text.append("\n  },\n  \"required\": ").append(quoted(required)).append(",\n  \"allOf\": [\n");
        for (EventType type : EventType.values()) {
            text.append(rule(type));
        }
        text.setLength(text.length() - 2);
        return text.append("\n  ],\n  \"unevaluatedProperties\": false\n}\n").toString();
    }

    private static Map<String, String> common() {
        Map<String, String> common = new LinkedHashMap<>();
        common.put("schema", "{\"const\": \"" + EventJson.SCHEMA + "\"}");
        common.put("ts", pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\\\.[0-9]{3}Z$"));
        common.put("seq", COUNT);
        common.put("node", TEXT);
        common.put("role", "{\"enum\": [\"client\", \"gateway\"]}");
        common.put("type", names(EventType.values()));
        common.put("reason", names(ReasonCode.values()));
        common.put("session_id", "{\"type\": [\"string\", \"null\"], \"pattern\": \"^[0-9a-f]{32}$\"}");
        common.put("state_version", pattern("^[0-9]{1,10}\\\\.[0-9]{1,10}$"));
        common.put("from", "{\"enum\": " + quoted(states()).replace("]", ", null]") + "}");
        common.put("to", common.get("from"));
        common.put("path", "{\"type\": [\"string\", \"null\"]}");
        common.put("policy_version", "{\"type\": \"integer\", \"minimum\": 0, \"maximum\": 4294967295}");
        common.put("boot_ns", COUNT);
        common.put("start", TEXT);
        return common;
    }

    private static List<String> states() {
        return Arrays.stream(SessionState.values()).map(Enum::name).toList();
    }

    private static String pattern(String pattern) {
        return "{\"type\": \"string\", \"pattern\": \"" + pattern + "\"}";
    }

    private static String names(Enum<?>[] values) {
        return "{\"enum\": " + quoted(Arrays.stream(values).map(Enum::name).toList()) + "}";
    }

    private static String quoted(List<String> values) {
        return "[\"" + String.join("\", \"", values) + "\"]";
    }

    private static String rule(EventType type) {
        Map<String, String> properties = new LinkedHashMap<>();
        boolean isRow = type == EventType.STATE_CHANGE;
        properties.put("from", isRow ? "{\"enum\": " + quoted(states()) + "}" : NULL);
        properties.put("to", properties.get("from"));
        properties.putAll(DETAILS.getOrDefault(type, Map.of()));
        StringBuilder rule = new StringBuilder("    {\"if\": {\"properties\": {\"type\": {\"const\": \"" + type
                + "\"}}},\n     \"then\": {\"properties\": {");
        properties.forEach((name, kind) -> rule.append("\"" + name + "\": " + kind + ", "));
        rule.setLength(rule.length() - 2);
        String must = type == EventType.EVENTS_DROPPED ? "count" : "seq";
        return rule.append("}, \"required\": [\"" + must + "\"]}},\n").toString();
    }
}
