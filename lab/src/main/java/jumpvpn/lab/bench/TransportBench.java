package jumpvpn.lab.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** {@code jumpvpn lab bench --transports}: what our adapters carry over loopback beside the library alone, in turn in one run. */
final class TransportBench {
    private static final int PAIRS = 5;
    private static final long RAMP_NANOS = 1_000_000_000L;
    private static final long MEASURED_NANOS = 3_000_000_000L;
    private static final long CONNECT_NANOS = 200_000_000;
    private static final int MOST_TRIES = 50;
    /** After so long without any that arrives, what is under way is taken for lost. */
    private static final long LOST_NANOS = 20_000_000;
    /** Datagrams under way at most, as an inner TCP connection has a window: the rings' size would only be filled and dropped. */
    private static final int WINDOW = 512;

    /** For room: the kernel makes some 80 µs of it, an eighth of what the window lasts. A sender that tried again at once would take a processor from those it measures. */
    private static final long PAUSE_NANOS = 20_000;

    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /** What one run carried; processor time of the whole process, a datagram that arrived. */
    private record Figures(double megabitsPerSecond, double lostPercent, double cpuNanos) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.0f | %.2f %% | %.0f", megabitsPerSecond, lostPercent, cpuNanos);
        }
    }

    /** What both did, one run after the other. */
    private record Pair(Figures ours, Figures bare) {
        double ratio() {
            return ours.megabitsPerSecond / bare.megabitsPerSecond;
        }
    }

    private final Carriage carriage;
    private long sent;
    private long lost;
    private long arrived;
    private long arrivedNanos = System.nanoTime();

    private TransportBench(Carriage carriage) {
        this.carriage = carriage;
    }

    /** Takes about a minute and a half. */
    static void measure(PrintStream out) throws Exception {
        out.print("""
                | | ours, Mbit/s | lost | CPU ns a datagram | bare, Mbit/s | lost | CPU ns a datagram | ours / bare |
                | --- | --- | --- | --- | --- | --- | --- | --- |
                """);
        compare("QUIC", PortCarriage::quic, BareQuic::new, out);
        compare("TCP", PortCarriage::tcp, BareTcp::new, out);
    }

    private static void compare(String name, Callable<Carriage> ours, Callable<Carriage> bare, PrintStream out)
            throws Exception {
        pair(ours, bare); // warms up
        Pair[] pairs = new Pair[PAIRS];
        for (int i = 0; i < PAIRS; i++) {
            pairs[i] = pair(ours, bare);
            out.printf(Locale.ROOT, "| %s | %s | %s | %.2f |%n", name, pairs[i].ours, pairs[i].bare, pairs[i].ratio());
        }
        out.printf(
                Locale.ROOT,
                "| %s, medians | %s | %s | %.2f |%n",
                name,
                medians(pairs, Pair::ours),
                medians(pairs, Pair::bare),
                median(pairs, Pair::ratio));
    }

    private static Pair pair(Callable<Carriage> ours, Callable<Carriage> bare) throws Exception {
        return new Pair(once(ours), once(bare));
    }

    private static Figures once(Callable<Carriage> begin) throws Exception {
        try (Carriage carriage = begin.call()) {
            return new TransportBench(carriage).run();
        }
    }

    private Figures run() {
        connect();
        sendFor(RAMP_NANOS);
        long sentBefore = sent;
        long arrivedBefore = carriage.received();
        long cpuBefore = PROCESS.getProcessCpuTime();
        long start = System.nanoTime();
        sendFor(MEASURED_NANOS);
        double received = carriage.received() - arrivedBefore;
        return new Figures(
                received * Carriage.BYTES * 8e3 / (System.nanoTime() - start),
                100 * (1 - received / (sent - sentBefore)),
                (PROCESS.getProcessCpuTime() - cpuBefore) / received);
    }

    /** Some of what is sent before there is a connection is lost; what was not there before the first that arrives does not count. */
    private void connect() {
        for (int tries = 0; carriage.received() == 0; tries++) {
            if (tries == MOST_TRIES) {
                throw new IllegalStateException("nothing has arrived after " + tries + " tries to connect");
            }
            carriage.send();
            LockSupport.parkNanos(CONNECT_NANOS);
        }
        sent = carriage.received();
    }

    private void sendFor(long nanos) {
        long end = System.nanoTime() + nanos;
        for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
            int taken = isOpen(now) ? carriage.send() : 0;
            sent += taken;
            if (taken < Carriage.BATCH) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /** Whether the window has room. */
    private boolean isOpen(long nowNanos) {
        long received = carriage.received();
        if (received != arrived || nowNanos - arrivedNanos > LOST_NANOS) {
            lost = received == arrived ? sent - received : lost;
            arrived = received;
            arrivedNanos = nowNanos;
        }
        return sent - lost - received < WINDOW;
    }

    private static Figures medians(Pair[] pairs, Function<Pair, Figures> which) {
        return new Figures(
                median(pairs, pair -> which.apply(pair).megabitsPerSecond),
                median(pairs, pair -> which.apply(pair).lostPercent),
                median(pairs, pair -> which.apply(pair).cpuNanos));
    }

    private static double median(Pair[] pairs, ToDoubleFunction<Pair> figure) {
        return Arrays.stream(pairs).mapToDouble(figure).sorted().toArray()[PAIRS / 2];
    }
}
