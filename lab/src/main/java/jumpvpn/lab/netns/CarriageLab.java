package jumpvpn.lab.netns;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.Policy;
import jumpvpn.lab.netns.EmulatorControl.Way;

/**
 * {@code jumpvpn lab carriage}: what a download through the tunnel gets over QUIC and over TCP, alternately, on a link of 40 ms that loses 2 % each way and has no other limit. The
 * real gateway and client in namespaces of their own, anew for each run.
 */
public final class CarriageLab {
    private static final String HELP = """
            Usage: jumpvpn lab carriage
            A download through the tunnel over QUIC and over TCP, three times each in turn, 20 s each, on a link of 40 ms that loses 2 % each way.
            Prints what each got and the ratio of the medians. Exit code: 0 TCP got at least half of QUIC, 1 it did not, 2 it can't run here.
            """;
    private static final int RUNS = 3;
    private static final int SECONDS = 20;
    private static final int RTT_MILLIS = 40;
    private static final double LOSS = 0.02;
    private static final double LEAST_RATIO = 0.5;
    private static final Duration CONNECT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(100);
    /** More than comes in the time, as fast as the server can. */
    private static final String FILE =
            "http://%s:%d/random/1/100000000000/200000000".formatted(Topology.SERVER_ADDRESS, PayloadServer.HTTP_PORT);

    /** Says yes if the tunnel's route is there and a probe comes back; sends nothing outside it. */
    private static final String REACHABLE =
            "ip route get %1$s | grep -q jvpn0 && ping -n -c 1 -W 1 %1$s > /dev/null && echo yes || echo no"
                    .formatted(Topology.SERVER_ADDRESS);

    private CarriageLab() {}

    /** Runs it. @return the exit code */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        if (!arguments.isEmpty()) {
            (arguments.contains("--help") ? out : err).print(HELP);
            return arguments.contains("--help") ? 0 : 2;
        }
        try {
            List<String> missing = Prerequisites.missing(out);
            if (!missing.isEmpty() || Prerequisites.privilege() != Prerequisites.Privilege.DIRECT) {
                err.println("jumpvpn lab carriage needs root, and: " + missing);
                return 2;
            }
            return compare(out) >= LEAST_RATIO ? 0 : 1;
        } catch (IOException e) {
            err.println("jumpvpn lab carriage: " + e.getMessage());
            return 1;
        }
    }

    private static double compare(PrintStream out) throws IOException {
        String control = Files.readString(Path.of("/proc/sys/net/ipv4/tcp_congestion_control"));
        out.println("the kernel's TCP, inside and outside: " + control.strip());
        Map<Protocol, List<Double>> goodput = new EnumMap<>(Protocol.class);
        for (int run = 1; run <= RUNS; run++) {
            for (Protocol protocol : List.of(Protocol.QUIC, Protocol.TCP)) {
                double megabits = download(protocol);
                out.printf(Locale.ROOT, "%s %d: %.2f Mbit/s%n", protocol.scheme(), run, megabits);
                goodput.computeIfAbsent(protocol, _ -> new ArrayList<>()).add(megabits);
            }
        }
        double quic = median(goodput, Protocol.QUIC);
        double tcp = median(goodput, Protocol.TCP);
        out.printf(Locale.ROOT, "medians: quic %.2f, tcp %.2f Mbit/s; tcp / quic %.2f%n", quic, tcp, tcp / quic);
        return tcp / quic;
    }

    private static double median(Map<Protocol, List<Double>> goodput, Protocol protocol) {
        return Spread.of(goodput.getOrDefault(protocol, List.of()))
                .orElseThrow()
                .median();
    }

    /** Mbit/s of what arrived. */
    private static double download(Protocol protocol) throws IOException {
        JavaCommand java = JavaCommand.current();
        Workspace workspace = Workspace.create(false);
        Thread atEnd = new Thread(workspace::close);
        Runtime.getRuntime().addShutdownHook(atEnd);
        try (workspace) {
            Topology topology = Topology.build(workspace, java, List.of(Family.V4), RTT_MILLIS, RTT_MILLIS);
            topology.linkDown(Uplink.B);
            Product product = Product.prepare(
                    workspace,
                    JavaCommand.product(),
                    List.of(protocol),
                    topology.families,
                    Policy.DEFAULT,
                    NodeSetting.NONE);
            var _ = topology.server
                    .start("server.log", java.line(PayloadServer.class.getName(), List.of()))
                    .getInputStream()
                    .read();
            var _ = product.start(Product.Role.GATEWAY, topology.gateway);
            await(() -> product.listens());
            var _ = product.start(Product.Role.CLIENT, topology.client);
            await(() -> topology.client.shell(REACHABLE).contains("yes"));
            topology.emulator.loss(Uplink.A, Way.BOTH, LOSS);
            return bytes(topology) * 8e-6 / SECONDS;
        } finally {
            Runtime.getRuntime().removeShutdownHook(atEnd);
        }
    }

    private static double bytes(Topology topology) throws IOException {
        Process curl = topology.client.start(
                "curl.log",
                List.of(
                        "curl",
                        "-s",
                        "--noproxy",
                        "*",
                        "-o",
                        "/dev/null",
                        "-m",
                        Integer.toString(SECONDS),
                        "-w",
                        "%{size_download}",
                        FILE));
        String bytes = new String(curl.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        long overloaded = EmulatorControl.overloaded(topology.emulator.statistics());
        if (overloaded > 0) {
            throw new IOException("the link emulator did not keep up: " + overloaded + " frames too many");
        }
        return Double.parseDouble(bytes);
    }

    /** Something that will hold soon. */
    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws IOException {
        Instant end = Instant.now().plus(CONNECT);
        while (!condition.holds()) {
            if (Instant.now().isAfter(end)) {
                throw new IOException("no session within " + CONNECT.toSeconds() + " s");
            }
            Pause.of(POLL);
        }
    }
}
