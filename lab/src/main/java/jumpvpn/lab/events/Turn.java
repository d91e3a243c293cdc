package jumpvpn.lab.events;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.StateVersion;
import jumpvpn.lab.events.Outlets.Kind;
import jumpvpn.lab.events.Outlets.Manner;
import jumpvpn.node.host.WallClock;
import jumpvpn.node.observability.Sink;
import jumpvpn.node.runtime.EventLog;
import jumpvpn.node.runtime.Log;

/**
 * A generator emits events at a rate, a thousand times a second as many as are due, while packets go. The sinks are the product's own; the one that followers read from is
 * always among them.
 */
final class Turn {
    private static final int TICKS_PER_SECOND = 1000;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long HALF = 2;
    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    /**
     * What came out.
     *
     * @param packetsPerSecond opened
     * @param nanosPerEvent what emitting took of the caller's time: the median of a thousandth of a second's events, because whoever is preempted meanwhile is not slow
     * @param nanosPerWake what waking the sinks' threads took behind them, once for all: the median too
     * @param bytesPerEvent what the caller allocated
     * @param heapGrowthBytes what stayed in the heap, from the middle of the turn to its end
     * @param emitted by the generator
     * @param sinks what each counted, closed
     */
    record Result(
            double packetsPerSecond,
            double nanosPerEvent,
            double nanosPerWake,
            double bytesPerEvent,
            long heapGrowthBytes,
            long emitted,
            Map<String, Sink.Counts> sinks) {
        /** What is not exact; empty if all is. */
        List<String> wrong() {
            List<String> wrong = new ArrayList<>();
            sinks.forEach((name, counts) -> {
                if (counts.offered() != emitted || counts.written() + counts.dropped() != counts.offered()) {
                    wrong.add(name + ": emitted " + emitted + ", " + counts);
                }
            });
            return wrong;
        }
    }

    private final EventsOptions options;
    private final Path folder;
    private final Map<Kind, Manner> manners;
    private final Event event = new Event(
            1,
            EventType.TRANSPORT_SWITCH,
            ReasonCode.BOUND,
            Role.GATEWAY,
            new SessionId(1, 2),
            StateVersion.of(2, 0),
            null,
            null,
            "udp/from/198.51.100.7:4500",
            5,
            List.of());
    private final List<Long> ticksNanos = new ArrayList<>();
    private final List<Long> wakesNanos = new ArrayList<>();
    private long emittedBytes;
    private long emitted;

    /** @param manners which sinks there are, and how the other side treats each; none: only the followers' */
    Turn(EventsOptions options, Path folder, Map<Kind, Manner> manners) {
        this.options = options;
        this.folder = folder;
        this.manners = manners;
    }

    Result run() throws IOException, InterruptedException {
        Log quiet = new Log(new PrintStream(PrintStream.nullOutputStream()), InstantSource.system());
        try (Outlets outlets = new Outlets(folder);
                PacketLoad packets = new PacketLoad()) {
            EventLog events = EventLog.open(folder, "lab", Role.GATEWAY, null, new WallClock(), quiet);
            for (Map.Entry<Kind, Manner> one : new TreeMap<>(manners).entrySet()) {
                outlets.add(events, one.getKey(), one.getValue());
            }
            events.start();
            generate(events, 1); // until all is warm
            ticksNanos.clear();
            wakesNanos.clear();
            long allocated = emittedBytes;
            long before = emitted;
            long opened = packets.count();
            long begin = System.nanoTime();
            generate(events, options.seconds() / (double) HALF);
            long middle = heapBytes();
            generate(events, options.seconds() / (double) HALF);
            double seconds = (System.nanoTime() - begin) / (double) NANOS_PER_SECOND;
            double rate = (packets.count() - opened) / seconds;
            double bytes = (emittedBytes - allocated) / (double) (emitted - before);
            long growth = heapBytes() - middle;
            events.close();
            Map<String, Sink.Counts> counts = new TreeMap<>();
            events.sinks().forEach(sink -> counts.put(sink.name(), sink.counts()));
            return new Result(
                    rate, median(ticksNanos) / eachTick(), median(wakesNanos), bytes, growth, emitted, counts);
        } catch (jumpvpn.node.runtime.StartException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private void generate(EventLog events, double seconds) throws InterruptedException {
        long begin = System.nanoTime();
        long due = Math.round(seconds * TICKS_PER_SECOND);
        int each = eachTick();
        for (long tick = 1; tick <= due; tick++) {
            long bytesBefore = THREADS.getCurrentThreadAllocatedBytes();
            long from = System.nanoTime();
            for (int i = 0; i < each; i++) {
                events.emit(event);
            }
            long emittedNanos = System.nanoTime();
            events.wake();
            wakesNanos.add(System.nanoTime() - emittedNanos);
            ticksNanos.add(emittedNanos - from);
            emittedBytes += THREADS.getCurrentThreadAllocatedBytes() - bytesBefore;
            emitted += each;
            long left = begin + tick * (NANOS_PER_SECOND / TICKS_PER_SECOND) - System.nanoTime();
            if (left > 0) {
                Thread.sleep(left / 1_000_000, (int) (left % 1_000_000));
            }
        }
    }

    private int eachTick() {
        return options.rate() / TICKS_PER_SECOND;
    }

    private static double median(List<Long> nanos) {
        return nanos.stream().sorted().skip(nanos.size() / 2).findFirst().orElseThrow();
    }

    private static long heapBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
