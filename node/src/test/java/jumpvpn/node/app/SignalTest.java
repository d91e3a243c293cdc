package jumpvpn.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jumpvpn.node.config.ClientConfig;
import jumpvpn.node.runtime.Log;
import jumpvpn.node.runtime.NodeControl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signals, sent to a process of its own. */
@Timeout(60)
class SignalTest {
    @TempDir
    Path folder;

    /** The process: {@code connect} with a fake node that ends at once, or with "stuck" never. */
    static final class Child {
        private Child() {}

        public static void main(String[] words) {
            FakeNode node = new FakeNode();
            Nodes nodes = words[1].equals("stuck") ? new Stuck() : node;
            Context context = new Context(
                    new ByteArrayInputStream(new byte[0]),
                    System.out,
                    System.err,
                    new ControlPaths(List.of(Path.of(words[0], "run"))),
                    false,
                    out -> {},
                    nodes);
            int code = Main.run(List.of("connect", "--config", words[0] + "/laptop.toml"), context);
            System.err.println("closed " + node.closed.getCount());
            System.exit(code);
        }
    }

    /** A node that can't be closed. */
    private static final class Stuck implements Nodes {
        @Override
        public NodeControl gateway(jumpvpn.node.config.GatewayConfig config, Log log) {
            throw new AssertionError();
        }

        @Override
        public NodeControl client(ClientConfig config, Log log) {
            FakeNode node = new FakeNode();
            return new NodeControl() {
                @Override
                public jumpvpn.node.runtime.Reply handle(
                        jumpvpn.node.runtime.Request request, jumpvpn.node.runtime.Through through) {
                    return node.handle(request, through);
                }

                @Override
                public jumpvpn.node.observability.jsonl.EventFeed events() {
                    return node.events;
                }

                @Override
                public java.util.concurrent.CompletableFuture<String> failure() {
                    return node.failure;
                }

                @Override
                public void close() {
                    while (true) {
                        try {
                            Thread.sleep(1000);
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                    }
                }
            };
        }
    }

    private Process start(String kind) throws IOException {
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
        Process process = new ProcessBuilder(
                        "env", // a background shell job is started with SIGINT ignored, and its children inherit that
                        "--default-signal=INT,TERM",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        folder.toString(),
                        kind)
                .start();
        BufferedReader log = process.errorReader();
        String line = log.readLine();
        while (line != null && !line.contains(" runs, ")) {
            line = log.readLine();
        }
        assertThat(line).as("the process's line that it runs").isNotNull();
        return process;
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void asksForAnOrderlyEnd(String signal) throws Exception {
        Process process = start("quick");
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .start()
                .waitFor();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(process.errorReader().lines()).anyMatch(line -> line.endsWith("INFO  stopping"));
        assertThat(folder.resolve("run/laptop.sock")).doesNotExist();
    }

    @Test
    void isObeyedWithinABoundAlsoByANodeThatHangs() throws Exception {
        Process process = start("stuck");
        long before = System.nanoTime();
        process.destroy(); // SIGTERM
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before)).isBetween(2900L, 6000L);
        assertThat(process.exitValue()).isEqualTo(Main.FAILED);
    }

    @Test
    void killLeavesASocketThatTheNextStartReplaces() throws Exception {
        Process killed = start("quick");
        killed.destroyForcibly().waitFor();
        assertThat(folder.resolve("run/laptop.sock")).exists();
        try (var files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }
        Process next = start("quick");
        assertThat(Run.in(folder.resolve("run"), new FakeNode(), "status").code())
                .isZero();
        next.destroy();
        assertThat(next.waitFor(5, TimeUnit.SECONDS)).isTrue();
    }
}
