package jumpvpn.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.config.PeerKey;
import jumpvpn.node.runtime.Request;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code cluster}, {@code drain} and {@code client revoke} at a gateway in a thread of this process. */
@Timeout(30)
class ClusterCommandsTest {
    private static final String STORE = "\n[ownership]\nmode = \"etcd\"\nendpoints = [\"http://127.0.0.1:1\"]\n";

    @TempDir
    Path folder;

    private final FakeNode node = new FakeNode();
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private Thread running = new Thread(() -> {});
    private Path sockets;
    private Path file;

    @BeforeEach
    void files() throws IOException {
        sockets = Files.createDirectory(
                folder.resolve("run"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        file = folder.resolve("gateway.toml");
        assertThat(Run.of("gateway", "init", folder.toString()).code()).isZero();
        for (String name : List.of("laptop", "phone")) {
            assertThat(Run.of("client", "add", name, "--endpoint", "192.0.2.1", "--config", file.toString())
                            .code())
                    .isZero();
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        running.interrupt();
        running.join();
    }

    private void start() {
        Context context = Run.context("", new ByteArrayOutputStream(), log, new ControlPaths(List.of(sockets)), node);
        running = new Thread(() -> Main.run(List.of("gateway", "--config", file.toString()), context), "gateway");
        running.start();
        Awaitility.await().until(() -> log.toString(StandardCharsets.UTF_8).contains(" runs, "));
    }

    private Run ask(String... words) {
        return Run.in(sockets, new FakeNode(), words);
    }

    private Run revoke(String name) {
        return ask("client", "revoke", name, "--config", file.toString());
    }

    private List<String> clients() throws Exception {
        return GatewayConfig.load(file).clients().stream()
                .map(GatewayConfig.Client::name)
                .toList();
    }

    @Test
    void theOthersAndTheStoreForPeople() {
        start();
        node.left = 4;
        assertThat(ask("cluster").out()).isEqualTo("""
                gw1  etcd, lease 2.4 s, sessions: 3, draining, clients: 12 (3f9a01c2)
                MEMBER          NUMBER  ALIVE     SESSIONS  SIGN
                gw1 (this one)  1       draining  3         0.2 s ago
                gw2             -       no        70        61.0 s ago
                gw3             3       -         -         -
                store http://10.0.0.1:2379, answers within 1.234 ms (half), 5.678 ms (99 of 100), revision 42
                """);
    }

    @Test
    void theOthersAndTheStoreForMachines() {
        start();
        node.left = 4;
        assertThat(ask("cluster", "--json").out())
                .isEqualTo(
                        "{\"mode\":\"etcd\",\"name\":\"gw1\",\"sessions\":3,\"draining\":true,\"lease_left_ms\":2400,\"clients\":12,\"clients_digest\":\"3f9a01c2\",\"members\":["
                                + "{\"name\":\"gw1\",\"number\":1,\"alive\":true,\"draining\":true,\"sessions\":3,\"sign_age_ms\":200},"
                                + "{\"name\":\"gw2\",\"number\":0,\"alive\":false,\"draining\":false,\"sessions\":70,\"sign_age_ms\":61000},"
                                + "{\"name\":\"gw3\",\"number\":3,\"alive\":null,\"draining\":false,\"sessions\":null,\"sign_age_ms\":null}],"
                                + "\"store\":{\"endpoint\":\"http://10.0.0.1:2379\",\"p50_ms\":1.234,\"p99_ms\":5.678,\"revision\":42,\"error\":null}}\n");
    }

    @Test
    void aDrainEndsWithTheLastSession() {
        start();
        assertThat(ask("drain"))
                .isEqualTo(new Run(0, "no session is left; the gateway can be stopped\n", "1 session is left\n"));
    }

    @Test
    void aDrainThatTakesTooLongFails() {
        start();
        Run run = ask("drain", "--timeout", "1ms");
        assertThat(run.code()).isEqualTo(Main.FAILED);
        assertThat(run.err()).contains("1 session is still here after 1ms: their clients know no other gateway");
        assertThat(ask("drain", "--timeout", "soon").err()).contains("--timeout \"soon\" is no time: write 60s");
    }

    @Test
    void aNewClientIsToldToTheGatewayThatRuns() throws Exception {
        start();
        Run run = ask("client", "add", "tablet", "--endpoint", "192.0.2.1", "--config", file.toString());
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .contains("The running gateway admits it. Next, on the client:")
                .doesNotContain("start it again");
        GatewayConfig.Client client = GatewayConfig.load(file).clients().getLast();
        assertThat(node.admitted).isEqualTo(new Request.Admit("tablet", client.publicKey(), client.addresses()));
        Run refused = ask("client", "add", "stranger", "--endpoint", "192.0.2.1", "--config", file.toString());
        assertThat(refused.code()).isZero();
        assertThat(refused.err()).contains("does not admit it yet: refused, CLIENT_REFUSED");
        assertThat(refused.out()).contains("start it again");
        assertThat(clients()).endsWith("tablet", "stranger");
    }

    /** Each gateway's file knows only whom it let in itself. */
    @Test
    void whereAStoreHasTheListItChoosesAddressesAndWhomItRefusesLeavesNothing() throws Exception {
        Files.writeString(file, Files.readString(file) + STORE);
        start();
        Run run = ask("client", "add", "tablet", "--endpoint", "192.0.2.1", "--config", file.toString());
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("that the store chooses", "The running gateway admits it.");
        assertThat(GatewayConfig.load(file).clients().getLast().addresses()).isEmpty();
        assertThat(Objects.requireNonNull(node.admitted).addresses()).isEmpty();
        String before = Files.readString(file);
        Run refused = ask("client", "add", "stranger", "--endpoint", "192.0.2.1", "--config", file.toString());
        assertThat(refused.code()).isEqualTo(Main.FAILED);
        assertThat(refused.err()).contains("refused, CLIENT_REFUSED: there is no room");
        assertThat(file).hasContent(before);
        assertThat(folder.resolve("stranger.key")).doesNotExist();
        assertThat(folder.resolve("stranger.toml")).doesNotExist();
    }

    @Test
    void aRevokedClientIsGoneFromTheGatewayAndItsFile() throws Exception {
        start();
        String before = Files.readString(file);
        PeerKey key = GatewayConfig.load(file).clients().getFirst().publicKey();
        Run run = revoke("laptop");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("its session ends");
        assertThat(node.revoked).isEqualTo(new Request.Revoke("laptop", key));
        assertThat(clients()).containsExactly("phone");
        assertThat(Files.readString(file)
                        .replace("# [[client]]", "[[client]]")
                        .lines()
                        .count())
                .isEqualTo(before.lines().count());
        assertThat(Run.of("client", "add", "tablet", "--endpoint", "192.0.2.1", "--config", file.toString())
                        .code())
                .isZero();
        assertThat(clients()).containsExactly("phone", "tablet");
    }

    @Test
    void whatTheGatewayRefusesLeavesTheFileAlone() throws Exception {
        start();
        String before = Files.readString(file);
        assertThat(revoke("stranger").err()).contains("refused, CLIENT_NOT_FOUND");
        assertThat(file).hasContent(before);
    }

    @Test
    void withoutAGatewayTheFileIsEnoughUnlessThereIsAStore() throws Exception {
        assertThat(revoke("phone").code()).isZero();
        assertThat(clients()).containsExactly("laptop");
        assertThat(revoke("phone").err()).contains("there is no client \"phone\" in " + file);
        Files.writeString(file, Files.readString(file) + STORE);
        assertThat(revoke("laptop").err()).contains("no gateway of " + file + " runs here");
        assertThat(clients()).containsExactly("laptop");
    }
}
