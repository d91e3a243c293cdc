package jumpvpn.lab.sessions;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jumpvpn.lab.bench.Machine;
import jumpvpn.lab.netns.Attendance;
import jumpvpn.lab.netns.Check;
import jumpvpn.lab.netns.DirectLink;
import jumpvpn.lab.netns.Pause;
import jumpvpn.lab.netns.Prerequisites;
import jumpvpn.lab.netns.Product;

/** {@code jumpvpn lab sessions}: many sessions on one gateway, traffic on some of them at once, beside traffic on one. */
public final class SessionsLab {
    private static final String HELP = """
            Usage: jumpvpn lab sessions [--sessions N] [--active M] [--seconds S] [--runs R] [--out DIR]
            A real gateway with N sessions, each with a key, a socket and an inner address of its own. Measures, in turn and both ways, TCP through one of them, as many
            streams as there are below through one of them, and a stream through each of M at once, and compares what was carried in all.

            --sessions N  1000 if not given, up to 4000
            --active M    100 if not given, up to 250
            --seconds S   that are counted of each transfer; 5 if not given
            --runs R      so often each, after one that is not counted; 5 if not given
            --out DIR     writes sessions.md and sessions.json there
            Exit code: 0 all held, 1 something did not (it says what), 2 the command line or the machine is not fit.
            Needs root and iperf3. Nothing is left behind, also after Ctrl-C.
            """;
    private static final Path CONGESTION_CONTROL = Path.of("/proc/sys/net/ipv4/tcp_congestion_control");
    private static final Duration BIRTHS = Duration.ofMinutes(2);
    /** Who was disturbed by the last transfer is back by then. */
    private static final Duration CALM = Duration.ofSeconds(10);

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration WARM_UP = Duration.ofSeconds(2);

    private final SessionsOptions options;
    private final PrintStream out;
    private final SessionsReport report;

    private SessionsLab(SessionsOptions options, PrintStream out) throws IOException {
        this.options = options;
        this.out = out;
        this.report = new SessionsReport(
                options,
                String.format(
                        Locale.ROOT,
                        "%s, TCP by %s, load %.1f before it began, commit %s",
                        Machine.current(),
                        Files.readString(CONGESTION_CONTROL).strip(),
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                        System.getProperty("jumpvpn.commit", "unknown")));
    }

    /** Runs the command; the exit code. */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            out.print(HELP);
            return 0;
        }
        try {
            SessionsOptions options = SessionsOptions.parse(arguments);
            List<String> missing = new ArrayList<>(Prerequisites.missing(out));
            missing.addAll(Prerequisites.missingForPeers(out));
            if (!missing.isEmpty() || Prerequisites.privilege() != Prerequisites.Privilege.DIRECT) {
                err.println("jumpvpn lab sessions needs root, and: " + missing);
                return 2;
            }
            return new SessionsLab(options, out).measure() ? 0 : 1;
        } catch (IllegalArgumentException e) {
            err.println("jumpvpn lab sessions: " + e.getMessage());
            return 2;
        } catch (IOException | UncheckedIOException e) {
            err.println("jumpvpn lab sessions: " + e.getMessage());
            return 1;
        }
    }

    private boolean measure() throws IOException {
        try (DirectLink link = DirectLink.crowd(options.sessions(), Load.class.getName())) {
            try {
                measure(link);
            } catch (IOException e) {
                link.awaitEndIfEnding();
                throw new IOException(e.getMessage() + link.logs(), e);
            }
        }
        out.println();
        out.print(report.markdown());
        if (options.out().isPresent()) {
            Path folder = Files.createDirectories(options.out().get());
            Files.writeString(folder.resolve("sessions.md"), report.markdown());
            Files.writeString(folder.resolve("sessions.json"), report.json());
        }
        return report.passed();
    }

    private void measure(DirectLink link) throws IOException {
        link.connectMillis();
        Attendance births = attendance(link, BIRTHS);
        out.println(births);
        if (!births.isComplete(options.sessions())) {
            throw new IOException(
                    "not all of %d sessions within %d s: %s".formatted(options.sessions(), BIRTHS.toSeconds(), births));
        }
        for (int run = 0; run <= options.runs(); run++) {
            for (boolean isDown : List.of(false, true)) {
                for (Share share : Share.values()) {
                    turn(link, run, isDown, share);
                }
            }
        }
        Attendance attendance = attendance(link, CALM);
        report.add(new Check(
                "all %d sessions were born and are ATTACHED at the end".formatted(options.sessions()),
                attendance.isComplete(options.sessions()),
                attendance.toString()));
        out.println("the gateway's drops: " + link.product().drops(Product.Role.GATEWAY));
        report.add(link.audit());
    }

    /** Once it is complete, or after so long. */
    private Attendance attendance(DirectLink link, Duration limit) throws IOException {
        long end = System.nanoTime() + limit.toNanos();
        Attendance attendance = link.product().attendance();
        while (!attendance.isComplete(options.sessions()) && System.nanoTime() < end) {
            Pause.of(POLL);
            attendance = link.product().attendance();
        }
        return attendance;
    }

    /** The first run is not counted: code is compiled in it, and connections are new. */
    private void turn(DirectLink link, int run, boolean isDown, Share share) throws IOException {
        int sessions = share.sessions(options.active());
        int streams = share.streams(options.active());
        Duration length = run == 0 ? WARM_UP : Duration.ofSeconds(options.seconds());
        Transfer.Measured measured = new Transfer(link, isDown, sessions, streams).measure(length);
        out.printf(
                Locale.ROOT,
                "run %d, %3d session(s), %3d stream(s) to the %s: %6.0f Mbit/s; CPU s/GB: gateway %.2f, all clients %.2f; slowest stream of its share %.2f%n",
                run,
                sessions,
                streams,
                isDown ? "clients" : "gateway",
                measured.megabits(),
                measured.gatewaySecondsPerGb(),
                measured.loadSecondsPerGb(),
                measured.leastShare());
        if (run > 0) {
            report.add(isDown, share, measured);
        }
    }
}
