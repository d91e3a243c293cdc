package jumpvpn.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.node.runtime.Log;
import jumpvpn.node.runtime.NodeStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code paths} says of a client that answers at its socket. */
@Timeout(30)
class PathsTest {
    private static final String TABLE = """
            laptop  ATTACHED, session 000102030405060708090a0b0c0d0e0f
            PATH       STATE   RTT        LOSS   ANSWERED
            udp-wlan0  active  41.235 ms  1.2 %  0.0 s ago
            udp-eth0   dead    9.5 ms     -      83.3 s ago
            udp-lte0   up      -          -      never
            """;

    @TempDir
    Path folder;

    private final FakeNode node = new FakeNode();
    private ControlSocket socket;

    /** Takes so many prints, does something with the last, and is gone at the next. */
    private static final class Reader extends OutputStream {
        private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
        private final Runnable atLast;
        private int patience;

        Reader(int prints, Runnable atLast) {
            this.patience = prints;
            this.atLast = atLast;
        }

        @Override
        public void write(int b) {
            throw new AssertionError("a print is one write, so that no half table is seen");
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            if (patience == 0) {
                throw new IOException("Broken pipe");
            }
            heard.write(bytes, from, length);
            patience--;
            if (patience == 0) {
                atLast.run();
            }
        }
    }

    @BeforeEach
    void serve() throws Exception {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        socket = ControlSocket.bind(folder.resolve("laptop.sock"));
        socket.serve(new ControlServer(node, new Log(System.err, InstantSource.system())));
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
    }

    private Run ask(String... words) {
        return Run.in(folder, node, words);
    }

    private Run watch(Reader reader, String... more) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> words = new ArrayList<>(List.of("paths", "--watch"));
        words.addAll(List.of(more));
        int code = Main.run(words, Run.context("", reader, err, new ControlPaths(List.of(folder)), node));
        return new Run(code, reader.heard.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aLineAPathForPeople() {
        assertThat(ask("paths")).isEqualTo(new Run(0, TABLE, ""));
    }

    @Test
    void theSessionAndItsPathsForMachines() {
        Run run = ask("paths", "--json");
        assertThat(run.out())
                .startsWith(
                        "{\"name\":\"laptop\",\"state\":\"ATTACHED\",\"session_id\":\"000102030405060708090a0b0c0d0e0f\","
                                + "\"candidates\":[{\"id\":\"udp-wlan0\",")
                .contains("\"state\":\"dead\",\"rtt_ms\":9.5,\"loss\":null,\"answered_seconds_ago\":83.3}")
                .endsWith("\"answered_seconds_ago\":null}]}\n");
        assertThat(run.code()).isZero();
    }

    @Test
    void watchedTheyAreDrawnInPlaceOfTheLastUntilTheReaderIsGone() {
        String screen = "\u001b[H\u001b[J" + TABLE;
        assertThat(watch(new Reader(2, () -> {}))).isEqualTo(new Run(0, screen + screen, ""));
    }

    @Test
    void watchedForMachinesTheyAreALineASecond() {
        String line = ask("paths", "--json").out();
        assertThat(watch(new Reader(2, () -> {}), "--json")).isEqualTo(new Run(0, line + line, ""));
    }

    @Test
    void anInterruptEndsTheWatch() {
        Run run = watch(new Reader(1, Thread.currentThread()::interrupt), "--json");
        assertThat(Thread.interrupted()).as("is kept for the caller").isTrue();
        assertThat(run).isEqualTo(new Run(0, ask("paths", "--json").out(), ""));
    }

    @Test
    void aNodeThatGoesEndsTheWatchWithTheWayOut() {
        Reader reader = new Reader(1, () -> {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        Run run = watch(reader, "--json");
        assertThat(run.code()).isEqualTo(Main.FAILED);
        assertThat(run.out().lines()).hasSize(1);
        assertThat(run.err()).startsWith("jumpvpn: there is no control socket " + socket.path());
    }

    @Test
    void theWatchStaysWithItsNodeThoughAnotherStarts() throws IOException {
        List<ControlSocket> more = new ArrayList<>();
        Reader reader = new Reader(1, () -> {
            try {
                more.add(ControlSocket.bind(folder.resolve("another.sock")));
                more.getFirst().serve(new ControlServer(node, new Log(System.err, InstantSource.system())));
            } catch (IOException | CommandFailed e) {
                throw new AssertionError(e);
            }
        });
        assertThat(watch(reader, "--json")).isEqualTo(new Run(0, reader.heard.toString(StandardCharsets.UTF_8), ""));
        more.getFirst().close();
    }

    @Test
    void aGatewayNamesWhereToLook() {
        node.status = new NodeStatus.Gateway(
                "gw1",
                "jvpn0",
                List.of(),
                0,
                "embedded",
                null,
                null,
                1,
                List.of(),
                FakeNode.CRYPTO,
                new jumpvpn.core.data.DropCounters(),
                List.of());
        for (String word : List.of("--control=" + socket.path(), "--json", "--watch")) {
            Run run = ask("paths", word);
            assertThat(run.code()).isEqualTo(Main.FAILED);
            assertThat(run.out()).isEmpty();
            assertThat(run.err())
                    .startsWith("jumpvpn: this node is a gateway, and paths are the client's matter")
                    .contains("\"jumpvpn sessions\"");
        }
    }
}
