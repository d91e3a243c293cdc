package jumpvpn.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node in a thread of this process, and the commands that ask it. */
@Timeout(30)
class ControlTest {
    @TempDir
    Path folder;

    private Path sockets;
    private final List<Started> running = new ArrayList<>();

    /** A {@code gateway} or {@code connect} under way; an interrupt is its Ctrl-C. */
    private record Started(FakeNode node, Thread thread, AtomicInteger code, ByteArrayOutputStream err) {
        int stop() throws InterruptedException {
            thread.interrupt();
            thread.join();
            return code.get();
        }

        String log() {
            return err.toString(StandardCharsets.UTF_8);
        }
    }

    @BeforeEach
    void files() throws IOException {
        sockets = Files.createDirectory(
                folder.resolve("run"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        assertThat(Run.of("gateway", "init", folder.toString()).code()).isZero();
        assertThat(Run.of(
                                "client",
                                "add",
                                "laptop",
                                "--endpoint",
                                "192.0.2.1",
                                "--config",
                                folder.resolve("gateway.toml").toString())
                        .code())
                .isZero();
    }

    @AfterEach
    void stopAll() throws InterruptedException {
        for (Started started : running) {
            started.stop();
        }
    }

    private Started start(String command, String file) throws InterruptedException {
        FakeNode node = new FakeNode();
        AtomicInteger code = new AtomicInteger(-1);
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Context context = Run.context("", new ByteArrayOutputStream(), err, new ControlPaths(List.of(sockets)), node);
        Thread thread = new Thread(
                () -> code.set(Main.run(
                        List.of(command, "--config", folder.resolve(file).toString()), context)),
                command);
        thread.start();
        Started started = new Started(node, thread, code, err);
        running.add(started);
        Awaitility.await().until(() -> started.log().contains(" runs, ") || !thread.isAlive());
        return started;
    }

    private Run ask(String... words) {
        return Run.in(sockets, new FakeNode(), words);
    }

    private SocketChannel raw(String name) throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(sockets.resolve(name)));
    }

    private static BufferedReader reader(SocketChannel channel) {
        return new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
    }

    private static void say(SocketChannel channel, String text) throws IOException {
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aClientsStatusForMachines() throws Exception {
        start("connect", "laptop.toml");
        assertThat(ask("status", "--json"))
                .isEqualTo(new Run(
                        0,
                        "{\"role\":\"client\",\"name\":\"laptop\",\"interface\":\"jvpn0\",\"state\":\"ATTACHED\","
                                + "\"session_id\":\"000102030405060708090a0b0c0d0e0f\",\"state_version\":\"3.1\",\"epoch\":3,\"reason\":\"REATTACH_ACCEPT\","
                                + "\"path\":{\"id\":\"udp-wlan0\",\"protocol\":\"udp\",\"interface\":\"wlan0\",\"local\":\"192.0.2.5:40000\",\"remote\":\"198.51.100.1:4500\"},"
                                + "\"inner_address\":\"10.77.0.2\",\"inner_addresses\":[\"10.77.0.2\",\"fd77::2\"],\"gateway\":\"gw1\",\"client\":\"laptop\","
                                + "\"rtt_ms\":41.235,\"loss\":0.0123,\"since\":\"2026-11-23T18:00:00.123Z\",\"tx_bytes\":1572864,\"rx_bytes\":17,"
                                + "\"candidates\":[{\"id\":\"udp-wlan0\",\"protocol\":\"udp\",\"interface\":\"wlan0\",\"local\":\"192.0.2.5:40000\",\"remote\":\"198.51.100.1:4500\","
                                + "\"state\":\"active\",\"rtt_ms\":41.235,\"loss\":0.0123,\"answered_seconds_ago\":0.0},"
                                + "{\"id\":\"udp-eth0\",\"protocol\":\"udp\",\"interface\":\"eth0\",\"local\":\"192.0.2.5:40000\",\"remote\":\"198.51.100.1:4500\","
                                + "\"state\":\"dead\",\"rtt_ms\":9.5,\"loss\":null,\"answered_seconds_ago\":83.3},"
                                + "{\"id\":\"udp-lte0\",\"protocol\":\"udp\",\"interface\":\"lte0\",\"local\":\"192.0.2.5:40000\",\"remote\":\"198.51.100.1:4500\","
                                + "\"state\":\"up\",\"rtt_ms\":null,\"loss\":null,\"answered_seconds_ago\":null}],"
                                + "\"crypto\":{\"aes_256_gcm\":\"ipsec-mb 1.3.0\",\"chacha20_poly1305\":\"libcrypto 3.0.22\",\"x25519\":\"JDK 25.0.3\"},"
                                + "\"drops\":{\"malformed\":0,\"unknown_wire_id\":0,\"bad_tag\":0,\"replayed\":0,\"binding_ended\":0,\"bad_inner\":0,\"half_lost\":0,"
                                + "\"foreign_source\":0,\"no_route\":0,\"gate_closed\":0,\"held_too_long\":0,\"key_exhausted\":0,\"lease_over\":0,\"back_pressure\":0,"
                                + "\"control_queue_full\":0},"
                                + "\"transports\":[{\"id\":\"udp-wlan0\",\"counters\":{\"no_peer\":0,\"displaced\":0,\"connected\":0}},"
                                + "{\"id\":\"udp-eth0\",\"counters\":{\"no_peer\":0,\"displaced\":3,\"connected\":3}},"
                                + "{\"id\":\"udp-lte0\",\"counters\":{\"no_peer\":0,\"displaced\":0,\"connected\":0}}]}\n",
                        ""));
    }

    @Test
    void aClientsStatusForPeople() throws Exception {
        start("connect", "laptop.toml");
        assertThat(ask("status").out()).isEqualTo("""
                laptop  ATTACHED since 2026-11-23T18:00:00.123Z (REATTACH_ACCEPT)
                  session    000102030405060708090a0b0c0d0e0f, version 3.1
                  gateway    gw1
                  path       udp wlan0 192.0.2.5:40000 -> 198.51.100.1:4500
                  inner      10.77.0.2,fd77::2 on jvpn0
                  quality    rtt 41.235 ms, loss 1.2 %
                  traffic    sent 1.5 MiB, received 17 B
                  crypto     AES-256-GCM ipsec-mb 1.3.0, ChaCha20-Poly1305 libcrypto 3.0.22, X25519 JDK 25.0.3
                  candidate  udp-wlan0  udp wlan0 192.0.2.5:40000 -> 198.51.100.1:4500  active, rtt 41.235 ms, loss 1.2 %, answered 0.0 s ago
                  candidate  udp-eth0  udp eth0 192.0.2.5:40000 -> 198.51.100.1:4500  dead, rtt 9.5 ms, loss -, answered 83.3 s ago
                  candidate  udp-lte0  udp lte0 192.0.2.5:40000 -> 198.51.100.1:4500  up, rtt -, loss -, answered never
                  transport  udp-eth0  displaced 3, connected 3
                """);
    }

    @Test
    void aGatewaysStatusAndSessions() throws Exception {
        start("gateway", "gateway.toml");
        assertThat(ask("status").out()).isEqualTo("""
                gw1  gateway since 2026-11-23T18:00:00.123Z on udp://0.0.0.0:4500, 1 of 3 clients connected
                crypto: AES-256-GCM ipsec-mb 1.3.0, ChaCha20-Poly1305 libcrypto 3.0.22, X25519 JDK 25.0.3
                CLIENT  STATE     VERSION  INNER              PATH                                            RTT        LOSS   SESSION
                laptop  ATTACHED  3.1      10.77.0.2,fd77::2  udp wlan0 192.0.2.5:40000 -> 198.51.100.1:4500  41.235 ms  1.2 %  000102030405060708090a0b0c0d0e0f
                  transport  udp://0.0.0.0:4500  displaced 7, connected 7
                """);
        assertThat(ask("status", "--json").out())
                .startsWith("{\"role\":\"gateway\",\"name\":\"gw1\"")
                .contains("\"embedded\",\"state_folder\":\"/var/lib/jumpvpn/gw1.state\",\"state_problem\":null")
                .contains("\"sessions\":[{\"state\":\"ATTACHED\"");
        assertThat(ask("sessions").out()).startsWith("CLIENT  STATE").contains("laptop  ATTACHED");
        assertThat(ask("sessions", "--json").out())
                .startsWith("[{\"state\":\"ATTACHED\"")
                .endsWith("}]\n");
    }

    @Test
    void whatIsAskedIsDoneOrRefusedWithAReason() throws Exception {
        start("connect", "laptop.toml");
        assertThat(ask("jump")).isEqualTo(new Run(0, "jumping to the best\n", ""));
        assertThat(ask("jump", "--to", "wlan0", "--json"))
                .isEqualTo(new Run(0, "{\"text\":\"jumping to wlan0\"}\n", ""));
        assertThat(ask("jump", "--to=eth7"))
                .isEqualTo(new Run(
                        1,
                        "",
                        "jumpvpn: refused, NO_VALID_CANDIDATE: there is no path \"eth7\"; there are udp-wlan0\n"));
        assertThat(ask("terminate", "laptop")).isEqualTo(new Run(0, "ended laptop\n", ""));
    }

    @Test
    void theSocketIsForItsOwnerAloneAndGoesWithTheNode() throws Exception {
        Started started = start("connect", "laptop.toml");
        Path socket = sockets.resolve("laptop.sock");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
        assertThat(started.log()).contains("INFO  laptop runs, control socket " + socket);
        assertThat(started.stop()).isZero();
        assertThat(started.node().closed.getCount()).isZero();
        assertThat(socket).doesNotExist();
        assertThat(started.log()).contains("INFO  stopping");
    }

    @Test
    void aSecondNodeIsRefusedAndTheFirstLives() throws Exception {
        start("connect", "laptop.toml");
        Started second = start("connect", "laptop.toml");
        second.thread().join();
        assertThat(second.code()).hasValue(Main.FAILED);
        assertThat(second.log()).contains("already running: a node answers at " + sockets.resolve("laptop.sock"));
        assertThat(second.node().started.getCount()).isOne();
        assertThat(ask("status").code()).isZero();
    }

    @Test
    void aSocketLeftOverIsReplaced() throws Exception {
        Path socket = sockets.resolve("laptop.sock");
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(socket));
        }
        assertThat(socket).exists();
        assertThat(ask("status").err()).contains("no node runs here");
        start("connect", "laptop.toml");
        assertThat(ask("status").code()).isZero();
    }

    @Test
    void anotherFileInItsPlaceIsLeftAlone() throws Exception {
        Files.writeString(sockets.resolve("laptop.sock"), "mine");
        Started started = start("connect", "laptop.toml");
        started.thread().join();
        assertThat(started.code()).hasValue(Main.FAILED);
        assertThat(started.log()).contains("is another file's place");
        assertThat(sockets.resolve("laptop.sock")).hasContent("mine");
    }

    @Test
    void aPathThatTheKernelCantTakeIsNamed() throws Exception {
        Path file = folder.resolve("laptop.toml");
        Files.writeString(
                file, Files.readString(file).replace("[network]", "control = \"" + "x".repeat(120) + "\"\n[network]"));
        Started started = start("connect", "laptop.toml");
        started.thread().join();
        assertThat(started.code()).hasValue(Main.FAILED);
        assertThat(started.log()).contains("more than 107 bytes");
    }

    @Test
    void theConfiguredSocketIsUsed() throws Exception {
        Path file = folder.resolve("laptop.toml");
        Files.writeString(file, Files.readString(file).replace("[network]", "control = \"sub/own.sock\"\n[network]"));
        start("connect", "laptop.toml");
        assertThat(ask("status").err()).contains("no node runs here");
        assertThat(ask("status", "--control", folder.resolve("sub/own.sock").toString())
                        .code())
                .isZero();
    }

    @Test
    void ofSeveralNodesOneMustBeNamed() throws Exception {
        start("connect", "laptop.toml");
        start("gateway", "gateway.toml");
        Run run = ask("status");
        assertThat(run.code()).isEqualTo(Main.FAILED);
        assertThat(run.err())
                .contains("several nodes run here; say which:\n  --control " + sockets.resolve("gw1.sock")
                        + "\n  --control " + sockets.resolve("laptop.sock"));
        assertThat(ask("status", "--control", sockets.resolve("gw1.sock").toString())
                        .out())
                .startsWith("gw1  gateway");
    }

    @Test
    void noNodeIsSaidWithTheWayOut() {
        assertThat(ask("status").err())
                .contains("no node runs here")
                .contains(sockets.toString())
                .contains("--control PATH");
        assertThat(ask("jump", "--control", folder.resolve("no.sock").toString())
                        .err())
                .contains("there is no control socket " + folder.resolve("no.sock"));
        assertThat(ask("jump", "--control", folder.resolve("no.sock").toString())
                        .code())
                .isEqualTo(Main.FAILED);
    }

    @Test
    void aFolderThatOthersMayWriteIsNotTrusted() throws Exception {
        start("connect", "laptop.toml");
        Files.setPosixFilePermissions(sockets, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(ask("status").err()).contains("no node runs here");
        Started second = start("gateway", "gateway.toml");
        second.thread().join();
        assertThat(second.log()).contains("no folder for the control socket can be written");
    }

    @Test
    void whyANodeCantStartIsSaid() throws Exception {
        Path file = folder.resolve("gateway.toml");
        Files.writeString(file, Files.readString(file).replace("jvpn0", "taken0"));
        Started started = start("gateway", "gateway.toml");
        started.thread().join();
        assertThat(started.code()).hasValue(Main.FAILED);
        assertThat(started.log())
                .isEqualTo("jumpvpn: interface taken0 exists already; choose another name in " + file + ":9\n");
        assertThat(sockets.resolve("gw1.sock")).doesNotExist();
    }

    @Test
    void aNodeThatFailsEndsTheCommand() throws Exception {
        Started started = start("connect", "laptop.toml");
        started.node().failure.complete("the TUN device is gone; start again");
        started.thread().join();
        assertThat(started.code()).hasValue(Main.FAILED);
        assertThat(started.log()).endsWith("jumpvpn: the TUN device is gone; start again\n");
        assertThat(started.node().closed.getCount()).isZero();
    }

    @Test
    void eventsAreTheNewestThenThoseToCome() throws Exception {
        Started started = start("connect", "laptop.toml");
        started.node().events.publish("{\"seq\":1}");
        started.node().events.publish("{\"seq\":2}");
        assertThat(ask("events")).isEqualTo(new Run(0, "{\"seq\":1}\n{\"seq\":2}\n", ""));

        try (SocketChannel follower = raw("laptop.sock")) {
            BufferedReader lines = reader(follower);
            say(follower, "{\"command\":\"events\",\"follow\":true}\n");
            assertThat(lines.readLine()).isEqualTo("{\"ok\":true,\"result\":{}}");
            assertThat(lines.readLine()).isEqualTo("{\"seq\":1}");
            assertThat(lines.readLine()).isEqualTo("{\"seq\":2}");
            started.node().events.publish("{\"seq\":3}");
            assertThat(lines.readLine()).isEqualTo("{\"seq\":3}");
            started.stop();
            assertThat(lines.readLine()).isNull();
        }
    }

    @Test
    void aFollowerThatDoesNotReadIsToldWhatItMissed() throws Exception {
        Started started = start("connect", "laptop.toml");
        String line = "{\"x\":\"" + "y".repeat(10_000) + "\"}";
        try (SocketChannel follower = raw("laptop.sock")) {
            say(follower, "{\"command\":\"events\",\"follow\":true}\n");
            BufferedReader lines = reader(follower);
            assertThat(lines.readLine()).contains("true");
            for (int i = 0; i < 1000; i++) {
                started.node().events.publish(line); // 10 MB: more than socket buffers and feed hold
            }
            assertThat(ask("status").code()).isZero();
            long heard = 0;
            long missed = 0;
            while (heard + missed < 1000) { // the test's timeout if a line is lost without a word
                String next = lines.readLine();
                if (next.contains("EVENTS_DROPPED")) {
                    missed += Long.parseLong(next.replaceAll("[^0-9]", ""));
                } else {
                    assertThat(next).isEqualTo(line);
                    heard++;
                }
            }
            assertThat(heard + missed).isEqualTo(1000);
            assertThat(missed).isPositive();
        }
    }

    @Test
    void followersThatLeaveMakeRoom() throws Exception {
        start("connect", "laptop.toml");
        for (int i = 0; i < 100; i++) {
            Awaitility.await().pollInterval(1, TimeUnit.MILLISECONDS).until(this::canFollow);
        }
    }

    private boolean canFollow() throws IOException {
        try (SocketChannel follower = raw("laptop.sock")) {
            say(follower, "{\"command\":\"events\",\"follow\":true}\n");
            return String.valueOf(reader(follower).readLine()).contains("true");
        }
    }

    @Test
    void nonsenseIsAnsweredAndHarmsNothing() throws Exception {
        start("connect", "laptop.toml");
        for (String nonsense : List.of(
                "\n",
                "{}\n",
                "[]\n",
                "hello\n",
                "{\"command\":\"reboot\"}\n",
                "{\"command\":\"terminate\"}\n",
                "[".repeat(4000) + "\n",
                "x".repeat(4096))) {
            try (SocketChannel peer = raw("laptop.sock")) {
                say(peer, nonsense);
                assertThat(reader(peer).readLine())
                        .startsWith("{\"ok\":false,\"reason\":\"BAD_REQUEST\",\"message\":\"");
            }
        }
        try (SocketChannel peer = raw("laptop.sock")) {
            say(peer, "{\"command\":\"status\"");
        }
        assertThat(ask("status").code()).isZero();
    }

    @Test
    void aBugInTheNodeEndsTheRequestOnly() throws Exception {
        Started started = start("connect", "laptop.toml");
        assertThat(ask("terminate", "bug").err()).contains("refused, BUG: the node met a bug; its log says where");
        assertThat(started.log()).contains("ERROR control request failed: java.lang.IllegalStateException: a bug");
        assertThat(ask("status").code()).isZero();
    }

    @Test
    void peersThatSayNothingAreBoundedAndAnsweredBusy() throws Exception {
        start("connect", "laptop.toml");
        List<SocketChannel> silent = new ArrayList<>();
        try {
            Awaitility.await().pollInterval(1, TimeUnit.MILLISECONDS).until(() -> {
                silent.add(raw("laptop.sock"));
                return ask("status").err().contains("BUSY");
            });
            assertThat(silent.size()).isBetween(16, 40);
        } finally {
            for (SocketChannel peer : silent) {
                peer.close();
            }
        }
        Awaitility.await().until(() -> ask("status").code() == 0);
    }
}
