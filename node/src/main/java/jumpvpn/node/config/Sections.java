package jumpvpn.node.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The sections of both files and their keys: the whole vocabulary in one place. */
final class Sections {
    static final List<Key> GATEWAY = List.of(
            Key.required("name", Key.Kind.TEXT, "\"gw1\""),
            Key.required("private-key", Key.Kind.TEXT, "\"gw1.key\""),
            Key.required("listen", Key.Kind.TEXTS, "[\"udp://0.0.0.0:4500\"]"),
            Key.optional("control", Key.Kind.TEXT, "\"/run/jumpvpn/gw1.sock\""),
            Key.optional("events", Key.Kind.TEXT, "\"events.jsonl\""),
            Key.optional("events-key", Key.Kind.TEXT, "\"gw1-events.key\""),
            Key.optional("crypto", Key.Kind.TEXT, "\"auto\""),
            Key.optional("state", Key.Kind.TEXT, "\"gw1.state\""));

    static final List<Key> GATEWAY_NETWORK = List.of(
            Key.required("interface", Key.Kind.TEXT, "\"jvpn0\""),
            Key.required("address", Key.Kind.TEXTS, "[\"10.77.0.1/24\", \"fd77::1/64\"]"),
            Key.optional("masquerade", Key.Kind.FLAG, "false"));

    static final List<Key> GATEWAY_CLIENT = List.of(
            Key.required("name", Key.Kind.TEXT, "\"laptop\""),
            Key.required("public-key", Key.Kind.TEXT, "\"…\", the line that \"jumpvpn pubkey < laptop.key\" prints"),
            Key.optional("address", Key.Kind.TEXTS, "[\"10.77.0.2\", \"fd77::2\"]"));

    static final List<Key> OWNERSHIP = List.of(
            Key.required("mode", Key.Kind.TEXT, "\"etcd\""),
            Key.optional("endpoints", Key.Kind.TEXTS, "[\"http://10.0.0.1:2379\"]"),
            Key.optional("lease", Key.Kind.TEXT, "\"3s\""),
            Key.optional("prefix", Key.Kind.TEXT, "\"jumpvpn/\""),
            Key.optional("ca", Key.Kind.TEXT, "\"etcd-ca.pem\""),
            Key.optional("certificate", Key.Kind.TEXT, "\"gw1.pem\""),
            Key.optional("key", Key.Kind.TEXT, "\"gw1-key.pem\""),
            Key.optional("user", Key.Kind.TEXT, "\"gw1\""),
            Key.optional("password", Key.Kind.TEXT, "\"etcd.password\", the file that holds it"));

    static final List<Key> CLUSTER = List.of(
            Key.optional("secret", Key.Kind.TEXT, "\"cluster.key\", a file as \"jumpvpn genkey\" prints it"),
            Key.optional("inside", Key.Kind.TEXT, "\"lan0\""),
            Key.optional("on-own", Key.Kind.TEXT, "\"/etc/jumpvpn/own\""),
            Key.optional("on-release", Key.Kind.TEXT, "\"/etc/jumpvpn/release\""));

    static final List<Key> MEMBER = List.of(
            Key.required("name", Key.Kind.TEXT, "\"gw1\""),
            Key.required("number", Key.Kind.NUMBER, "1"),
            Key.optional("endpoints", Key.Kind.TEXTS, "[\"udp://198.51.100.1:4500\"]"),
            Key.optional("inside", Key.Kind.TEXT, "\"10.88.0.11\""),
            Key.optional("gone", Key.Kind.FLAG, "false"));

    static final List<Key> CLIENT = List.of(
            Key.required("name", Key.Kind.TEXT, "\"laptop\""),
            Key.required("private-key", Key.Kind.TEXT, "\"laptop.key\""),
            Key.optional("control", Key.Kind.TEXT, "\"/run/jumpvpn/laptop.sock\""),
            Key.optional("events", Key.Kind.TEXT, "\"events.jsonl\""),
            Key.optional("events-key", Key.Kind.TEXT, "\"laptop-events.key\""),
            Key.optional("crypto", Key.Kind.TEXT, "\"auto\""));

    static final List<Key> CLIENT_NETWORK = List.of(
            Key.required("interface", Key.Kind.TEXT, "\"jvpn0\""),
            Key.optional("routes", Key.Kind.TEXTS, "[\"10.88.0.0/24\"]"));

    static final List<Key> CLIENT_GATEWAY = List.of(
            Key.required("name", Key.Kind.TEXT, "\"gw1\""),
            Key.required("public-key", Key.Kind.TEXT, "\"…\", the line that \"jumpvpn pubkey < gw1.key\" prints"),
            Key.required("endpoints", Key.Kind.TEXTS, "[\"udp://198.51.100.1:4500\"]"));

    static final List<Key> PACKETS = List.of(
            Key.optional("shards", Key.Kind.NUMBER, "2"),
            Key.optional("tun", Key.Kind.TEXT, "\"all\""),
            Key.optional("udp", Key.Kind.TEXT, "\"all\""),
            Key.optional("dscp", Key.Kind.TEXT, "\"hide\""));

    static final List<Key> DASHBOARD = List.of(
            Key.required("listen", Key.Kind.TEXT, "\"127.0.0.1:8787\""),
            Key.required("history", Key.Kind.TEXT, "\"gw1.history\""),
            Key.optional("history-mib", Key.Kind.NUMBER, "64"),
            Key.optional("token", Key.Kind.TEXT, "\"dashboard.token\""),
            Key.optional("actions", Key.Kind.FLAG, "false"));

    static final List<Key> EXPORT = List.of(
            Key.required("to", Key.Kind.TEXT, "\"syslog\""),
            Key.optional("name", Key.Kind.TEXT, "\"soc\""),
            Key.optional("url", Key.Kind.TEXT, "\"tls://syslog.example.net:6514\""),
            Key.optional("path", Key.Kind.TEXT, "\"events.jsonl\""),
            Key.optional("format", Key.Kind.TEXT, "\"ecs\""),
            Key.optional("rotate-mb", Key.Kind.NUMBER, "100"),
            Key.optional("keep", Key.Kind.NUMBER, "8"),
            Key.optional("ca", Key.Kind.TEXT, "\"ca.pem\""),
            Key.optional("token", Key.Kind.TEXT, "\"soc.token\", the file that holds it"),
            Key.optional("queue", Key.Kind.NUMBER, "8192"),
            Key.optional("signals", Key.Kind.TEXTS, "[\"logs\", \"traces\"]"));

    static final List<Key> METRICS =
            List.of(Key.required("listen", Key.Kind.TEXT, "\"http://127.0.0.1:9464/metrics\""));

    private static final Map<String, List<Key>> BY_TITLE = byTitle();

    private Sections() {}

    private static Map<String, List<Key>> byTitle() {
        Map<String, List<Key>> all = new LinkedHashMap<>();
        all.put("[gateway] of a gateway's file", GATEWAY);
        all.put("[network] of a gateway's file", GATEWAY_NETWORK);
        all.put("[[client]] of a gateway's file", GATEWAY_CLIENT);
        all.put("[packets] of both files", PACKETS);
        all.put("[ownership] of a gateway's file", OWNERSHIP);
        all.put("[cluster] of a gateway's file", CLUSTER);
        all.put("[[member]] of a gateway's file", MEMBER);
        all.put("[dashboard] of both files", DASHBOARD);
        all.put("[[export]] of both files", EXPORT);
        all.put("[metrics] of both files", METRICS);
        all.put("[client] of a client's file", CLIENT);
        all.put("[network] of a client's file", CLIENT_NETWORK);
        all.put("[[gateway]] of a client's file", CLIENT_GATEWAY);
        return all;
    }

    /** The section that has a key of this name. */
    static Optional<String> owning(String name) {
        return BY_TITLE.entrySet().stream()
                .filter(entry ->
                        entry.getValue().stream().anyMatch(key -> key.name().equals(name)))
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
