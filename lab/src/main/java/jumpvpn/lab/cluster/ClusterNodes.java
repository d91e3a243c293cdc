package jumpvpn.lab.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import jumpvpn.core.observability.audit.Report;
import jumpvpn.core.session.Policy;
import jumpvpn.lab.netns.Check;
import jumpvpn.lab.netns.JavaCommand;
import jumpvpn.lab.netns.Json;
import jumpvpn.lab.netns.Namespace;
import jumpvpn.lab.netns.ProductCommands;
import jumpvpn.lab.netns.Topology;
import jumpvpn.lab.netns.Workspace;
import jumpvpn.node.observability.jsonl.EventFiles;
import org.jspecify.annotations.Nullable;

/** The product in a cluster: the files of gateways and client, their processes, and what an operator asks of them. */
final class ClusterNodes {
    static final String CLIENT = "laptop";
    static final int PORT = 4500;
    private static final List<String> LARGE_HEAP = List.of("-Xms2g", "-Xmx2g", "-Xmn768m");
    private static final Duration COMMAND = Duration.ofSeconds(30);

    private final Workspace workspace;
    private final JavaCommand product;
    private final ProductCommands commands;
    private final ClusterOptions options;
    private final ClusterCrowd crowd;
    private @Nullable Path clockLibrary;

    private ClusterNodes(Workspace workspace, ClusterOptions options, ClusterCrowd crowd) {
        this.workspace = workspace;
        this.options = options;
        this.crowd = crowd;
        this.product = JavaCommand.product();
        this.commands = new ProductCommands(workspace, product, COMMAND);
    }

    /**
     * Makes the keys and writes all files.
     *
     * @param crowd whom the gateways know beside the one
     */
    static ClusterNodes prepare(Workspace workspace, ClusterOptions options, ClusterCrowd crowd) throws IOException {
        ClusterNodes nodes = new ClusterNodes(workspace, options, crowd);
        nodes.commands.makeKey("cluster");
        String clients = "[[client]]\nname = \"%s\"\npublic-key = \"%s\"\naddress = [\"%s\"]\n%s"
                .formatted(CLIENT, nodes.commands.makeKey(CLIENT), crowd.network.client, crowd.sections());
        StringBuilder gateways = new StringBuilder();
        for (int number = 1; number <= ClusterTopology.GATEWAYS; number++) {
            gateways.append("[[gateway]]\nname = \"%s\"\npublic-key = \"%s\"\nendpoints = [\"udp://%s:%d\"]\n"
                    .formatted(
                            gateway(number),
                            nodes.commands.makeKey(gateway(number)),
                            ClusterTopology.outside(number),
                            PORT));
            Files.writeString(workspace.file(gateway(number) + ".toml"), gatewayFile(number, crowd.network, clients));
        }
        Files.writeString(workspace.file(CLIENT + ".toml"), """
                [client]
                name        = "%1$s"
                private-key = "%1$s.key"
                control     = "%1$s.sock"
                events      = "%1$s.jsonl"
                [network]
                interface   = "jvpn0"
                routes      = ["%2$s"]
                %3$s""".formatted(CLIENT, Topology.INSIDE_NETWORK, gateways));
        return nodes;
    }

    /** The name of the gateway of this number, from 1. */
    static String gateway(int number) {
        return "gw" + number;
    }

    private static String gatewayFile(int number, InnerNetwork network, String clients) {
        String members = IntStream.rangeClosed(1, ClusterTopology.GATEWAYS)
                .mapToObj(member ->
                        "[[member]]\nname = \"%s\"\nnumber = %d\nendpoints = [\"udp://%s:%d\"]\ninside = \"%s\"\n"
                                .formatted(
                                        gateway(member),
                                        member,
                                        ClusterTopology.outside(member),
                                        PORT,
                                        ClusterTopology.inside(member)))
                .collect(Collectors.joining());
        return """
                [gateway]
                name        = "%1$s"
                private-key = "%1$s.key"
                listen      = ["udp://0.0.0.0:%2$d"]
                control     = "%1$s.sock"
                events      = "%1$s.jsonl"
                [network]
                interface   = "jvpn0"
                address     = ["%3$s"]
                [ownership]
                mode        = "etcd"
                endpoints   = [%4$s]
                lease       = "%5$ds"
                [cluster]
                secret      = "cluster.key"
                inside      = "lan0"
                %6$s%7$s""".formatted(
                        gateway(number),
                        PORT,
                        network.gateway,
                        ClusterTopology.storeAddresses().stream()
                                .map("\"http://%s:2379\""::formatted)
                                .collect(Collectors.joining(", ")),
                        ClusterRun.LEASE.toSeconds(),
                        members,
                        clients);
    }

    String publicKey(String name) throws IOException {
        return commands.publicKey(name);
    }

    /** Where this gateway is reached, as address and port. */
    static String endpoint(int number) {
        return ClusterTopology.outside(number) + ":" + PORT;
    }

    /** Starts a gateway, as it is or with the fault that was asked for. */
    Process startGateway(int number, Namespace namespace) throws IOException {
        String name = gateway(number);
        String config = workspace.file(name + ".toml").toString();
        List<String> line = options.fencingOff()
                ? JavaCommand.current().line(FaultyGateway.class.getName(), List.of(config))
                : product.productLine(ProductCommands.MAIN, List.of("gateway", "--config", config));
        if (crowd.network == InnerNetwork.ROUTED) {
            line.addAll(line.indexOf("-cp"), LARGE_HEAP);
        }
        ProcessBuilder builder = namespace.command(line);
        if (clockLibrary != null) {
            clock(number, 0);
            builder.environment().put("LD_PRELOAD", clockLibrary.toString());
            builder.environment()
                    .put("FAKETIME_TIMESTAMP_FILE", clockFile(number).toString());
            builder.environment().put("FAKETIME_DONT_FAKE_MONOTONIC", "1");
            builder.environment().put("FAKETIME_CACHE_DURATION", "1");
            builder.environment()
                    .put("FAKETIME_FORCE_MONOTONIC_FIX", "0"); // else every timed wait of Java's is over at once
        }
        return workspace.startLogged(builder, name + ".log");
    }

    /** From now on gateways' wall clocks can be stepped, by this library. */
    void steppable(Path library) {
        clockLibrary = library;
    }

    /** The wall clock of this gateway is so many seconds ahead of the machine's. */
    void clock(int number, int seconds) throws IOException {
        Files.writeString(clockFile(number), "%+d\n".formatted(seconds));
    }

    private Path clockFile(int number) {
        return workspace.file(gateway(number) + ".clock");
    }

    Process startClient(Namespace namespace) throws IOException {
        String config = workspace.file(CLIENT + ".toml").toString();
        return workspace.startLogged(
                namespace.command(product.productLine(ProductCommands.MAIN, List.of("connect", "--config", config))),
                CLIENT + ".log");
    }

    /** How often a node has said that it runs; its control socket is there before its ports are open. */
    long starts(String node) throws IOException {
        Path log = workspace.file(node + ".log");
        return Files.exists(log)
                ? Files.readString(log, StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> line.contains(" runs, "))
                        .count()
                : 0;
    }

    /** What {@code status --json} says. */
    Map<String, @Nullable Object> status(String node) throws IOException {
        return Json.object(commands.run(
                List.of("status", "--json", "--control", control(node).toString())));
    }

    /** What {@code cluster --json} says. */
    Map<String, @Nullable Object> cluster(String node) throws IOException {
        return Json.object(commands.run(
                List.of("cluster", "--json", "--control", control(node).toString())));
    }

    /** The gateway's clients are sent to others; returns when none is left. */
    String drain(String node) throws IOException {
        return commands.run(List.of("drain", "--control", control(node).toString()))
                .strip();
    }

    /** The control socket of a node. */
    Path control(String node) {
        return workspace.file(node + ".sock");
    }

    Path events(String node) {
        return workspace.file(node + ".jsonl");
    }

    String log(String node) throws IOException {
        return node + ": " + Namespace.tail(workspace.file(node + ".log"));
    }

    /** What the files of these nodes prove, once all are stopped. */
    Check audit(List<String> nodes) throws IOException {
        return ProductCommands.proven("the events of all nodes", report(nodes));
    }

    /** Whether they prove that something was wrong; nodes may still write. */
    boolean isViolated(List<String> nodes) throws IOException {
        return report(nodes).verdict() == jumpvpn.core.observability.audit.Verdict.VIOLATED;
    }

    private Report report(List<String> nodes) throws IOException {
        return EventFiles.audit(
                nodes.stream().map(this::events).filter(Files::exists).toList(),
                version -> version == Policy.DEFAULT.version() ? Policy.DEFAULT : null);
    }
}
