package jumpvpn.lab.netns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import org.jspecify.annotations.Nullable;

/** The product as an operator runs it: keys, configuration files, a gateway process, a client process, and the commands that ask them. */
final class Product {
    static final int PORT = 4500;
    /** QUIC's and TCP's. */
    static final int TLS_PORT = 443;

    private static final String STATE = "gw1.state";
    private static final String MAIN = "jumpvpn.node.app.Main";

    /** One of the two processes. */
    enum Role {
        CLIENT("laptop", "connect"),
        GATEWAY("gw1", "gateway");

        final String nodeName;
        final String command;

        Role(String nodeName, String command) {
            this.nodeName = nodeName;
            this.command = command;
        }
    }

    private final Workspace workspace;
    private final JavaCommand java;

    private Product(Workspace workspace, JavaCommand java) {
        this.workspace = workspace;
        this.java = java;
    }

    /** Writes fresh keys and a matching pair of configuration files into the workspace. */
    static Product prepare(Workspace workspace, JavaCommand java, List<Protocol> transports, Policy policy)
            throws IOException {
        Product product = new Product(workspace, java);
        String gatewayKey = product.makeKey(Role.GATEWAY);
        String clientKey = product.makeKey(Role.CLIENT);
        Files.writeString(product.config(Role.GATEWAY), """
                [gateway]
                name        = "gw1"
                private-key = "gw1.key"
                listen      = [%s]
                control     = "gw1.sock"
                events      = "gw1.jsonl"
                state       = "%s"
                [network]
                interface   = "jvpn0"
                address     = ["10.77.0.1/24", "fd77::1/64"]
                [[client]]
                name        = "laptop"
                public-key  = "%s"
                [policy]
                hold.bytes-per-session = %d
                """.formatted(
                endpoints(transports, "0.0.0.0"), STATE, clientKey, policy.get(PolicyKey.HOLD_BYTES_PER_SESSION)));
        Files.writeString(product.config(Role.CLIENT), """
                [client]
                name        = "laptop"
                private-key = "laptop.key"
                control     = "laptop.sock"
                events      = "laptop.jsonl"
                [network]
                interface   = "jvpn0"
                routes      = ["%s"]
                [[gateway]]
                name        = "gw1"
                public-key  = "%s"
                endpoints   = [%s]
                """.formatted(
                        Topology.INSIDE_NETWORK, gatewayKey, endpoints(transports, Topology.GATEWAY_ADDRESS)));
        return product;
    }

    private static String endpoints(List<Protocol> transports, String host) {
        return transports.stream()
                .map(protocol -> "\"%s://%s:%d\"".formatted(protocol.scheme(), host, port(protocol)))
                .collect(Collectors.joining(", "));
    }

    /** Where the gateway listens for it. */
    static int port(Protocol protocol) {
        return protocol == Protocol.UDP ? PORT : TLS_PORT;
    }

    private String makeKey(Role role) throws IOException {
        String key = run(null, List.of("genkey"));
        Path file = workspace.file(role.nodeName + ".key");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, key);
        return run(key, List.of("pubkey")).strip();
    }

    private Path config(Role role) {
        return workspace.file(role.nodeName + ".toml");
    }

    Path events(Role role) {
        return workspace.file(role.nodeName + ".jsonl");
    }

    /** The gateway's sessions are lost, as with a disk. */
    void loseState() throws IOException {
        Workspace.delete(workspace.file(STATE));
    }

    private String log(Role role) {
        return role.nodeName + ".log";
    }

    /** Starts the process in its namespace. */
    Process start(Role role, Namespace namespace) throws IOException {
        ProcessBuilder builder = namespace.command(java.productLine(
                MAIN, List.of(role.command, "--config", config(role).toString())));
        builder.redirectErrorStream(true);
        builder.redirectOutput(
                ProcessBuilder.Redirect.appendTo(workspace.file(log(role)).toFile()));
        return workspace.start(builder, log(role));
    }

    /** The process can be asked: it has opened its control socket. */
    boolean listens(Role role) {
        return Files.exists(Path.of(control(role)));
    }

    /** What {@code status --json} of a running process says. */
    Map<String, @Nullable Object> status(Role role) throws IOException {
        return Json.object(run(null, List.of("status", "--json", "--control", control(role))));
    }

    /** The operator's planned jump. */
    String jump() throws IOException {
        return run(null, List.of("jump", "--control", control(Role.CLIENT))).strip();
    }

    /** The operator's planned jump to this path or protocol. */
    String jump(String to) throws IOException {
        return run(null, List.of("jump", "--to", to, "--control", control(Role.CLIENT)))
                .strip();
    }

    private String control(Role role) {
        return workspace.file(role.nodeName + ".sock").toString();
    }

    /** The last lines of a process's log, for a reader who wants to know why. */
    String logTail(Role role) throws IOException {
        return Namespace.tail(workspace.file(log(role)));
    }

    private String run(@Nullable String input, List<String> arguments) throws IOException {
        List<String> line = new ArrayList<>(java.line(MAIN, arguments));
        String errors = "command-" + arguments.getFirst() + ".log";
        Process process = workspace.start(new ProcessBuilder(line), errors);
        try (var stdin = process.outputWriter(StandardCharsets.UTF_8)) {
            stdin.write(input == null ? "" : input);
        } catch (IOException e) {
            // It ended without reading: its exit code tells.
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (exitCode(process) != 0) {
            throw new IOException("jumpvpn " + String.join(" ", arguments) + " failed with " + process.exitValue()
                    + ": " + Namespace.tail(workspace.file(errors)) + output);
        }
        return output;
    }

    private static int exitCode(Process process) throws IOException {
        try {
            if (!process.waitFor(Duration.ofSeconds(20))) {
                process.destroyForcibly();
                throw new IOException(
                        "no end after 20 s: " + process.info().commandLine().orElse("a command"));
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
