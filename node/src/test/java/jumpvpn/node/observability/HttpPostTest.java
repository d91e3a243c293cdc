package jumpvpn.node.observability;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HttpPostTest {
    private final HttpServer server;

    HttpPostTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    private void post(Duration most) throws IOException, InterruptedException {
        HttpPost http = new HttpPost(Trust.in(null), null, most);
        try {
            http.post(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"), "text/plain", new byte[] {1
            });
        } finally {
            http.close();
        }
    }

    @Test
    void anAnswerWhoseBodyNeverEndsEndsTheAttempt() {
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 10);
            exchange.getResponseBody().write('x');
            exchange.getResponseBody().flush();
        });
        assertThatThrownBy(() -> post(Duration.ofMillis(500)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("timed out");
    }

    @Test
    void ofALongAnswerTheBeginningIsSaid() {
        server.createContext("/", exchange -> {
            byte[] page = "no\n".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(400, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        assertThatThrownBy(() -> post(Duration.ofSeconds(20)))
                .isInstanceOf(Exporter.RefusedException.class)
                .hasMessageEndingWith("answered 400 " + "no ".repeat(66) + "no");
    }
}
