package jumpvpn.lab.throughput;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalDouble;
import jumpvpn.lab.netns.DirectLink;

/** One contender's turn in one run: everything is measured once, on a link of its own. */
final class Turn {
    private static final int PROBES = 200;
    private static final Duration PING_LIMIT = Duration.ofSeconds(30);
    private static final double BYTES_PER_GB = 1e9;

    private final int run;
    private final Contender contender;
    private final DirectLink link;
    private final Iperf iperf;
    private final Results results;
    private final PrintStream out;

    /** Something that may fail. */
    private interface Attempt {
        void make() throws IOException;
    }

    Turn(int run, Contender contender, DirectLink link, int seconds, Results results, PrintStream out) {
        this.run = run;
        this.contender = contender;
        this.link = link;
        this.iperf = new Iperf(link, seconds);
        this.results = results;
        this.out = out;
    }

    /**
     * A transfer each way first, of which only one counts, as what it is: what comes after it meets processes that have worked, as they have most of the time. Floods last: what they leave in queues
     * disturbs nothing more.
     */
    void measure() {
        boolean tunnel = contender.kind() != Contender.Kind.NONE;
        if (tunnel && !attempt("connect", this::connect)) {
            return;
        }
        attempt("capture", () -> results.captured(contender, MarkerCheck.check(link, tunnel)));
        attempt(
                Measure.TCP_FIRST.label,
                () -> take(Measure.TCP_FIRST, iperf.tcp("-R").receivedBitsPerSecond() / 1e6));
        attempt("a transfer to the gateway that is not counted", iperf::tcp);
        attempt(
                Measure.TCP_DOWN.label,
                () -> take(Measure.TCP_DOWN, iperf.tcp("-R").receivedBitsPerSecond() / 1e6));
        OptionalDouble rate = up(tunnel);
        attempt(
                Measure.TCP_FOUR.label,
                () -> take(Measure.TCP_FOUR, iperf.tcp("-P", "4").receivedBitsPerSecond() / 1e6));
        attempt("ping", this::ping);
        attempt(Measure.UDP_SMALL.label, () -> take(Measure.UDP_SMALL, iperf.smallPacketsPerSecond()));
        attempt(Measure.UDP_LOSSLESS.label, () -> {
            double highest = rate.orElseThrow(() -> new IOException("no rate of TCP to begin at"));
            take(Measure.UDP_LOSSLESS, LosslessRate.find(highest, iperf::large) / 1e6);
        });
        if (tunnel) {
            attempt(Measure.RSS.label, () -> take(Measure.RSS, link.peakBytes() / 1e6));
        }
    }

    private void connect() throws IOException {
        take(Measure.CONNECT, link.connectMillis());
        results.describe(contender, link.description());
    }

    /** TCP to the gateway, with the processor time that it costs; bits a second. */
    private OptionalDouble up(boolean tunnel) {
        double[] bits = new double[1];
        boolean measured = attempt(Measure.TCP_UP.label, () -> {
            double before = link.cpuSeconds();
            IperfReport report = iperf.tcp();
            double cpuSeconds = link.cpuSeconds() - before;
            bits[0] = report.receivedBitsPerSecond();
            take(Measure.TCP_UP, bits[0] / 1e6);
            if (tunnel) {
                take(Measure.CPU, cpuSeconds / (report.allBytes() / BYTES_PER_GB));
            }
        });
        return measured ? OptionalDouble.of(bits[0]) : OptionalDouble.empty();
    }

    private void ping() throws IOException {
        String output =
                link.client(PING_LIMIT, "ping", "-n", "-i", "0.01", "-c", Integer.toString(PROBES), link.address());
        PingTimes times = PingTimes.parse(output, PROBES);
        take(Measure.PING_MEDIAN, times.quantile(0.5));
        take(Measure.PING_WORST, times.quantile(0.99));
    }

    private void take(Measure measure, double value) throws IOException {
        if (!(value > 0)) {
            throw new IOException("measured " + value + " " + measure.unit);
        }
        results.add(contender, measure, value);
        out.printf(Locale.ROOT, "  %-42s %12s %s%n", measure.label, Report.number(value), measure.unit);
    }

    private boolean attempt(String what, Attempt attempt) {
        try {
            attempt.make();
            return true;
        } catch (IOException | UncheckedIOException e) {
            link.awaitEndIfEnding();
            Results.Failure failure = new Results.Failure(run, contender, what, String.valueOf(e.getMessage()));
            results.fail(failure);
            out.println("  FAILED: " + failure);
            return false;
        }
    }
}
