package jumpvpn.lab.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jumpvpn.core.security.KeyPair;
import jumpvpn.lab.netns.EventLine;
import jumpvpn.lab.netns.JavaCommand;
import jumpvpn.lab.netns.Namespace;
import jumpvpn.lab.netns.NodeFiles;
import jumpvpn.lab.netns.Workspace;

/**
 * Two gateways on one host, on addresses of their own, beside a store of one member if they want one, and a client that knows both:
 * <pre>
 *   client   cable0 192.0.2.9/24 ──────────── cable0 192.0.2.1/24 gw1, 192.0.2.2/24 gw2   host
 *                                             lo 127.0.0.1:2379 store
 * </pre>
 */
final class TwoGateways implements AutoCloseable {
    static final String CLIENT = "laptop";
    static final String CLIENT_ADDRESS = "10.88.0.2";
    private static final String MAIN = "jumpvpn.node.app.Main";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    final Workspace workspace;
    final Namespace host;
    final Namespace client;
    private final NodeFiles files;
    private final Map<String, KeyPair> keys = new HashMap<>();

    private TwoGateways(Workspace workspace) throws IOException {
        this.workspace = workspace;
        files = new NodeFiles(workspace);
        client = Namespace.open("client", workspace);
        host = Namespace.open("host", workspace);
        host.shell("""
                ip link add name cable0 type veth peer name cable0 netns %d
                ip address add 192.0.2.1/24 dev cable0 && ip address add 192.0.2.2/24 dev cable0 && ip link set cable0 up
                """.formatted(client.pid()));
        client.shell("ip address add 192.0.2.9/24 dev cable0 && ip link set cable0 up");
        for (String name : List.of("cluster", "gw1", "gw2", CLIENT)) {
            keyFile(name);
        }
        Files.writeString(workspace.file(CLIENT + ".toml"), """
                [client]
                name        = "laptop"
                private-key = "laptop.key"
                control     = "laptop.sock"
                events      = "laptop.jsonl"
                [network]
                interface   = "jvpn0"
                routes      = ["10.99.0.0/24"]
                %s%s""".formatted(gatewaySection(1), gatewaySection(2)));
    }

    private String gatewaySection(int number) {
        return "[[gateway]]\nname = \"gw%1$d\"\npublic-key = \"%2$s\"\nendpoints = [\"udp://192.0.2.%1$d:4500\"]\n"
                .formatted(number, publicKey("gw" + number));
    }

    /** Builds it; on a machine that can't, the test is skipped, and says so. */
    static TwoGateways open() throws IOException {
        NodeFiles.orSkip();
        Workspace workspace = Workspace.create(false);
        try {
            return new TwoGateways(workspace);
        } catch (IOException | RuntimeException e) {
            workspace.close();
            throw e;
        }
    }

    /** A store of one member at 127.0.0.1; skips the test where there is no etcd. */
    EtcdProcesses startStore() throws IOException {
        EtcdPackages.orSkip();
        return EtcdProcesses.start(workspace.file("store"), host::command, List.of("127.0.0.1"));
    }

    private void keyFile(String name) throws IOException {
        KeyPair pair = NodeFiles.key();
        keys.put(name, pair);
        files.write(name + ".key", pair);
    }

    private String publicKey(String name) {
        return NodeFiles.base64(keys.get(name).publicKey());
    }

    /**
     * Writes a gateway's file.
     *
     * @param more its sections of ownership, cluster and members
     */
    void gatewayFile(int number, String more) throws IOException {
        Files.writeString(workspace.file("gw" + number + ".toml"), """
                [gateway]
                name        = "gw%1$d"
                private-key = "gw%1$d.key"
                listen      = ["udp://192.0.2.%1$d:4500", "udp://192.0.2.%1$d:4501"]
                control     = "gw%1$d.sock"
                events      = "gw%1$d.jsonl"
                [network]
                interface   = "jvpn%1$d"
                address     = ["10.88.0.1/24"]
                [[client]]
                name        = "laptop"
                public-key  = "%2$s"
                address     = ["%4$s"]
                %3$s""".formatted(
                        number, publicKey(CLIENT), more, CLIENT_ADDRESS));
    }

    /** Starts a gateway and waits until it says that it runs. */
    Process start(int number) throws IOException {
        String name = "gw" + number;
        long before = starts(name);
        Process process = start(host, "gateway", name);
        until(() -> starts(name) > before, name);
        return process;
    }

    private long starts(String name) throws IOException {
        return log(name).lines().filter(line -> line.contains(" runs, ")).count();
    }

    /** Starts another client, of the files that {@code client add} wrote. */
    Process startClient(String name) throws IOException {
        return start(client, "connect", name);
    }

    /** Starts the client and waits for its session. */
    Process startClient() throws IOException {
        Process process = startClient(CLIENT);
        until(() -> events(CLIENT).stream().anyMatch(event -> event.is("STATE_CHANGE", "HANDSHAKE_OK")), CLIENT);
        return process;
    }

    private Process start(Namespace where, String command, String name) throws IOException {
        String file = workspace.file(name + ".toml").toString();
        return workspace.startLogged(
                where.command(JavaCommand.current().line(MAIN, List.of(command, "--config", file))), name + ".log");
    }

    /** What a command prints, of a node that runs. */
    String ask(String node, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--control", workspace.file(node + ".sock").toString()));
        return NodeFiles.run(all.toArray(String[]::new)).out();
    }

    /** SIGTERM; the exit code, which must come within the 3 s that a gateway has and a little for the machine. */
    static int stop(Process process) throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(Duration.ofSeconds(5))) {
                throw new AssertionError("still running after 5 s");
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

    /** Waits for the condition; fails with the log of the node if it does not come true. */
    void until(Condition condition, String node) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "not in " + PATIENCE + ": " + log(node) + Namespace.tail(workspace.file(node + ".jsonl")));
            }
            NodeFiles.pause();
        }
    }

    String log(String node) throws IOException {
        return files.log(node + ".log");
    }

    /** All events of a node. */
    List<EventLine> events(String node) {
        return files.events(node);
    }

    boolean said(String node, String type, String reason) {
        return events(node).stream().anyMatch(event -> event.is(type, reason));
    }

    /** Traffic from now on, which misses a gateway at once: a tunnel at rest looks every 20 s. */
    void startPing() throws IOException {
        workspace.startLogged(client.command(List.of("ping", "-q", "-i", "0.2", "10.99.0.1")), "ping.log");
    }

    /** From now on nothing that the client sends to this address and port gets there, silently. */
    void cut(String address, int port) throws IOException {
        client.shell(
                "nft 'table ip cut%2$d { chain o { type filter hook output priority 0; ip daddr %1$s udp dport %2$d drop; }; }'"
                        .formatted(address, port));
    }

    @Override
    public void close() {
        workspace.close();
    }
}
