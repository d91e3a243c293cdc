package jumpvpn.lab.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** {@code jumpvpn lab bench --transports}: what our adapters carry over loopback beside the library alone, alternately in one run. */
final class TransportBench {
    private static final int PAIRS = Integer.getInteger("pairs", 5);
    private static final long RAMP_NANOS = 1_000_000_000L;
    private static final long MEASURED_NANOS = 2_000_000_000L;
    private static final long PAUSE_NANOS = 20_000;
    /** After so long without any that arrives, what is under way is taken for lost. */
    private static final long LOST_NANOS = 20_000_000;
    /** Datagrams under way at most, as an inner TCP connection has a window. */
    private static final int WINDOW = 128;

    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /** What was carried, and what was sent and didn't come. */
    private record Figure(double megabitsPerSecond, double lostPercent, double cpuNanos) {}

    private TransportBench() {}

    static void measure(PrintStream out) throws Exception {
        compare("QUIC", PortCarriage::quic, BareQuic::new, out);
        compare("TCP", PortCarriage::tcp, BareTcp::new, out);
    }

    private static void compare(String name, Callable<Carriage> ours, Callable<Carriage> bare, PrintStream out)
            throws Exception {
        run(ours); // warms up
        run(bare);
        double[] our = new double[PAIRS];
        double[] their = new double[PAIRS];
        double[] ratio = new double[PAIRS];
        for (int pair = 0; pair < PAIRS; pair++) {
            Figure a = run(ours);
            Figure b = run(bare);
            our[pair] = a.megabitsPerSecond;
            their[pair] = b.megabitsPerSecond;
            ratio[pair] = a.megabitsPerSecond / b.megabitsPerSecond;
            out.printf(
                    Locale.ROOT,
                    "| %s | %.0f | %.2f %% | %.0f | %.0f | %.2f %% | %.0f | %.2f |%n",
                    name, a.megabitsPerSecond, a.lostPercent, a.cpuNanos, b.megabitsPerSecond, b.lostPercent, b.cpuNanos, ratio[pair]);
        }
        out.printf(
                Locale.ROOT,
                "| %s, medians | %.0f | | | %.0f | | | %.2f |%n",
                name,
                median(our),
                median(their),
                median(ratio));
    }

    private static Figure run(Callable<Carriage> begin) throws Exception {
        try (Carriage carriage = begin.call()) {
            long ready = System.nanoTime() + RAMP_NANOS;
            long end = ready + MEASURED_NANOS;
            long sent = 0, lost = 0, seen = 0, seenNanos = 0, sentThen = 0, receivedThen = 0, cpuThen = 0;
            for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
                if (sentThen == 0 && now > ready) {
                    sentThen = sent;
                    receivedThen = carriage.received();
                    cpuThen = PROCESS.getProcessCpuTime();
                }
                long received = carriage.received();
                if (received != seen) {
                    seen = received;
                    seenNanos = now;
                } else if (now - seenNanos > LOST_NANOS) {
                    lost = sent - received;
                    seenNanos = now;
                }
                int taken = sent - lost - received < WINDOW ? carriage.send() : 0;
                sent += taken;
                if (taken < Carriage.BATCH) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
            long received = carriage.received() - receivedThen;
            return new Figure(received * Carriage.BYTES * 8e3 / MEASURED_NANOS, 100.0 * (sent - sentThen - received) / (sent - sentThen), (double) (PROCESS.getProcessCpuTime() - cpuThen) / received);
        }
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }
}
