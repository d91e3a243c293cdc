package jumpvpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.node.host.WallClock;
import jumpvpn.node.observability.EventCounts;
import jumpvpn.node.observability.ReattachFigures;
import jumpvpn.node.observability.Samples;
import jumpvpn.node.observability.prometheus.MetricsServer;
import jumpvpn.node.security.CryptoChoice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A gateway's figures, read by Prometheus's own tools; and what is written for the operators' tools asks for figures that there are. */
@Timeout(120)
class MetricsTest {
    private static final Path PROMTOOL = Path.of("/usr/bin/promtool");
    private static final Path PROMETHEUS = Path.of("/usr/bin/prometheus");
    private static final Path NOC = Path.of("../docs/operating/noc");
    private static final Path PAGE = Path.of("../docs/operating/metrics.md");
    private static final Pattern NAME = Pattern.compile("\\b(?:jumpvpn|process|jvm)_[a-z_]*[a-z]\\b");

    private final ReattachFigures reattaches = new ReattachFigures();
    private final EventCounts counts = new EventCounts();

    @TempDir
    private Path folder;

    private EventLog events;
    private MetricsServer server;
    private URI url;

    @BeforeEach
    void serve() throws Exception {
        Log quiet = new Log(new PrintStream(new ByteArrayOutputStream()), java.time.InstantSource.system());
        events = EventLog.open(folder, "gw1", Role.GATEWAY, folder.resolve("e.jsonl"), new WallClock(), quiet);
        events.count(counts);
        events.start();
        Samples.jump().forEach(event -> events.emit(event.event()));
        reattaches.deliver(Samples.jump());
        NodeMetrics metrics =
                new NodeMetrics("gw\"1\\", Role.GATEWAY, () -> new Reply.Status(status()), events, counts, reattaches);
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
        server = new MetricsServer(address, "/metrics", metrics::now);
        url = URI.create("http://127.0.0.1:" + address.getPort() + "/metrics");
        server.start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    @AfterEach
    void close() {
        server.close();
        events.close();
    }

    private static NodeStatus status() {
        DropCounters drops = new DropCounters();
        drops.count(DropReason.values()[0], 3);
        java.util.Map<TransportCounter, Long> transport = new java.util.EnumMap<>(TransportCounter.class);
        transport.put(TransportCounter.NO_ROOM, 2L);
        SessionStatus session = new SessionStatus(
                SessionState.ATTACHED,
                null,
                StateVersion.of(1, 0),
                null,
                null,
                List.of(),
                "gw1",
                "laptop",
                1,
                0,
                0,
                10,
                20);
        return new NodeStatus.Gateway(
                "gw1",
                "lo",
                List.of("udp://0.0.0.0:4500"),
                0,
                "embedded",
                "gw1.state",
                null,
                2,
                List.of(session, session),
                new CryptoChoice.Names("x", "y", "z"),
                drops,
                List.of(new TransportStatus("udp://0.0.0.0:4500", transport)));
    }

    private String get(String accept) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request =
                    HttpRequest.newBuilder(url).header("Accept", accept).build();
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            return answer.body();
        }
    }

    @Test
    void saysWhatThereIs() throws Exception {
        assertThat(get("text/plain"))
                .contains(
                        "jumpvpn_sessions{state=\"ATTACHED\"} 2\n",
                        "jumpvpn_sessions{state=\"RECOVERING\"} 0\n",
                        "jumpvpn_transport_total{protocol=\"udp\",counter=\"no_room\"} 2\n",
                        "jumpvpn_events_total{type=\"REATTACH_REQUEST_SENT\",reason=\"TRANSPORT_DEAD\"} 1\n",
                        "jumpvpn_reattach_duration_seconds_bucket{reason=\"TRANSPORT_DEAD\",le=\"3\"} 0\n",
                        "jumpvpn_reattach_duration_seconds_bucket{reason=\"TRANSPORT_DEAD\",le=\"8\"} 1\n",
                        "jumpvpn_reattach_duration_seconds_sum{reason=\"TRANSPORT_DEAD\"} 4\n",
                        "jumpvpn_sink_offered_events_total{sink=\"events\"} 7\n",
                        "jumpvpn_tunnel_bytes_total{direction=\"in\"}",
                        "jumpvpn_node_info{")
                .contains("jumpvpn_state_writable 1\n", "jumpvpn_clients 2\n")
                .doesNotContain("0123456789abcdef", "laptop", "198.51.100");
        assertThat(get("application/openmetrics-text; version=1.0.0, text/plain"))
                .contains("# TYPE jumpvpn_events counter\n", "# UNIT jumpvpn_start_time_seconds seconds\n")
                .endsWith("# EOF\n");
    }

    @Test
    void promtoolFindsNothingToSay() throws Exception {
        assumeTrue(Files.isExecutable(PROMTOOL), "needs Debian's prometheus");
        assertThat(promtool(get("text/plain"), "check", "metrics")).isEmpty();
    }

    private String promtool(String input, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(PROMTOOL.toString()));
        command.addAll(List.of(arguments));
        Path in = Files.writeString(folder.resolve("input"), input);
        Process tool = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(in.toFile())
                .start();
        String said = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return tool.waitFor() == 0 ? "" : said;
    }

    @Test
    void prometheusScrapesIt() throws Exception {
        assumeTrue(Files.isExecutable(PROMETHEUS), "needs Debian's prometheus");
        int port = freePort();
        Path configuration = Files.writeString(
                folder.resolve("prometheus.yml"),
                "global:\n  scrape_interval: 1s\nscrape_configs:\n  - job_name: jumpvpn\n    static_configs:\n      - targets: ['127.0.0.1:"
                        + url.getPort() + "']\n");
        Process prometheus = new ProcessBuilder(
                        PROMETHEUS.toString(),
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + folder.resolve("tsdb"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.log").toFile())
                .start();
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI query = URI.create("http://127.0.0.1:" + port
                    + "/api/v1/query?query=jumpvpn_reattach_duration_seconds_count%20and%20on(job)%20up%20==%201");
            await().atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .until(() -> client.send(
                                    HttpRequest.newBuilder(query).build(), HttpResponse.BodyHandlers.ofString())
                            .body()
                            .contains("\"reason\":\"TRANSPORT_DEAD\""));
        } finally {
            prometheus.destroyForcibly().waitFor();
        }
    }

    private TreeSet<String> families() throws Exception {
        TreeSet<String> families = new TreeSet<>();
        Pattern.compile("(?m)^# TYPE (\\S+) ")
                .matcher(get("text/plain"))
                .results()
                .forEach(type -> families.add(type.group(1)));
        return families;
    }

    @Test
    void thePageNamesEveryFigureAndNoOther() throws Exception {
        TreeSet<String> documented = new TreeSet<>();
        Pattern.compile("(?m)^\\| `([a-z_]+)`")
                .matcher(Files.readString(PAGE))
                .results()
                .forEach(row -> documented.add(row.group(1)));
        assertThat(documented).isEqualTo(families());
    }

    /** The rules and the dashboard. */
    @Test
    void whatOperatorsToolsAskForIsThere() throws Exception {
        TreeSet<String> asked = new TreeSet<>();
        for (String file : List.of("alerts.yml", "dashboard.json", "slo.md")) {
            NAME.matcher(Files.readString(NOC.resolve(file)))
                    .results()
                    .forEach(name -> asked.add(name.group().replaceAll("_seconds_(bucket|sum|count)$", "_seconds")));
        }
        assertThat(asked).hasSizeGreaterThan(8);
        assertThat(families()).containsAll(asked);
    }

    @Test
    void theAlertsAreRules() throws Exception {
        assumeTrue(Files.isExecutable(PROMTOOL), "needs Debian's prometheus");
        assertThat(promtool("", "check", "rules", NOC.resolve("alerts.yml").toString()))
                .isEmpty();
        assertThat(promtool("", "test", "rules", NOC.resolve("alerts-test.yml").toString()))
                .isEmpty();
    }
}
