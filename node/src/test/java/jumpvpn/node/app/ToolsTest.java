package jumpvpn.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import jumpvpn.node.observability.jsonl.Json;
import jumpvpn.node.runtime.Log;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands that answer "why?", at a client that answers at its socket. */
@Timeout(60)
class ToolsTest {
    private static final String PASSWORD = "marked-password-7f3a";

    @TempDir
    private Path folder;

    private final FakeNode node = new FakeNode();
    private Path sockets = Path.of("");
    private ControlSocket socket;

    @BeforeEach
    void start() throws Exception {
        sockets = Files.createDirectory(
                folder.resolve("run"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        assertThat(Run.of("gateway", "init", folder.toString()).code()).isZero();
        assertThat(Run.of(
                                "client",
                                "add",
                                "laptop",
                                "--config",
                                folder.resolve("gateway.toml").toString(),
                                "--endpoint",
                                "127.0.0.1:1")
                        .code())
                .isZero();
        socket = ControlSocket.bind(sockets.resolve("laptop.sock"));
        socket.serve(new ControlServer(node, new Log(System.err, InstantSource.system())));
    }

    @AfterEach
    void stop() throws IOException {
        socket.close();
    }

    private Path client() {
        return folder.resolve("laptop.toml");
    }

    private Run ask(String... words) {
        return Run.in(sockets, node, words);
    }

    private static String event(String type, String reason, String session) {
        return "{\"type\":\"" + type + "\",\"reason\":\"" + reason + "\",\"session_id\":\"" + session + "\"}";
    }

    @Test
    void eventsAreThoseThatWereAskedFor() {
        String jump = event("STATE_CHANGE", "TRANSPORT_DEAD", "49a96325");
        String other = event("STATE_CHANGE", "TRANSPORT_DEAD", "fedc");
        String spike = event("VOLATILITY_SIGNAL", "LOSS_SPIKE", "49a96325");
        String lost = event("EVENTS_DROPPED", "BUFFER_FULL", "");
        for (String line : new String[] {jump, other, spike, lost}) {
            node.events.publish(line);
        }
        assertThat(ask("events", "--session", "49A9").out()).isEqualTo(jump + "\n" + spike + "\n" + lost + "\n");
        assertThat(ask("events", "--type", "state_change", "--session", "49a9").out())
                .isEqualTo(jump + "\n" + lost + "\n");
        assertThat(ask("events", "--reason", "TRANSPORT_DEAD").out())
                .isEqualTo(jump + "\n" + other + "\n" + lost + "\n");
        assertThat(ask("events", "--type", "STATE_CHANGES").err())
                .contains("there is no type \"STATE_CHANGES\"; did you mean STATE_CHANGE?");
    }

    @Test
    void topOnceIsATableWithoutControlCharacters() {
        Run run = ask("top", "--once");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .startsWith("client laptop  1 sessions: 1 ATTACHED\nsent 0 bit/s, received 0 bit/s\n\nCLIENT ")
                .containsPattern(
                        "laptop  ATTACHED  3.1      udp wlan0 198.51.100.1:4500  41.235 ms  1.2 %  0 bit/s  0 bit/s");
        assertThat(run.out().replace("\n", "")).doesNotContainPattern("\\p{Cntrl}");
        assertThat(ask("top", "--rows", "no").code()).isEqualTo(2);
    }

    @Test
    void topShowsTroubleFirstThenTheBusiest() {
        TopText text = new TopText(false, 2);
        text.sample(gateway("a ATTACHED 0", "b ATTACHED 0", "c RECOVERING 0"), 0);
        String frame = text.frame(gateway("a ATTACHED 125", "b ATTACHED 250000", "c RECOVERING 0"), 1_000_000_000);
        assertThat(frame)
                .contains("3 sessions of 9 clients: 2 ATTACHED, 1 RECOVERING", "sent 2.0 Mbit/s, received 0 bit/s")
                .containsPattern("(?s)\nc +RECOVERING.*\nb +ATTACHED.* 2.0 Mbit/s .*\n… and 1 more");
    }

    private static Json.Fields gateway(String... sessions) {
        StringBuilder text = new StringBuilder("{\"role\":\"gateway\",\"name\":\"gw1\",\"clients\":9,\"sessions\":[");
        for (String session : sessions) {
            String[] words = session.split(" ");
            text.append(text.toString().endsWith("[") ? "" : ",")
                    .append("{\"client\":\"%s\",\"session_id\":\"%s\",\"state\":\"%s\",\"tx_bytes\":%s,\"rx_bytes\":0}"
                            .formatted(words[0], words[0], words[1], words[2]));
        }
        return (Json.Fields) Json.parse(text + "]}");
    }

    @Test
    void doctorNamesWhatIsWrongAndWhatToDo() {
        Run run = ask("doctor", "--config", client().toString(), "--json");
        assertThat(run.code()).isEqualTo(1);
        Json.Fields found = (Json.Fields) Json.parse(run.out().strip());
        assertThat(found.get("ok")).isEqualTo(new Json.Truth(false));
        assertThat(found.array("checks"))
                .extracting(check -> ((Json.Fields) check).text("check").orElseThrow())
                .contains(
                        "privileges",
                        "tun",
                        "udp calls",
                        "udp offload",
                        "clock",
                        "aes",
                        "ciphers",
                        "routes",
                        "gw1 udp");
        assertThat(found.array("checks")).allSatisfy(check -> {
            Json.Fields fields = (Json.Fields) check;
            boolean isOk = fields.text("level").orElseThrow().equals("OK");
            assertThat(fields.text("advice").orElseThrow().isEmpty()).isEqualTo(isOk);
        });
        assertThat(ask("doctor", "--config", client().toString()).out())
                .contains("FAIL  gw1 udp          127.0.0.1:1: nobody listens there")
                .contains("→ start the gateway, or mend the port in line");
    }

    @Test
    void reportHasEverythingButSecrets() throws IOException {
        Path key = folder.resolve("laptop.key");
        String secret = Files.readString(key).strip();
        byte[] bytes = Base64.getDecoder().decode(secret);
        String hex = HexFormat.of().formatHex(bytes);
        String url = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Files.writeString(
                client(),
                "\n# old: " + secret + "\n# token = \"" + PASSWORD + "\"\n# https://me:" + PASSWORD + "@example.org/\n",
                java.nio.file.StandardOpenOption.APPEND);
        node.events.publish(
                "{\"type\":\"SECURITY\",\"text\":\"" + hex.toUpperCase(java.util.Locale.ROOT) + " " + url + "\"}");
        Path log = Files.writeString(
                folder.resolve("log"),
                "started with " + secret + " " + hex + "\nAuthorization: Bearer " + PASSWORD + "\n");
        Path out = folder.resolve("report.zip");
        Run run = ask("report", "--config", client().toString(), "--log", log.toString(), "--out", out.toString());
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        Map<String, String> parts = unzipped(out);
        assertThat(parts.keySet())
                .containsExactly("config.toml", "doctor.txt", "events.jsonl", "log.txt", "status.json", "versions.txt");
        String all = String.join("\n", parts.values());
        assertThat(all)
                .doesNotContain(secret, secret.substring(0, 43), url, PASSWORD)
                .doesNotContainIgnoringCase(hex)
                .contains("\"laptop\"", "\"state\":\"ATTACHED\"", "gw1 udp", "SECURITY", "started with [removed]")
                .containsPattern("public-key *= \"\\[key [0-9a-f]{8}\\]\"");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out)))
                .isEqualTo("rw-------");
        assertThat(ask("report", "--out", out.toString()).err()).contains("exists already");
    }

    private static Map<String, String> unzipped(Path file) throws IOException {
        Map<String, String> parts = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                parts.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return parts;
    }
}
