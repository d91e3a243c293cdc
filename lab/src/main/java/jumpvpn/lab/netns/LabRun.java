package jumpvpn.lab.netns;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One scenario, once: builds the world, starts the product in it, sends traffic through, acts, and gathers the evidence. */
final class LabRun implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(20);
    private static final Duration LEAD = Duration.ofSeconds(2);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final int MARKER_BYTES = 16;

    private final Workspace workspace;
    private final PrintStream out;
    private final Scenario scenario;
    private final PlantedFault fault;
    private final JavaCommand java = JavaCommand.current();
    private final byte[] marker = new byte[MARKER_BYTES];
    private final EventFile clientEvents;
    private final EventFile gatewayEvents;
    private final double rttA;
    private final double rttB;
    private @Nullable World world;
    private int injected;

    /** What exists once everything is started. */
    private static final class World {
        final Topology topology;
        final Product product;
        final Capture captureA;
        final Capture captureB;
        final Capture captureInside;
        Process client;
        Process gateway;

        World(Topology topology, Product product, Workspace workspace) throws IOException {
            this.topology = topology;
            this.product = product;
            captureA = Capture.start(topology.wires, workspace, Uplink.A.nearTap(), "uplink-a");
            captureB = Capture.start(topology.wires, workspace, Uplink.B.nearTap(), "uplink-b");
            captureInside = Capture.start(topology.gateway, workspace, "lan0", "inside", "icmp");
            topology.server
                    .start("server.log", JavaCommand.current().line(PayloadServer.class.getName(), List.of()))
                    .getInputStream()
                    .read();
            gateway = product.start(Product.Role.GATEWAY, topology.gateway);
            client = product.start(Product.Role.CLIENT, topology.client);
        }
    }

    LabRun(Workspace workspace, PrintStream out, Scenario scenario, PlantedFault fault, double rttA, double rttB) {
        this.workspace = workspace;
        this.out = out;
        this.scenario = scenario;
        this.fault = fault;
        this.rttA = rttA;
        this.rttB = rttB;
        new SecureRandom().nextBytes(marker);
        clientEvents = new EventFile(workspace.file(Product.Role.CLIENT.nodeName + ".jsonl"));
        gatewayEvents = new EventFile(workspace.file(Product.Role.GATEWAY.nodeName + ".jsonl"));
    }

    /** Carries the scenario out. */
    Verdict run() throws IOException {
        Topology topology = Topology.build(workspace, java, rttA, rttB);
        Product product = Product.prepare(workspace, java);
        try (Timeline timeline = new Timeline(out, List.of(clientEvents, gatewayEvents))) {
            World world = new World(topology, product, workspace);
            this.world = world;
            if (!await(CONNECT, () -> attachedSince(Instant.EPOCH)) || !reachable()) {
                return Verdict.impossible("no tunnel within %d s\nclient's log:\n%s\ngateway's log:\n%s"
                        .formatted(
                                CONNECT.toSeconds(),
                                product.logTail(Product.Role.CLIENT),
                                product.logTail(Product.Role.GATEWAY)));
            }
            return Verdict.of(scenario, traffic(world, timeline));
        }
    }

    private Evidence traffic(World world, Timeline timeline) throws IOException {
        Map<String, @Nullable Object> before = world.product.status(Product.Role.CLIENT);
        Map<String, @Nullable Object> gatewayBefore = world.product.status(Product.Role.GATEWAY);
        Namespace client = world.topology.client;
        String markerHex = HexFormat.of().formatHex(marker);
        Download download = scenario.connectionsSurvive
                ? Download.start(
                        client,
                        scenario.probes / Ping.PER_SECOND,
                        ByteBuffer.wrap(marker).getLong() >>> 1)
                : null;
        EchoConnection echo = scenario.connectionsSurvive ? EchoConnection.open(client) : null;
        boolean echoed = echo == null || echo.echoes("before");
        Ping ping = Ping.start(client, workspace, Topology.SERVER_ADDRESS, scenario.probes, markerHex, "ping.log");
        timeline.note("probes, a download and a quiet TCP connection run through the tunnel");
        LockSupport.parkNanos(LEAD.toNanos());
        plantBefore(world);
        Instant cut = scenario.act(this);
        timeline.action(cut, scenario.label + ": " + scenario.purpose);
        plantAfter(world, markerHex);
        PingReport report = ping.report();
        boolean alive = echoed && (echo == null ? reconnects(client, cut) : echo.echoes("after"));
        Download.Report downloaded = Download.reportOf(download);
        Map<String, @Nullable Object> after = statusOrNothing(world.product, Product.Role.CLIENT);
        Map<String, @Nullable Object> gatewayAfter = statusOrNothing(world.product, Product.Role.GATEWAY);
        Files.writeString(
                workspace.file("emulator.txt"),
                world.topology.emulator.statistics().replace("; ", "\n"));
        timeline.poll();
        OuterLink linkA = OuterLink.observe(world.captureA.stop(), Product.PORT, marker);
        OuterLink linkB = OuterLink.observe(world.captureB.stop(), Product.PORT, marker);
        return new Evidence(
                cut,
                before,
                after,
                gatewayBefore,
                gatewayAfter,
                report,
                downloaded,
                alive,
                clientEvents.events(),
                gatewayEvents.events(),
                linkA,
                linkB,
                markersIn(world.captureInside.stop()),
                injected);
    }

    /** After a restart a new connection must get through. */
    private boolean reconnects(Namespace client, Instant cut) {
        await(CONNECT, () -> attachedSince(cut));
        try (EchoConnection echo = EchoConnection.open(client)) {
            return echo.echoes("anew");
        } catch (IOException e) {
            return false;
        }
    }

    private static Map<String, @Nullable Object> statusOrNothing(Product product, Product.Role role) {
        try {
            return product.status(role);
        } catch (IOException e) {
            return new LinkedHashMap<>();
        }
    }

    private int markersIn(Path capture) throws IOException {
        int[] count = new int[1];
        Pcap.read(capture, (at, frame) -> count[0] += OuterLink.contains(frame, marker) ? 1 : 0);
        return count[0];
    }

    private void plantBefore(World world) throws IOException {
        if (fault == PlantedFault.FREEZE_CLIENT) {
            world.topology.client.shell("kill -STOP " + world.client.pid());
        }
    }

    private void plantAfter(World world, String markerHex) throws IOException {
        switch (fault) {
            case NONE, FREEZE_CLIENT -> {}
            case REPLACE_CLIENT -> replaceClient();
            case CUT_BOTH -> linkDown(Uplink.B);
            case MARKER_IN_CLEAR ->
                world.topology.client.shell(
                        "ping -n -c 1 -W 1 -p %s %s".formatted(markerHex, Topology.GATEWAY_ADDRESS));
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
        world().product.jump();
        return now;
    }

    /** Flips a bit in each of {@code count} data packets each way, and repeats as many others. */
    Instant damage(Uplink uplink, int count) throws IOException {
        Instant now = Instant.now();
        world().topology.emulator.flip(uplink, EmulatorControl.Way.BOTH, count);
        LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
        world().topology.emulator.duplicate(uplink, EmulatorControl.Way.BOTH, count);
        injected += 4 * count;
        return now;
    }

    Instant replaceClient() throws IOException {
        Instant now = Instant.now();
        kill(world().client);
        world().client = world().product.start(Product.Role.CLIENT, world().topology.client);
        return now;
    }

    Instant replaceGateway() throws IOException {
        Instant now = Instant.now();
        kill(world().gateway);
        world().gateway = world().product.start(Product.Role.GATEWAY, world().topology.gateway);
        return now;
    }

    private static void kill(Process process) throws IOException {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private World world() {
        return Optional.ofNullable(world).orElseThrow();
    }

    private boolean attachedSince(Instant since) {
        return clientEvents.events().stream().anyMatch(event -> event.at().isAfter(since) && event.becomes("ATTACHED"));
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

    private boolean await(Duration limit, BooleanSupplier condition) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            boolean gone = world != null && !world.client.isAlive();
            if (gone || System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
        return true;
    }

    @Override
    public void close() {
        workspace.close();
    }
}
