package jumpvpn.lab.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.Locale;

/**
 * {@code jumpvpn lab bench --idle N}: what a gateway keeps for N sessions that were born, reattached once and are at rest: heap after a full collection, the
 * configuration's clients included, the session table told apart. Then what a keepalive costs that comes for a session at rest, until that rests again.
 */
final class IdleSessions {
    /** Old bindings are forgotten after 30 s. */
    private static final long TO_REST_NANOS = 34_000_000_000L;

    private static final long KEEPALIVE_NANOS = 20_000_000_000L;
    private static final long ROUND_NANOS = 3_000_000_000L;
    private static final int ROUNDS = 30;
    private static final int TALKERS = 5_000;
    private static final int MILLION = 1_000_000;
    private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();
    private static final OperatingSystemMXBean PROCESS =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private IdleSessions() {}

    /** Measures and prints. */
    static void measure(int sessions, PrintStream out) {
        keepalives(out);
        long before = heapBytes();
        Fleet fleet = atRest(sessions);
        fleet.clients.clear();
        long all = heapBytes() - before;
        fleet.table.empty();
        long rest = heapBytes() - before;
        check(fleet, sessions); // also keeps it alive until here
        out.printf(
                Locale.ROOT,
                "%,d sessions at rest: %,d bytes of heap each, and %,d in a table in memory%n",
                sessions,
                rest / sessions,
                (all - rest) / sessions);
    }

    private static void check(Fleet fleet, long rests) {
        if (fleet.gateway.rests() < rests) {
            throw new IllegalStateException("somebody is awake");
        }
    }

    private static Fleet atRest(int sessions) {
        Fleet fleet = new Fleet(sessions);
        for (BenchClient client : fleet.clients) {
            client.answered(fleet.nowNanos, fleet.asked(client.from, client.request(fleet.nowNanos)));
        }
        fleet.pass(TO_REST_NANOS);
        return fleet;
    }

    private static void keepalives(PrintStream out) {
        Fleet fleet = atRest(TALKERS);
        byte[][] pings = new byte[TALKERS][];
        long packetNanos = 0;
        long deadlineNanos = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < TALKERS; i++) {
                pings[i] = fleet.clients.get(i).keepalive();
            }
            long start = PROCESS.getProcessCpuTime();
            for (int i = 0; i < TALKERS; i++) {
                fleet.arrives(fleet.clients.get(i).from, pings[i]);
            }
            long between = PROCESS.getProcessCpuTime();
            fleet.pass(ROUND_NANOS);
            if (round >= ROUNDS / 2) { // warmed up
                packetNanos += between - start;
                deadlineNanos += PROCESS.getProcessCpuTime() - between;
            }
        }
        check(fleet, (long) TALKERS * ROUNDS);
        long measured = (long) TALKERS * (ROUNDS - ROUNDS / 2);
        out.printf(
                Locale.ROOT,
                "a keepalive for a session at rest: %.1f us to wake it, open and answer, %.1f us for all deadlines until it rests again;"
                        + " a million sessions, a keepalive every %d s each: %.0f %% and %.0f %% of a core%n",
                packetNanos / 1e3 / measured,
                deadlineNanos / 1e3 / measured,
                KEEPALIVE_NANOS / 1_000_000_000L,
                100.0 * packetNanos / measured * MILLION / KEEPALIVE_NANOS,
                100.0 * deadlineNanos / measured * MILLION / KEEPALIVE_NANOS);
    }

    private static long heapBytes() {
        MEMORY.gc();
        return MEMORY.getHeapMemoryUsage().getUsed();
    }
}
