package jumpvpn.lab.netns;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import jumpvpn.core.net.Protocol;
import org.jspecify.annotations.Nullable;

/** One scenario, once: builds the world, starts the VPN in it, sends traffic through, acts, and gathers the evidence. */
final class LabRun implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(20);
    private static final Duration LEAD = Duration.ofSeconds(2);
    private static final Duration POLL = Duration.ofMillis(20);
    /** So long the gateway is away when it is killed, and so often it is. */
    private static final Duration AWAY = Duration.ofSeconds(2);

    private static final Duration OLDER_THAN_ANY_TOKEN = Duration.ofSeconds(6);
    private static final Duration BETWEEN_JUMPS = Duration.ofSeconds(2);
    private static final int ATTEMPTS = 4;
    private static final int MARKER_BYTES = 16;

    private final Workspace workspace;
    private final PrintStream out;
    private final Scenario scenario;
    private final Subject subject;
    private final boolean compared;
    private final int probes;
    private final PlantedFault fault;
    private final JavaCommand java = JavaCommand.current();
    private final byte[] marker = new byte[MARKER_BYTES];
    private final EventFile clientEvents;
    private final EventFile gatewayEvents;
    private final List<Protocol> transports;
    private final NodeSetting setting;
    private final int kills;
    private final double rttA;
    private final double rttB;
    private @Nullable World world;
    private int injected;
    private double measuredMillis = Double.NaN;
    private String looked = "";
    private long connectMillis;

    /** Where it happens, and the two processes once they are started. */
    private static final class World {
        final Topology topology;
        final Vpn vpn;
        final Timeline timeline;

        @Nullable
        Captures captures;

        /** When the lab acted, if it has said so already. */
        @Nullable
        Instant begun;

        @Nullable
        Process client;

        @Nullable
        Process gateway;

        World(Topology topology, Vpn vpn, Timeline timeline) {
            this.timeline = timeline;
            this.topology = topology;
            this.vpn = vpn;
        }

        Process start(Product.Role role) throws IOException {
            return vpn.start(role, role == Product.Role.CLIENT ? topology.client : topology.gateway);
        }

        boolean ended() {
            return (client != null && !client.isAlive()) || (gateway != null && !gateway.isAlive());
        }
    }

    /** The witnesses: both outer links, and behind the gateway. */
    private record Captures(Capture linkA, Capture linkB, Capture inside) {
        static Captures start(Topology topology, Workspace workspace) throws IOException {
            return new Captures(
                    Capture.start(topology.wires, workspace, Uplink.A.nearTap(), "uplink-a"),
                    Capture.start(topology.wires, workspace, Uplink.B.nearTap(), "uplink-b"),
                    Capture.start(topology.gateway, workspace, "lan0", "inside", "icmp"));
        }
    }

    LabRun(Workspace workspace, PrintStream out, Scenario scenario, Subject subject, LabOptions options) {
        this.workspace = workspace;
        this.out = out;
        this.scenario = scenario;
        this.subject = subject;
        this.compared = options.compares();
        this.probes = options.probes(scenario);
        this.fault = options.fault();
        this.transports = scenario.transports(options.transports());
        this.setting = options.setting();
        this.kills = options.kills();
        this.rttA = options.rttAMillis();
        this.rttB = options.rttBMillis();
        new SecureRandom().nextBytes(marker);
        clientEvents = new EventFile(workspace.file(Product.Role.CLIENT.nodeName + ".jsonl"));
        gatewayEvents = new EventFile(workspace.file(Product.Role.GATEWAY.nodeName + ".jsonl"));
    }

    /** Carries the scenario out. */
    Verdict run() throws IOException {
        Topology topology = Topology.build(workspace, java, scenario.families(), rttA, rttB);
        scenario.prepare(topology);
        Vpn vpn = subject.prepare(workspace, topology, transports, scenario.policy(), setting);
        topology.server
                .start("server.log", java.line(PayloadServer.class.getName(), List.of()))
                .getInputStream()
                .read();
        try (Timeline timeline = new Timeline(out, List.of(clientEvents, gatewayEvents))) {
            World world = new World(topology, vpn, timeline);
            this.world = world;
            if (connected(world, timeline)) {
                Evidence seen = observe(world, timeline);
                return compared
                        ? Verdict.compared(scenario, seen)
                        : Verdict.of(scenario, seen).and(audit(world));
            }
            return Verdict.impossible(
                    "no session on uplink A (waited at most %d s)\nclient's log:\n%s\ngateway's log:\n%s"
                            .formatted(
                                    CONNECT.toSeconds(),
                                    vpn.logTail(Product.Role.CLIENT),
                                    vpn.logTail(Product.Role.GATEWAY)));
        }
    }

    /** Starts both ends, the client until its session is on uplink A, which will be disturbed: the uplinks race for the first answer. */
    private boolean connected(World world, Timeline timeline) throws IOException {
        world.gateway = world.start(Product.Role.GATEWAY);
        for (int attempt = 0; attempt < ATTEMPTS && await(world.vpn::listens); attempt++) {
            Instant start = Instant.now();
            world.client = world.start(Product.Role.CLIENT);
            if (!await(() -> attachedSince(start)) || !reachable()) {
                return false;
            }
            connectMillis =
                    clientEvents.millis(start, event -> event.is("CANDIDATE"), event -> event.becomes("ATTACHED"));
            Object path = world.vpn.status(Product.Role.CLIENT).get("path");
            if (subject != Subject.JUMPVPN || Json.write(path).contains("/" + Uplink.A.device + "/")) {
                return true;
            }
            timeline.note("the session began on uplink B: the client starts again");
            Workspace.stop(world.client);
        }
        return false;
    }

    private Evidence observe(World world, Timeline timeline) throws IOException {
        Evidence.Statuses before =
                new Evidence.Statuses(world.vpn.status(Product.Role.CLIENT), world.vpn.status(Product.Role.GATEWAY));
        Captures captures = Captures.start(world.topology, workspace);
        world.captures = captures;
        Traffic traffic = Traffic.start(workspace, world.topology.client, scenario, probes, marker);
        timeline.note("traffic runs through the tunnel");
        Pause.of(LEAD);
        plantBefore(world);
        Instant cut = scenario.act(this);
        if (world.begun == null) {
            timeline.action(cut, scenario.label + ": " + scenario.purpose);
        }
        plantAfter(world);
        Traffic.Report report = traffic.report(() -> await(() -> attachedSince(cut)));
        Evidence.Statuses after = new Evidence.Statuses(
                statusOrNothing(world.vpn, Product.Role.CLIENT), statusOrNothing(world.vpn, Product.Role.GATEWAY));
        timeline.poll();
        return new Evidence(
                cut,
                transports,
                measuredMillis,
                looked,
                kills,
                before,
                after,
                report,
                clientEvents.events(),
                gatewayEvents.events(),
                wires(world, captures));
    }

    /** Both ends are stopped, so that their files are whole, and what these prove is judged. */
    private Check audit(World world) throws IOException {
        Workspace.stop(running(world.client));
        Workspace.stop(running(world.gateway));
        return product().audit();
    }

    private static Map<String, @Nullable Object> statusOrNothing(Vpn vpn, Product.Role role) {
        try {
            return vpn.status(role);
        } catch (IOException e) {
            return new LinkedHashMap<>();
        }
    }

    private Wires wires(World world, Captures captures) throws IOException {
        String statistics = world.topology.emulator.statistics();
        Files.writeString(workspace.file("emulator.txt"), statistics.replace("; ", "\n"));
        OuterLink linkA = OuterLink.observe(captures.linkA().stop(), transports, marker);
        OuterLink linkB = OuterLink.observe(captures.linkB().stop(), transports, marker);
        int[] inside = new int[1];
        Pcap.read(captures.inside().stop(), (at, frame) -> inside[0] += OuterLink.contains(frame, marker) ? 1 : 0);
        return new Wires(linkA, linkB, inside[0], injected, EmulatorControl.overloaded(statistics));
    }

    private void plantBefore(World world) throws IOException {
        if (fault == PlantedFault.FREEZE_CLIENT) {
            world.topology.client.shell("kill -STOP " + running(world.client).pid());
        }
    }

    private void plantAfter(World world) throws IOException {
        switch (fault) {
            case NONE, FREEZE_CLIENT -> {}
            case REPLACE_CLIENT -> replaceClient();
            case CUT_BOTH -> linkDown(Uplink.B);
            case MARKER_IN_CLEAR ->
                world.topology.client.shell("ping -n -c 1 -W 1 -p %s %s"
                        .formatted(HexFormat.of().formatHex(marker), Topology.GATEWAY_ADDRESS));
        }
    }

    // What scenarios may do.

    Instant linkDown(Uplink uplink) throws IOException {
        Instant now = Instant.now();
        world().topology.linkDown(uplink);
        return now;
    }

    Instant blackHole(Uplink uplink) throws IOException {
        return world().topology.emulator.blackHole(uplink, EmulatorControl.Way.BOTH, true);
    }

    Instant operatorJump() throws IOException {
        Instant now = Instant.now();
        product().jump();
        return now;
    }

    /** Flips a bit in each of {@code count} data packets each way, and repeats as many others. */
    Instant damage(Uplink uplink, int count) throws IOException {
        Instant now = Instant.now();
        world().topology.emulator.flip(uplink, EmulatorControl.Way.BOTH, count);
        Pause.of(Duration.ofMillis(500));
        world().topology.emulator.duplicate(uplink, EmulatorControl.Way.BOTH, count);
        injected += 4 * count;
        return now;
    }

    Instant replaceClient() throws IOException {
        Instant now = Instant.now();
        Workspace.kill(running(world().client));
        world().client = world().start(Product.Role.CLIENT);
        return now;
    }

    /** The gateway is killed, its table lost. */
    Instant replaceGateway() throws IOException {
        Instant now = Instant.now();
        Workspace.kill(running(world().gateway));
        product().loseState();
        world().gateway = world().start(Product.Role.GATEWAY);
        return now;
    }

    /** Kills the gateway and starts it again after two seconds, as often as asked for, always in the same session. */
    Instant restartGateway() throws IOException {
        Instant first = begin();
        for (int kill = 1; kill <= kills; kill++) {
            Instant cut = Instant.now();
            Workspace.kill(running(world().gateway));
            world().timeline.note("SIGKILL, %d of %d".formatted(kill, kills));
            Pause.of(AWAY);
            world().gateway = world().start(Product.Role.GATEWAY);
            world().timeline.note("started again");
            boolean back = await(() -> attachedSince(cut));
            if (!back) {
                break;
            }
            if (kill < kills) {
                Pause.of(SessionScenarios.CYCLE.minus(Duration.between(cut, Instant.now())));
            }
        }
        return first;
    }

    /** Jumps there and back, and sends again what that took: at once and when it is old, each time as it was and from other addresses. */
    Instant replay() throws IOException {
        operatorJump();
        Pause.of(BETWEEN_JUMPS);
        operatorJump();
        Pause.of(BETWEEN_JUMPS);
        Captures captures = Optional.ofNullable(world().captures).orElseThrow();
        Replay replay = new Replay(world().topology);
        replay.read(Uplink.A, captures.linkA().file());
        replay.read(Uplink.B, captures.linkB().file());
        Instant now = begin();
        replay.send();
        Pause.of(OLDER_THAN_ANY_TOKEN);
        world().timeline.note(replay.send() + " messages were sent again twice");
        return now;
    }

    /** Says in the timeline that the lab acts now; when. */
    Instant begin() {
        Instant now = Instant.now();
        world().begun = now;
        world().timeline.action(now, scenario.label + ": " + scenario.purpose);
        return now;
    }

    private static Process running(@Nullable Process process) {
        return Optional.ofNullable(process).orElseThrow();
    }

    /** From the client's first path, where it says something at once, until it was attached. */
    void measureConnect() {
        measuredMillis = connectMillis;
    }

    /** From now until the first of many probes is answered. */
    void measureFirstReply() throws IOException {
        String reply = topology()
                .client
                .shell("ping -n -i 0.01 -c 500 -W 1 %s | grep -m 1 icmp_seq || true"
                        .formatted(Topology.SERVER_ADDRESS));
        measuredMillis = PingReport.firstReplyMillis(reply, 10);
    }

    /** Keeps for the judge what a shell in that namespace prints. */
    void look(Namespace inside, String script) throws IOException {
        looked += inside.shell(script);
    }

    Process process(Product.Role role) {
        return running(role == Product.Role.CLIENT ? world().client : world().gateway);
    }

    Topology topology() {
        return world().topology;
    }

    /** Ours: only of it may be asked what not any VPN can do. */
    Product product() {
        return (Product) world().vpn;
    }

    /** A line in the timeline. */
    void note(String text) {
        world().timeline.note(text);
    }

    /** Waits for an event of the client's. */
    boolean awaitClient(Instant since, Predicate<EventLine> wanted) {
        return await(() -> clientEvents.after(since, wanted).findFirst().isPresent());
    }

    private World world() {
        return Optional.ofNullable(world).orElseThrow();
    }

    /** Of other VPNs than ours nobody says so: their traffic tells. */
    private boolean attachedSince(Instant since) {
        return subject != Subject.JUMPVPN || attached(since).findFirst().isPresent();
    }

    private Stream<EventLine> attached(Instant since) {
        return clientEvents.after(since, event -> event.becomes("ATTACHED"));
    }

    /** The route is there and a probe comes back; nothing is sent before, it would not go into the tunnel. */
    private boolean reachable() throws IOException {
        String answer = world().topology.client.shell("""
                for i in $(seq 50); do
                  if ip route get %1$s | grep -q jvpn0 && ping -n -c 1 -W 1 %1$s > /dev/null; then echo yes; exit 0; fi
                  sleep 0.1
                done
                echo no""".formatted(Topology.SERVER_ADDRESS));
        return answer.strip().equals("yes");
    }

    /** Waits until it holds; false when the time is over or one of the two processes has ended. */
    private boolean await(BooleanSupplier condition) {
        long end = System.nanoTime() + CONNECT.toNanos();
        while (!condition.getAsBoolean()) {
            if (world().ended() || System.nanoTime() > end) {
                return false;
            }
            Pause.of(POLL);
        }
        return true;
    }

    @Override
    public void close() {
        workspace.close();
    }
}
