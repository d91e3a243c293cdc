package jumpvpn.lab.netns;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jumpvpn.core.security.KeyPair;
import jumpvpn.node.app.Main;
import org.jspecify.annotations.Nullable;

/**
 * The least network that the product runs on, with its configuration files and real processes:
 * <pre>
 *   client   cable0 192.0.2.2/24 ──────────── cable0 192.0.2.1/24   gateway
 *                   192.0.2.3/24                     lo 10.88.0.2/32, inside
 * </pre>
 * Two addresses, so that the client has two paths. The cable takes whole datagrams of 65507 bytes.
 */
final class TwoHosts implements AutoCloseable {
    static final int PORT = 4500;
    static final String INSIDE = "10.88.0.2";
    static final String GATEWAY = "gw1";
    static final String CLIENT = "laptop";
    private static final String MAIN = "jumpvpn.node.app.Main";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    final Workspace workspace;
    final Namespace client;
    final Namespace gateway;
    private final NodeFiles files;
    final KeyPair gatewayKey = NodeFiles.key();
    final KeyPair clientKey = NodeFiles.key();
    private final String gatewayText = """
            [gateway]
            name        = "gw1"
            private-key = "gw1.key"
            listen      = ["udp://0.0.0.0:4500"]
            control     = "gw1.sock"
            events      = "gw1.jsonl"
            [network]
            interface   = "jvpn0"
            address     = ["10.77.0.1/24", "fd77::1/64"]
            masquerade  = false
            [[client]]
            name        = "laptop"
            public-key  = "%s"
            """.formatted(NodeFiles.base64(clientKey.publicKey()));
    private final String clientText = """
            [client]
            name        = "laptop"
            private-key = "laptop.key"
            control     = "laptop.sock"
            events      = "laptop.jsonl"
            [network]
            interface   = "jvpn0"
            routes      = ["10.88.0.0/24"]
            [[gateway]]
            name        = "gw1"
            public-key  = "%s"
            endpoints   = ["udp://192.0.2.1:4500"]
            """.formatted(NodeFiles.base64(gatewayKey.publicKey()));

    /** What a process that has ended said, both streams together, and its exit code. */
    record Ended(int code, String text) {}

    private TwoHosts(Workspace workspace) throws IOException {
        this.workspace = workspace;
        files = new NodeFiles(workspace);
        client = Namespace.open("client", workspace);
        gateway = Namespace.open("gateway", workspace);
        quiet(client);
        quiet(gateway);
        gateway.shell("""
                ip link add name cable0 mtu 65535 type veth peer name cable0 mtu 65535 netns %d
                ip address add 192.0.2.1/24 dev cable0 && ip link set cable0 up
                ip address add 10.88.0.2/32 dev lo
                """.formatted(client.pid()));
        client.shell(
                "ip address add 192.0.2.2/24 dev cable0 && ip address add 192.0.2.3/24 dev cable0 && ip link set cable0 up");
        files.write("gw1.key", gatewayKey);
        files.write("laptop.key", clientKey);
    }

    /** No link-local addresses: they come by themselves, at a time of their own. Forwarding off, whatever was inherited. */
    private static void quiet(Namespace namespace) throws IOException {
        namespace.shell("""
                if [ -e /proc/sys/net/ipv6 ]; then
                    echo 1 > /proc/sys/net/ipv6/conf/default/addr_gen_mode
                    echo 0 > /proc/sys/net/ipv6/conf/all/forwarding
                fi
                echo 0 > /proc/sys/net/ipv4/ip_forward
                """);
    }

    /** Builds it; on a machine that can't, the test is skipped, and says so. */
    static TwoHosts open() throws IOException {
        NodeFiles.orSkip();
        Workspace workspace = Workspace.create(false);
        try {
            return new TwoHosts(workspace);
        } catch (IOException | RuntimeException e) {
            workspace.close();
            throw e;
        }
    }

    /** A fresh key in a file that only its owner can read; the pair. */
    KeyPair keyFile(String name) throws IOException {
        KeyPair pair = NodeFiles.key();
        files.write(name, pair);
        return pair;
    }

    /** Writes the gateway's file, changed by {@code edit}; its text. */
    String gatewayFile(UnaryOperator<String> edit) throws IOException {
        return write("gateway.toml", gatewayText, edit);
    }

    /** Writes a client's file {@code name}, changed by {@code edit}; its text. */
    String clientFile(String name, UnaryOperator<String> edit) throws IOException {
        return write(name, clientText, edit);
    }

    private String write(String name, String text, UnaryOperator<String> edit) throws IOException {
        String edited = edit.apply(text);
        Files.writeString(workspace.file(name), edited);
        return edited;
    }

    /** {@code FILE:LINE: } of the first line that begins with {@code start}, as error messages have it. */
    String at(String file, String start) throws IOException {
        List<String> lines = Files.readAllLines(workspace.file(file));
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(start)) {
                return workspace.file(file) + ":" + (i + 1) + ": ";
            }
        }
        throw new IllegalArgumentException(file + " has no line " + start);
    }

    /**
     * Starts {@code jumpvpn COMMAND --config FILE}; both its streams go to {@code LOG}.
     *
     * @param wrapper a program that replaces itself by ours, and its arguments; may be empty
     */
    Process start(Namespace where, List<String> wrapper, String command, String file, String log) throws IOException {
        List<String> line = new ArrayList<>(wrapper);
        line.addAll(JavaCommand.current()
                .line(MAIN, List.of(command, "--config", workspace.file(file).toString())));
        ProcessBuilder builder = where.command(line).redirectErrorStream(true);
        builder.redirectOutput(
                ProcessBuilder.Redirect.appendTo(workspace.file(log).toFile()));
        return workspace.start(builder, log);
    }

    /** Starts the gateway and waits until it runs. */
    Process startGateway(List<String> wrapper) throws IOException {
        Process process = start(gateway, wrapper, "gateway", "gateway.toml", "gw1.log");
        until(() -> Files.exists(workspace.file("gw1.sock")) && log("gw1.log").contains(" runs, "), process, "gw1.log");
        return process;
    }

    /** Starts the client of {@code client.toml} and waits for its session. */
    Process startClient(List<String> wrapper) throws IOException {
        Process process = start(client, wrapper, "connect", "client.toml", "laptop.log");
        until(() -> !events(CLIENT, "STATE_CHANGE", "HANDSHAKE_OK").isEmpty(), process, "laptop.log");
        return process;
    }

    /** Runs a command that is expected to end by itself. */
    Ended run(Namespace where, List<String> wrapper, String command, String file) throws IOException {
        Files.deleteIfExists(workspace.file("run.log"));
        Process process = start(where, wrapper, command, file, "run.log");
        return new Ended(exitCode(process, PATIENCE), log("run.log"));
    }

    /** Runs a command in this process, which is quicker: for those that touch files and control sockets only, which no namespace keeps apart. */
    static Ended command(String... words) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        int code = Main.run(words, InputStream.nullInputStream(), out, out);
        return new Ended(code, said.toString(StandardCharsets.UTF_8));
    }

    /** Waits for the end of a process. */
    static int exitCode(Process process, Duration most) throws IOException {
        try {
            if (!process.waitFor(most)) {
                throw new AssertionError("still running after " + most);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Something that becomes true. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws IOException;
    }

    /** Waits for the condition; fails with the log if it does not come true, or the process has ended before. */
    void until(Condition condition, Process process, String log) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                throw new AssertionError((process.isAlive() ? "not in " + PATIENCE : "the process ended") + ": "
                        + log(log) + tail("gw1.jsonl") + tail("laptop.jsonl"));
            }
            NodeFiles.pause();
        }
    }

    private String tail(String events) throws IOException {
        return "\n" + events + ": " + Namespace.tail(workspace.file(events));
    }

    String log(String name) throws IOException {
        return files.log(name);
    }

    /** All events of a node. */
    List<EventLine> events(String node) {
        return files.events(node);
    }

    /** Those with this type and reason. */
    List<EventLine> events(String node, String type, String reason) {
        return events(node).stream().filter(event -> event.is(type, reason)).toList();
    }

    /** What {@code status --json} of a running node says. */
    Map<String, @Nullable Object> status(String node) throws IOException {
        return Json.object(NodeFiles.run(
                        "status",
                        "--json",
                        "--control",
                        workspace.file(node + ".sock").toString())
                .out());
    }

    /** An endless ping at 100 probes a second through the tunnel, whose summary goes to {@code ping.log}. */
    Process ping() throws IOException {
        // asked for 5 ms it keeps 100/s, see Ping
        ProcessBuilder builder = client.command(List.of("ping", "-q", "-n", "-i", "0.005", "-W", "1", INSIDE));
        builder.environment().put("LC_ALL", "C");
        return workspace.start(
                builder.redirectErrorStream(true)
                        .redirectOutput(workspace.file("ping.log").toFile()),
                "ping.log");
    }

    /** Ends the ping; the share of its probes that were lost, of how many. */
    Loss endPing(Process ping) throws IOException {
        client.shell("kill -INT " + ping.pid());
        exitCode(ping, PATIENCE);
        Matcher summary =
                Pattern.compile("(\\d+) packets transmitted, (\\d+) received").matcher(log("ping.log"));
        if (!summary.find()) {
            throw new AssertionError("ping gave no summary: " + log("ping.log"));
        }
        int sent = Integer.parseInt(summary.group(1));
        return new Loss(sent, sent - Integer.parseInt(summary.group(2)));
    }

    /** What became of the probes of a ping. */
    record Loss(int sent, int lost) {}

    /** {@code jumpvpn jump}, to the client's other path. */
    void jump() throws IOException {
        NodeFiles.Ran jump =
                NodeFiles.run("jump", "--control", workspace.file("laptop.sock").toString());
        if (jump.code() != 0) {
            throw new AssertionError("jump: " + jump);
        }
    }

    /** All that a node may change on a host: addresses, interfaces, routes, packet filters, forwarding, and the control socket. The cable's IPv6 routes come when it is ready. */
    String footprint(Namespace host) throws IOException {
        return host.shell("""
                ip -o address
                ip -o link | sed 's/ state .*//; s/<.*>//'
                ip -4 route show table all
                ip -6 route show table all | grep -v 'dev cable0'
                nft list ruleset
                cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding
                """)
                + (Files.exists(workspace.file(host == gateway ? "gw1.sock" : "laptop.sock")) ? "control socket" : "");
    }

    @Override
    public void close() {
        workspace.close();
    }
}
