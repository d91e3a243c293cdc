package jumpvpn.lab.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.util.Locale;
import jumpvpn.core.security.Crypto;
import jumpvpn.node.host.SystemEntropy;

/**
 * {@code jumpvpn lab bench --idle N}: what a gateway keeps for N sessions that were born, reattached once and are at rest: heap after a full collection, the
 * configuration's clients and the table on disk included. Then what a keepalive costs that comes for a session at rest, until that rests again.
 */
final class IdleSessions {
    /** Old bindings are forgotten after 30 s. */
    private static final long TO_REST_NANOS = 34_000_000_000L;

    private static final long KEEPALIVE_NANOS = 20_000_000_000L;
    private static final long ROUND_NANOS = 3_000_000_000L;
    private static final int ROUNDS = 30;
    private static final int TALKERS = 5_000;
    private static final int MILLION = 1_000_000;
    private static final long GATEWAY = 1;
    private static final OperatingSystemMXBean PROCESS =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private IdleSessions() {}

    /** Measures and prints. */
    static void measure(int sessions, PrintStream out) throws IOException, InterruptedException {
        keepalives(out);
        Bytes before = Bytes.now();
        try (DurableTable table = new DurableTable(GATEWAY, Crypto.jdk(new SystemEntropy()), () -> Fleet.START)) {
            Bytes all = atRest(sessions, table).minus(before);
            table.reopen();
            table.quiet();
            Bytes tables = Bytes.now().minus(before);
            out.printf(
                    Locale.ROOT,
                    "%,d sessions at rest: %,d bytes each, all told: %,d of heap, of them %,d for the table on disk, and %,d in direct and mapped buffers%n",
                    sessions,
                    (all.heap + all.buffers) / sessions,
                    all.heap / sessions,
                    tables.heap / sessions,
                    all.buffers / sessions);
        }
    }

    /** What a collection leaves to this process: what its threads have taken since, to allocate from, is not in it. */
    private record Bytes(long heap, long buffers) {
        static Bytes now() {
            ManagementFactory.getMemoryMXBean().gc();
            return new Bytes(
                    ManagementFactory.getMemoryPoolMXBeans().stream()
                            .filter(pool -> pool.getType() == MemoryType.HEAP)
                            .mapToLong(pool -> pool.getCollectionUsage().getUsed())
                            .sum(),
                    ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                            .mapToLong(BufferPoolMXBean::getMemoryUsed)
                            .sum());
        }

        Bytes minus(Bytes before) {
            return new Bytes(heap - before.heap, buffers - before.buffers);
        }
    }

    private static Bytes atRest(int sessions, DurableTable table) throws InterruptedException {
        Fleet fleet = atRest(new Fleet(sessions, table));
        fleet.forgetClients();
        table.quiet();
        Bytes bytes = Bytes.now();
        check(fleet, sessions); // also keeps it alive until here
        return bytes;
    }

    private static void check(Fleet fleet, long rests) {
        if (fleet.gateway.rests() < rests) {
            throw new IllegalStateException("somebody is awake");
        }
    }

    private static Fleet atRest(Fleet fleet) {
        fleet.reattach();
        fleet.pass(TO_REST_NANOS);
        return fleet;
    }

    private static void keepalives(PrintStream out) {
        Fleet fleet = atRest(new Fleet(TALKERS));
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
}
