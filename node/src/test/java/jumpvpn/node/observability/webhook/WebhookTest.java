package jumpvpn.node.observability.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import jumpvpn.core.session.Role;
import jumpvpn.node.observability.Exporter;
import jumpvpn.node.observability.HttpPost;
import jumpvpn.node.observability.Samples;
import jumpvpn.node.observability.Sink;
import jumpvpn.node.observability.Trust;
import jumpvpn.node.observability.jsonl.EcsJson;
import jumpvpn.node.observability.jsonl.EventJson;
import jumpvpn.node.observability.jsonl.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WebhookTest {
    private final List<Json> taken = Collections.synchronizedList(new ArrayList<>());
    private final List<String> authorizations = Collections.synchronizedList(new ArrayList<>());
    private final Deque<Integer> answers = new ArrayDeque<>();
    private HttpServer server;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);
        server.createContext("/hook", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            int answer = answers.isEmpty() ? 204 : answers.removeFirst();
            if (answer == 204) {
                taken.addAll(((Json.Array) Json.parse(body)).elements());
                authorizations.add(exchange.getRequestHeaders().getFirst("Authorization"));
            }
            exchange.sendResponseHeaders(answer, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
    }

    private Webhook webhook() throws IOException {
        return new Webhook(url(), new EventJson("gw1", "a"), new HttpPost(Trust.in(null), "s3cret"));
    }

    @Test
    void postsAnArrayOfEvents() throws Exception {
        Webhook webhook = webhook();
        webhook.deliver(Samples.everyType());
        assertThat(taken).hasSameSizeAs(Samples.everyType());
        assertThat(((Json.Fields) taken.getLast()).text("type")).contains("EVENTS_DROPPED");
        assertThat(authorizations).containsExactly("Bearer s3cret");
        webhook.close();
    }

    @Test
    void busyServersAreAskedAgainOthersNot() throws Exception {
        Webhook webhook = webhook();
        answers.add(503);
        assertThatThrownBy(() -> webhook.deliver(Samples.jump()))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(Exporter.RefusedException.class)
                .hasMessageContaining("/hook answered 503")
                .hasMessageNotContaining("s3cret");
        answers.add(400);
        assertThatThrownBy(() -> webhook.deliver(Samples.jump())).isInstanceOf(Exporter.RefusedException.class);
        server.stop(0);
        assertThatThrownBy(() -> webhook.deliver(Samples.jump()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot post to http://127.0.0.1:");
        webhook.close();
    }

    @Test
    void aSinkGoesOnWhereItWas() throws Exception {
        answers.addAll(List.of(503, 429));
        Sink.Voice voice = new Sink.Voice(Role.GATEWAY, () -> 0, _ -> {});
        Sink sink = new Sink("hook", webhook(), 1024, voice);
        sink.start();
        Samples.jump().forEach(sink::offer);
        sink.wake();
        await().until(() -> taken.size() == Samples.jump().size());
        sink.close();
        assertThat(sink.counts().failures()).isEqualTo(2);
    }

    /** Elastic's own field names and allowed values. */
    @Test
    void speaksEcs() {
        EcsJson ecs = new EcsJson("gw1", "a");
        List<Json.Fields> events = Samples.everyType().stream()
                .map(event -> (Json.Fields) Json.parse(ecs.line(event)))
                .toList();
        assertThat(events).allSatisfy(event -> {
            assertThat(event.text("@timestamp")).isPresent();
            assertThat(event.text("ecs.version")).contains("8.11.0");
            assertThat(event.text("event.kind")).get().isIn("event", "alert", "pipeline_error");
            assertThat(event.array("event.category"))
                    .hasSize(1)
                    .first()
                    .isIn(texts("session", "network", "intrusion_detection", "configuration", "host"));
            assertThat(event.array("event.type"))
                    .hasSize(1)
                    .first()
                    .isIn(texts("start", "end", "change", "access", "allowed", "denied", "error"));
            assertThat(event.text("event.outcome").orElse("unknown")).isIn("success", "failure", "unknown");
            assertThat(event.text("jumpvpn.session_id")).contains("0123456789abcdef1122334455667788");
        });
        assertThat(events.getFirst().text("event.action")).contains("state-change");
        assertThat(events.getFirst().text("network.transport")).contains("udp");
    }

    private static List<Json> texts(String... values) {
        return java.util.Arrays.stream(values)
                .map(value -> (Json) new Json.Text(value))
                .toList();
    }
}
