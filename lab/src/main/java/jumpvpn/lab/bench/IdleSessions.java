package jumpvpn.lab.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.Locale;

/**
 * {@code jumpvpn lab bench --idle N}: what a gateway keeps for N sessions that were born, reattached once and then said nothing for 40 s: heap after a full collection, the session table in memory and the configuration's clients
 * included, and the processor time of all deadlines that fell due in those 40 s. Keepalives, which come later, are not in it.
 */
final class IdleSessions {
    private static final long SILENCE_NANOS = 40_000_000_000L;
    private static final int MILLION = 1_000_000;
    private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();
    private static final OperatingSystemMXBean PROCESS =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private IdleSessions() {}

    /** Measures and prints. */
    static void measure(int sessions, PrintStream out) {
        long before = heapBytes();
        Fleet fleet = new Fleet(sessions);
        for (BenchClient client : fleet.clients) {
            fleet.asked(client.from, client.request(fleet.nowNanos));
        }
        fleet.clients.clear();
        long startNanos = PROCESS.getProcessCpuTime();
        fleet.pass(SILENCE_NANOS);
        long spentNanos = PROCESS.getProcessCpuTime() - startNanos;
        long bytes = heapBytes() - before;
        out.printf(
                Locale.ROOT,
                "%,d idle sessions: %,d bytes of heap each; deadlines of the %d s after a reattach: %.2f %% of a core for a million%n",
                sessions,
                bytes / sessions,
                SILENCE_NANOS / 1_000_000_000L,
                100.0 * spentNanos / SILENCE_NANOS * MILLION / sessions);
        if (fleet.events == 0) { // also keeps the fleet alive until here
            throw new IllegalStateException("nothing happened");
        }
    }

    private static long heapBytes() {
        MEMORY.gc();
        return MEMORY.getHeapMemoryUsage().getUsed();
    }
}
