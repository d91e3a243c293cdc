package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import jumpvpn.core.security.KeyPair;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A real session with every kind of export and a page at both ends: all of it arrives, and nowhere is there a key, a token or payload, nor in what the tools say of it. */
@Tag("network")
class ExportsTest {
    private static final String PAYLOAD = "MARKED-PAYLOAD-7";
    private static final String TOKEN = "MARKED-TOKEN-11";
    private static final String PAGE_TOKEN = "MARKED-PAGE-TOKEN-OF-32-CHARACTERS";

    private TwoHosts hosts;
    private Collector atGateway;
    private Collector atClient;

    @BeforeEach
    void build() throws IOException {
        hosts = TwoHosts.open();
        atGateway = Collector.in(hosts.gateway);
        atClient = Collector.in(hosts.client);
        Files.writeString(hosts.workspace.file("token"), TOKEN + "\n");
        Files.writeString(
                Files.createFile(
                        hosts.workspace.file("page-token"),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))),
                PAGE_TOKEN + "\n");
        hosts.gatewayFile(text -> text + exports(atGateway.port(), "gw1"));
        hosts.clientFile("client.toml", text -> text + exports(atClient.port(), "laptop"));
    }

    @AfterEach
    void remove() throws IOException {
        if (hosts != null) {
            hosts.close();
            atGateway.close();
            atClient.close();
        }
    }

    private static String exports(int port, String name) {
        return """
                [[export]]
                to = "file"
                path = "NAME-ecs.jsonl"
                format = "ecs"
                [[export]]
                to = "syslog"
                url = "tcp://127.0.0.1:PORT"
                [[export]]
                to = "webhook"
                url = "http://127.0.0.1:PORT/hook"
                token = "token"
                [[export]]
                to = "otlp"
                url = "http://127.0.0.1:PORT"
                [metrics]
                listen = "http://127.0.0.1:9464/metrics"
                [dashboard]
                listen = "LISTEN"
                token = "page-token"
                history = "NAME.history"
                actions = true
                """.replace("PORT", "" + port).replace("NAME", name).replace("LISTEN", DashboardAnswers.LISTEN);
    }

    /** Right after the birth the cooldown may refuse it: then again. */
    private void jump(Process client) throws IOException {
        boolean[] isBound = {false};
        while (!isBound[0]) {
            int denied = events("SWITCH_DENIED", "COOLDOWN_ACTIVE").size();
            hosts.jump();
            hosts.until(
                    () -> {
                        isBound[0] = !events("REATTACH_ACK_RECEIVED", "REATTACH_ACCEPT")
                                .isEmpty();
                        return isBound[0]
                                || events("SWITCH_DENIED", "COOLDOWN_ACTIVE").size() > denied;
                    },
                    client,
                    "laptop.log");
        }
    }

    private List<EventLine> events(String type, String reason) {
        return hosts.events(TwoHosts.CLIENT, type, reason);
    }

    @Test
    void everythingArrivesAndNothingThatShallNot() throws IOException {
        Process gateway = hosts.startGateway(List.of());
        Process client = hosts.startClient(List.of());
        hosts.client.shell("ping -n -c 5 -i 0.05 -p "
                + HexFormat.of().formatHex(PAYLOAD.getBytes(StandardCharsets.US_ASCII)) + " " + TwoHosts.INSIDE);
        jump(client);
        hosts.until(() -> arrived(atClient.text(), "client"), client, "laptop.log");
        hosts.until(() -> arrived(atGateway.text(), "gateway"), gateway, "gw1.log");
        hosts.until(
                () -> scrape(hosts.client)
                        .contains("jumpvpn_reattach_duration_seconds_count{reason=\"OPERATOR_JUMP\"} 1"),
                client,
                "laptop.log");
        String all = scrape(hosts.client)
                + scrape(hosts.gateway)
                + atClient.text()
                + atGateway.text()
                + shown(hosts.client, TwoHosts.CLIENT, "client.toml")
                + shown(hosts.gateway, TwoHosts.GATEWAY, "gateway.toml")
                + timeline();
        assertThat(scrape(hosts.gateway))
                .contains(
                        "jumpvpn_sessions{state=\"ATTACHED\"} 1\n", "jumpvpn_tunnel_packets_total{direction=\"out\"}");
        for (String file :
                List.of("gw1.jsonl", "laptop.jsonl", "gw1-ecs.jsonl", "laptop-ecs.jsonl", "gw1.log", "laptop.log")) {
            assertThat(hosts.log(file)).as(file).isNotEmpty().doesNotContain(TOKEN);
            all += hosts.log(file);
        }
        operatorIsHeard(client, "laptop.log", TwoHosts.CLIENT, "dashboard", "NO_VALID_CANDIDATE");
        operatorIsHeard(gateway, "gw1.log", TwoHosts.GATEWAY, "dashboard", "ILLEGAL_TRANSITION");
        operatorIsHeard(client, "laptop.log", TwoHosts.CLIENT, "control", null);
        assertThat(all.replace("Authorization: Bearer " + TOKEN, ""))
                .contains("most_bytes", "status.json", "doctor.txt") // of the pages and reports that were read
                .doesNotContain(marks())
                .doesNotContain(TOKEN, PAGE_TOKEN, PAYLOAD);
    }

    /** Done if there is no refusal. */
    private void operatorIsHeard(Process process, String log, String node, String through, @Nullable String refusal)
            throws IOException {
        String reason = refusal == null ? "ACTION_DONE" : "ACTION_REFUSED";
        hosts.until(
                () -> hosts.events(node, "OPERATOR_ACTION", reason).stream()
                        .map(EventLine::fields)
                        .anyMatch(fields -> "jump".equals(fields.get("action"))
                                && through.equals(fields.get("through"))
                                && Objects.equals(refusal, fields.get("refusal"))),
                process,
                log);
    }

    /** A key instead of a file's name, and a token that is none: neither is in what is said about it. */
    @Test
    void errorsRepeatNoSecret() throws IOException {
        String key = NodeFiles.base64(hosts.gatewayKey.privateKey());
        hosts.gatewayFile(text -> text.replace("gw1.key", key).replace("\"laptop\"", "\"" + key + "\""));
        String said = command(2, "check", "--config", file("gateway.toml"))
                + report("broken", "--config", file("gateway.toml"));
        assertThat(said).contains("gateway.toml:3: \"private-key\" holds a key");
        hosts.gatewayFile(text -> text + exports(atGateway.port(), "gw1"));
        Files.writeString(hosts.workspace.file("token"), TOKEN + "\nsecond line\n");
        TwoHosts.Ended ended = hosts.run(hosts.gateway, List.of(), "gateway", "gateway.toml");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.text()).contains("must hold the token alone");
        assertThat(said + ended.text() + hosts.log("gw1.jsonl"))
                .doesNotContain(marks())
                .doesNotContain(TOKEN);
    }

    private String file(String name) {
        return hosts.workspace.file(name).toString();
    }

    /** What a node's page and the tools say. */
    private String shown(Namespace where, String node, String config) throws IOException {
        String session = events("STATE_CHANGE", "HANDSHAKE_OK").getFirst().sessionId();
        String socket = file(node + ".sock");
        return DashboardAnswers.all(where, PAGE_TOKEN, session)
                + command(0, "status", "--control", socket)
                + command(0, "status", "--json", "--control", socket)
                + command(0, "sessions", "--control", socket)
                + command(0, "top", "--once", "--control", socket)
                + report(node, "--config", file(config), "--control", socket, "--log", file(node + ".log"));
    }

    /** All that the bundle holds, with the names of its files. */
    private String report(String name, String... options) throws IOException {
        Path zip = hosts.workspace.file(name + ".zip");
        StringBuilder all = new StringBuilder(command(
                0,
                Stream.concat(Stream.of("report", "--out", zip.toString()), Stream.of(options))
                        .toArray(String[]::new)));
        try (ZipFile parts = new ZipFile(zip.toFile())) {
            for (ZipEntry part : Collections.list(parts.entries())) {
                all.append(part.getName())
                        .append(new String(parts.getInputStream(part).readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return all.toString();
    }

    private String timeline() throws IOException {
        String page = file("timeline.html");
        String text = command(0, "audit", "--timeline", "--report", page, file("gw1.jsonl"), file("laptop.jsonl"));
        return text + hosts.log("timeline.html");
    }

    private static String command(int code, String... words) {
        TwoHosts.Ended ended = TwoHosts.command(words);
        assertThat(ended.code())
                .as("%s: %s", String.join(" ", words), ended.text())
                .isEqualTo(code);
        return ended.text();
    }

    /** Rows by syslog, the webhook and OTLP, a trace and figures. */
    private static boolean arrived(String text, String role) {
        return text.contains(" STATE_CHANGE [jumpvpn@32473 seq=")
                && text.contains("POST /hook HTTP/1.1")
                && text.contains("{\"schema\":\"jumpvpn.event/2\"")
                && text.contains("POST /v1/logs HTTP/1.1")
                && text.contains("POST /v1/traces HTTP/1.1")
                && text.contains("POST /v1/metrics HTTP/1.1")
                && text.contains("jumpvpn-" + role)
                && text.contains(role.equals("client") ? "detect" : "gates");
    }

    private String[] marks() {
        return Stream.of(hosts.gatewayKey, hosts.clientKey)
                .map(KeyPair::privateKey)
                .flatMap(key -> Stream.of(
                        NodeFiles.base64(key).substring(0, 20),
                        HexFormat.of().formatHex(key).substring(0, 20),
                        new String(key, StandardCharsets.ISO_8859_1).substring(0, 16)))
                .toList()
                .toArray(new String[6]);
    }

    private static String scrape(Namespace where) throws IOException {
        return NamespaceThread.call(where.pid(), () -> {
            try (Socket socket = new Socket("127.0.0.1", 9464)) {
                socket.getOutputStream()
                        .write("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            }
        });
    }
}
