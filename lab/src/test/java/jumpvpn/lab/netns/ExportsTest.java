package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HexFormat;
import java.util.List;
import jumpvpn.core.security.KeyPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A real session with every kind of export at both ends: all of it arrives, and nowhere is there a key or payload. */
@Tag("network")
class ExportsTest {
    private static final String PAYLOAD = "MARKED-PAYLOAD-7";
    private static final String TOKEN = "MARKED-TOKEN-11";

    private TwoHosts hosts;
    private Collector atGateway;
    private Collector atClient;

    @BeforeEach
    void build() throws IOException {
        hosts = TwoHosts.open();
        atGateway = Collector.in(hosts.gateway);
        atClient = Collector.in(hosts.client);
        Files.writeString(hosts.workspace.file("token"), TOKEN + "\n");
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
                """.replace("PORT", "" + port).replace("NAME", name);
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
                + hosts.status("laptop")
                + hosts.status("gw1");
        assertThat(scrape(hosts.gateway))
                .contains(
                        "jumpvpn_sessions{state=\"ATTACHED\"} 1\n", "jumpvpn_tunnel_packets_total{direction=\"out\"}");
        for (String file :
                List.of("gw1.jsonl", "laptop.jsonl", "gw1-ecs.jsonl", "laptop-ecs.jsonl", "gw1.log", "laptop.log")) {
            assertThat(hosts.log(file)).as(file).isNotEmpty().doesNotContain(TOKEN);
            all += hosts.log(file);
        }
        assertThat(all.replace("Authorization: Bearer " + TOKEN, ""))
                .doesNotContain(marks())
                .doesNotContain(TOKEN, PAYLOAD);
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
        return java.util.stream.Stream.of(hosts.gatewayKey, hosts.clientKey)
                .map(KeyPair::privateKey)
                .flatMap(key -> java.util.stream.Stream.of(
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
