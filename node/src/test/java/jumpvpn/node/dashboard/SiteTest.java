package jumpvpn.node.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.node.observability.jsonl.EventFeed;
import jumpvpn.node.observability.jsonl.Json;
import jumpvpn.node.runtime.Log;
import jumpvpn.node.runtime.NodeControl;
import jumpvpn.node.runtime.NodeStatus;
import jumpvpn.node.runtime.Reply;
import jumpvpn.node.runtime.Request;
import jumpvpn.node.runtime.StartException;
import jumpvpn.node.runtime.Through;
import jumpvpn.node.security.CryptoChoice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets what, over HTTP as it is on the wire. */
class SiteTest {
    @TempDir
    Path folder;

    private final List<Request> asked = new ArrayList<>();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private int port;
    private Dashboard dashboard;

    private final NodeControl node = new NodeControl() {
        private final EventFeed feed = new EventFeed(8, lost -> "");

        @Override
        public synchronized Reply handle(Request request, Through through) {
            asked.add(request);
            return request instanceof Request.Status
                    ? new Reply.Status(new NodeStatus.Gateway(
                            "gw1",
                            "jvpn0",
                            List.of("udp://0.0.0.0:4500"),
                            1,
                            "embedded",
                            null,
                            null,
                            0,
                            List.of(),
                            new CryptoChoice.Names("a", "b", "c"),
                            new DropCounters(),
                            List.of()))
                    : new Reply.Done("done");
        }

        @Override
        public EventFeed events() {
            return feed;
        }

        @Override
        public CompletableFuture<String> failure() {
            return new CompletableFuture<>();
        }

        @Override
        public void close() {}
    };

    private void open(Path token, boolean actions) throws IOException, StartException {
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Endpoint listen = new Endpoint(IpAddress.parse("127.0.0.1"), port);
        dashboard = Dashboard.open(
                new jumpvpn.node.config.Dashboard(listen, token, actions, folder.resolve("h"), 1, 7),
                folder.resolve("gateway.toml"),
                node,
                new Log(new PrintStream(said, true, StandardCharsets.UTF_8), InstantSource.system()));
    }

    @AfterEach
    void close() {
        if (dashboard != null) {
            dashboard.close();
        }
    }

    private String openWithToken(boolean actions) throws Exception {
        open(folder.resolve("token"), actions);
        return Files.readString(folder.resolve("token")).strip();
    }

    /** The whole answer to a request of these lines. */
    private String send(String first, String host, String body, String... headers) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            String text = first + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\nContent-Length: "
                    + body.length() + "\r\n" + String.join("", headers) + "\r\n" + body;
            OutputStream out = socket.getOutputStream();
            out.write(text.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String local() {
        return "127.0.0.1:" + port;
    }

    private static String bearer(String token) {
        return "Authorization: Bearer " + token + "\r\n";
    }

    @Test
    void aStrangersNameForThisMachineIsRefused() throws Exception {
        String token = openWithToken(false);
        for (String path : List.of("/", "/app.js", "/api/sessions")) {
            assertThat(send("GET " + path, "evil.example:" + port, "", bearer(token)))
                    .contains(" 403 ");
            assertThat(send("GET " + path, "127.0.0.1.evil.example", "", bearer(token)))
                    .contains(" 403 ");
            for (String host : List.of(local(), "localhost:1234", "[::1]:" + port)) {
                assertThat(send("GET " + path, host, "", bearer(token))).contains(" 200 ");
            }
        }
    }

    @Test
    void anotherSitesPageIsRefused() throws Exception {
        String token = openWithToken(true);
        for (String header :
                List.of("Origin: http://evil.example\r\n", "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n")) {
            assertThat(send("GET /api/sessions", local(), "", bearer(token), header))
                    .contains(" 403 ");
            assertThat(send("POST /api/act", local(), "{\"action\":\"jump\"}", bearer(token), header))
                    .contains(" 403 ");
        }
        assertThat(send("GET /api/sessions", local(), "", bearer(token), "Origin: http://" + local() + "\r\n"))
                .contains(" 200 ");
        assertThat(asked).noneMatch(Request.Jump.class::isInstance);
    }

    @Test
    void withoutTheTokenThereIsThePageAndNoWordOfTheNode() throws Exception {
        openWithToken(true);
        for (String path : List.of("live", "view", "sessions", "session", "security", "cluster")) {
            assertThat(send("GET /api/" + path, local(), "")).contains(" 401 ");
            assertThat(send("GET /api/" + path, local(), "", bearer("wrong"))).contains(" 401 ");
        }
        assertThat(send("POST /api/act", local(), "{\"action\":\"jump\"}")).contains(" 401 ");
        assertThat(send("GET /", local(), "")).contains(" 200 ", "Content-security-policy: default-src 'none'");
        assertThat(send("GET /../Site.class", local(), "")).contains(" 404 ");
        assertThat(send("GET /package-info.class", local(), "")).contains(" 404 ");
        assertThat(send("DELETE /", local(), "")).contains(" 405 ");
    }

    @Test
    void theTokensFileIsMadeForItsOwnerAloneAndKept() throws Exception {
        String token = openWithToken(false);
        assertThat(token).hasSize(43);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("token"))))
                .isEqualTo("rw-------");
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("its token is in")
                .doesNotContain(token);
        close();
        assertThat(openWithToken(false)).isEqualTo(token);
        close();
        Files.setPosixFilePermissions(folder.resolve("token"), PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> openWithToken(false))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("gateway.toml:7: ")
                .hasMessageContaining("chmod 600");
    }

    @Test
    void theLinkOpensOnce() throws Exception {
        open(null, false);
        String text = said.toString(StandardCharsets.UTF_8);
        String link = text.substring(text.indexOf('#') + 1, text.indexOf(" (good"));
        String wish = "{\"link\":\"" + link + "\"}";
        assertThat(send("POST /api/login", local(), "{\"link\":\"\"}")).contains(" 401 ");
        assertThat(send("POST /api/login", local(), "nonsense")).contains(" 401 ");
        String answer = send("POST /api/login", local(), wish);
        Json.Fields fields = (Json.Fields) Json.parse(answer.substring(answer.indexOf('{')));
        assertThat(send(
                        "GET /api/sessions",
                        local(),
                        "",
                        bearer(fields.text("token").orElseThrow())))
                .contains(" 200 ");
        assertThat(send("POST /api/login", local(), wish)).contains(" 401 ");
    }

    @Test
    void actionsAreRefusedUnlessTheFileAllowsThem() throws Exception {
        String token = openWithToken(false);
        String end = "{\"action\":\"terminate\",\"session\":\"ada\"}";
        assertThat(send("POST /api/act", local(), end, bearer(token))).contains("NOT_ENABLED");
        assertThat(asked).noneMatch(Request.Terminate.class::isInstance);
        close();
        openWithToken(true);
        assertThat(send("POST /api/act", local(), end, bearer(token))).contains("\"ok\":true");
        assertThat(asked).contains(new Request.Terminate("ada"));
        assertThat(send("GET /api/act", local(), "", bearer(token))).contains(" 405 ");
        assertThat(send("POST /api/act", local(), "[1", bearer(token))).contains("BAD_REQUEST");
    }

    @Test
    void aPortThatIsTakenIsSaidWithFileAndLine() throws Exception {
        openWithToken(false);
        int taken = port;
        assertThatThrownBy(() -> Dashboard.open(
                        new jumpvpn.node.config.Dashboard(
                                new Endpoint(IpAddress.parse("127.0.0.1"), taken),
                                null,
                                false,
                                folder.resolve("x"),
                                1,
                                9),
                        folder.resolve("gateway.toml"),
                        node,
                        new Log(new PrintStream(said, true, StandardCharsets.UTF_8), InstantSource.system())))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("gateway.toml:9: ")
                .hasMessageContaining("choose another port");
    }
}
