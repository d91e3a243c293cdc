package jumpvpn.lab.cluster;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jumpvpn.lab.DebianPackage;
import jumpvpn.lab.netns.Check;
import jumpvpn.lab.netns.EventFile;
import jumpvpn.lab.netns.EventLine;
import jumpvpn.lab.netns.JavaCommand;
import jumpvpn.lab.netns.Pause;
import jumpvpn.lab.netns.PayloadServer;
import jumpvpn.lab.netns.Topology;
import jumpvpn.lab.netns.Verdict;
import jumpvpn.lab.netns.Workspace;
import jumpvpn.lab.sessions.Load;
import org.jspecify.annotations.Nullable;

/** One scenario, once: the world that it needs, what it may do there, and what it found. */
final class ClusterRun implements AutoCloseable {
    static final Duration LEASE = Duration.ofSeconds(3);
    private static final Duration START = Duration.ofSeconds(40);
    private static final Duration CROWD_START = Duration.ofMinutes(3);
    /** To ask the crowd costs it more the more they are. */
    static final Duration LOOK = Duration.ofMillis(500);

    private static final Duration POLL = Duration.ofMillis(50);
    private static final double RTT_A_MILLIS = 40;
    private static final double RTT_B_MILLIS = 40;

    final ClusterOptions options;
    final Workspace workspace;
    final ClusterTopology topology;
    final EtcdProcesses store;
    final ClusterNodes nodes;
    final ClusterCrowd crowd;
    private final PrintStream out;
    private final TreeMap<Integer, Process> gateways = new TreeMap<>();
    private @Nullable Process client;
    private final List<Check> checks = new ArrayList<>();
    private final Map<String, @Nullable Object> figures = new LinkedHashMap<>();
    private final long beganNanos = System.nanoTime();

    private ClusterRun(ClusterOptions options, Workspace workspace, PrintStream out, int sessions) throws IOException {
        this.options = options;
        this.workspace = workspace;
        this.out = out;
        topology = ClusterTopology.build(workspace, JavaCommand.current(), RTT_A_MILLIS, RTT_B_MILLIS);
        store = EtcdProcesses.start(workspace.file("store"), topology.store::command, ClusterTopology.storeAddresses());
        crowd = ClusterCrowd.prepare(workspace, sessions);
        nodes = ClusterNodes.prepare(workspace, options, crowd);
        topology.server
                .start("server.log", JavaCommand.current().line(PayloadServer.class.getName(), List.of()))
                .getInputStream()
                .read();
    }

    /** Builds the world: the network, the store, the server, and all gateways, which run and have their leases. */
    static ClusterRun begin(
            ClusterOptions options, Workspace workspace, PrintStream out, int sessions, boolean clocksStep)
            throws IOException {
        ClusterRun run = new ClusterRun(options, workspace, out, sessions);
        if (clocksStep) {
            run.nodes.steppable(DebianPackage.FAKETIME.unpack(EtcdProcesses.cache()));
        }
        for (int number = 1; number <= ClusterTopology.GATEWAYS; number++) {
            run.startGateway(number);
        }
        for (int number = 1; number <= ClusterTopology.GATEWAYS; number++) {
            run.awaitGateway(number);
        }
        return run;
    }

    void startGateway(int number) throws IOException {
        gateways.put(number, nodes.startGateway(number, topology.gateway(number)));
    }

    void awaitGateway(int number) throws IOException {
        String name = ClusterNodes.gateway(number);
        require(name + " runs", START, () -> nodes.starts(name) > 0);
        require(
                "a lease of " + name,
                START,
                () -> options.fencingOff() // a planted one answers no commands
                        ? store.count("jumpvpn/o") >= number
                        : nodes.cluster(name).get("lease_left_ms") instanceof Number left && left.longValue() > 0);
    }

    /** One that has ended goes on with the file that it had. */
    void startAgain(int number) throws IOException {
        String name = ClusterNodes.gateway(number);
        long before = nodes.starts(name);
        startGateway(number);
        require(name + " runs again", START, () -> nodes.starts(name) > before);
    }

    Process gateway(int number) {
        Process process = gateways.get(number);
        if (process == null) {
            throw new IllegalStateException("gateway " + number + " was not started");
        }
        return process;
    }

    /** Starts the client and waits until it is reached; it is at the first gateway then, and a standby at another has answered. */
    void startClient() throws IOException {
        client = nodes.startClient(topology.client);
        require(
                "the client's session",
                START,
                () -> pinged() && gatewayOfClient().equals(ClusterNodes.gateway(1)));
        Pause.of(Duration.ofSeconds(3));
    }

    private boolean pinged() throws IOException {
        return topology.client
                .shell("ip route get %1$s | grep -q jvpn0 && ping -n -c 1 -W 1 %1$s > /dev/null && echo yes || true"
                        .formatted(Topology.SERVER_ADDRESS))
                .contains("yes");
    }

    Map<String, @Nullable Object> client() throws IOException {
        return nodes.status(ClusterNodes.CLIENT);
    }

    String gatewayOfClient() throws IOException {
        return String.valueOf(client().get("gateway"));
    }

    /** All of the crowd are attached, to clients that do all that clients do. */
    void startCrowd() throws IOException {
        startCrowd(Load.class);
        topology.crowd.shell(
                "ip route add %s dev jvpn0".formatted(Topology.INSIDE_NETWORK)); // its answers go inside, too
        Pause.of(Duration.ofSeconds(4)); // standbys have been asked
        crowd.reset();
    }

    /** All of the crowd are attached. @param load as in {@link ClusterCrowd#start} */
    void startCrowd(Class<?> load) throws IOException {
        crowd.admit(gatewayNames().stream().map(nodes::control).toList());
        for (String gateway : options.fencingOff() ? List.<String>of() : gatewayNames()) {
            require(gateway + " knows all of the crowd", crowdStart(), () -> {
                Pause.of(LOOK);
                return nodes.cluster(gateway).get("clients") instanceof Number clients
                        && clients.intValue() == crowd.sessions + 1;
            });
        }
        crowd.start(load, topology.crowd, nodes);
        require("all of the crowd", crowdStart(), () -> {
            Pause.of(LOOK);
            return crowd.stats().attached() == crowd.sessions;
        });
    }

    private Duration crowdStart() {
        return CROWD_START.plusMillis(10L * crowd.sessions);
    }

    /** Something that may hold by now. */
    interface Condition {
        boolean holds() throws IOException;
    }

    /** Waits for it; false if it does not come. */
    boolean await(Duration limit, Condition condition) throws IOException {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                return false;
            }
            Pause.of(POLL);
        }
        return true;
    }

    private void require(String what, Duration limit, Condition condition) throws IOException {
        if (!await(limit, condition)) {
            StringBuilder logs = new StringBuilder();
            for (String node : allNodes()) {
                logs.append('\n').append(nodes.log(node));
            }
            throw new IOException("not within %d s: %s%s".formatted(limit.toSeconds(), what, logs));
        }
    }

    static List<String> gatewayNames() {
        return IntStream.rangeClosed(1, ClusterTopology.GATEWAYS)
                .mapToObj(ClusterNodes::gateway)
                .toList();
    }

    private static List<String> allNodes() {
        return Stream.concat(Stream.of(ClusterNodes.CLIENT), gatewayNames().stream())
                .toList();
    }

    /** Sends a gateway's process a signal of this name. */
    void signal(int number, String signal) throws IOException {
        topology.gateway(number)
                .shell("kill -%s %d".formatted(signal, gateway(number).pid()));
    }

    /** The host of this gateway is gone, for good. */
    Instant lose(int number) throws IOException {
        Instant now = Instant.now();
        topology.unplug(number);
        Workspace.kill(gateway(number));
        return now;
    }

    /** All that a node has said after this time and is wanted. */
    List<EventLine> events(String node, Instant since, Predicate<EventLine> wanted) {
        EventFile file = new EventFile(nodes.events(node));
        file.poll(_ -> {});
        return file.after(since, wanted).toList();
    }

    /** A line for people, with the time since the beginning. */
    void say(String text) {
        out.printf("  %7.2f s  %s%n", (System.nanoTime() - beganNanos) / 1e9, text);
    }

    void check(String name, boolean ok, String detail) {
        checks.add(new Check(name, ok, detail));
    }

    void figure(String name, @Nullable Object value) {
        figures.put(name, value);
    }

    /** A time that must not be longer. */
    void atMost(String name, String figure, double millis, double mostMillis) {
        figure(figure, Math.round(millis * 10) / 10.0);
        check(name, millis <= mostMillis, "%.0f ms, at most %.0f".formatted(millis, mostMillis));
    }

    /** Ends all nodes and has their events judged. */
    Verdict verdict() throws IOException {
        if (client != null) {
            Workspace.stop(client);
        }
        gateways.values().forEach(Workspace::stop);
        checks.add(nodes.audit(allNodes()));
        return new Verdict(checks, figures);
    }

    @Override
    public void close() throws IOException {
        try {
            store.close();
        } finally {
            workspace.close();
        }
    }
}
