package jumpvpn.lab.bench;

import jumpvpn.node.data.tun.Checksum;
import jumpvpn.node.data.tun.Coalescing;
import jumpvpn.node.data.tun.Segmentation;
import jumpvpn.node.data.tun.TunDevice;
import jumpvpn.node.host.Memory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What is done at the TUN beside system calls, a packet of 1,400 bytes each: several become one write, one read becomes several, and the checksum that both need. */
@SuppressWarnings("NullAway.Init") // JMH sets parameters and calls the set-up first
@Fork(value = 1, jvmArgsAppend = "-Xmx64m")
public class OffloadBench extends SingleShot {
    private static final int BURSTS = 10_000;
    private static final int BURST = 64;
    private static final int SUPER_PACKETS = 15_000;
    private static final int SEGMENTS = 48; // 64 KiB, less a rest
    private static final int SUMS = 20_000_000;
    private static final int SUMMED_SLOTS = 16; // in the first-level cache, as what was just opened or read

    /** Whose packets a burst has. */
    public enum Traffic {
        ONE_TCP_FLOW(false, 1),
        EIGHT_TCP_FLOWS(false, 8),
        ONE_UDP_FLOW(true, 1);

        private final boolean isUdp;
        private final int flows;

        Traffic(boolean isUdp, int flows) {
            this.isUdp = isUdp;
            this.flows = flows;
        }
    }

    /** Packets that came together, the flows' in turn, and a kernel that takes every write and does nothing with it. */
    @State(Scope.Thread)
    public static class Burst {
        private static final int OFFSET = 64;
        private static final int HEADERS = 40;

        /** The packets. */
        @Param
        public Traffic traffic;

        private final long slots = InnerTraffic.slots(BURST);
        private final long asMade = InnerTraffic.slots(BURST);
        private Coalescing coalescing;
        private int writes;
        private int written;

        /** Makes the packets. */
        @Setup(Level.Trial)
        public void fill() {
            InnerTraffic made = new InnerTraffic(traffic.isUdp);
            made.fill(slots, OFFSET, BURST, traffic.flows);
            made.fill(asMade, OFFSET, BURST, traffic.flows);
            coalescing = new Coalescing(this::write, true);
        }

        /** The first packet's headers became the super-packet's: they are made good for the next burst. */
        private void write(long vectors, int count, int packets) {
            long first = Memory.getLong(vectors) + TunDevice.HEADROOM;
            Memory.copy(asMade + (first - slots), first, HEADERS);
            writes++;
            written += packets;
        }
    }

    /** What one read of the TUN brought. */
    @State(Scope.Thread)
    public static class SuperPacket {
        private final Segmentation segmentation = new Segmentation();
        private final long slots = InnerTraffic.slots(SEGMENTS);
        private int bytes;

        /** As if it were read. */
        @Setup(Level.Trial)
        public void fill() {
            bytes = new InnerTraffic(false).superPacket(segmentation, 0, 0, SEGMENTS);
        }
    }

    /** What is summed. */
    @State(Scope.Thread)
    public static class Summed {
        /** A header without options, a small packet, a full one. */
        @Param({"20", "64", "1400"})
        public int bytes;

        private final long slots = InnerTraffic.slots(SUMMED_SLOTS);

        /** Fills it. */
        @Setup(Level.Trial)
        public void fill() {
            new InnerTraffic(false).fill(slots, 0, SUMMED_SLOTS, 1);
        }
    }

    /** Packets into as few writes as can be. */
    @Benchmark
    @OperationsPerInvocation(BURSTS * BURST)
    public int coalesce(Burst burst) {
        burst.writes = 0;
        burst.written = 0;
        CpuTime.start();
        for (int i = 0; i < BURSTS; i++) {
            for (int slot = 0; slot < BURST; slot++) {
                burst.coalescing.add(
                        burst.slots + (long) slot * InnerTraffic.SLOT_BYTES + Burst.OFFSET, InnerTraffic.PACKET_BYTES);
            }
            burst.coalescing.flush();
        }
        CpuTime.stop(BURSTS * BURST);
        if (burst.written != BURSTS * BURST || burst.writes > BURSTS * 8) {
            throw new IllegalStateException(burst.written + " packets in " + burst.writes + " writes");
        }
        return burst.writes;
    }

    /** A super-packet into packets. */
    @Benchmark
    @OperationsPerInvocation(SUPER_PACKETS * SEGMENTS)
    public int segment(SuperPacket read) {
        int made = 0;
        CpuTime.start();
        for (int i = 0; i < SUPER_PACKETS; i++) {
            read.segmentation.begin(read.bytes);
            for (long slot = read.slots; read.segmentation.hasNext(); slot += InnerTraffic.SLOT_BYTES) {
                made += read.segmentation.next(slot, InnerTraffic.SLOT_BYTES) == InnerTraffic.PACKET_BYTES ? 1 : 0;
            }
        }
        CpuTime.stop(SUPER_PACKETS * SEGMENTS);
        if (made != SUPER_PACKETS * SEGMENTS) {
            throw new IllegalStateException(made + " packets were made");
        }
        return made;
    }

    /** The Internet checksum, not folded. */
    @Benchmark
    @OperationsPerInvocation(SUMS)
    public long checksum(Summed summed) {
        long sum = 0;
        CpuTime.start();
        for (int i = 0; i < SUMS; i++) {
            sum += Checksum.sum(summed.slots + (long) (i % SUMMED_SLOTS) * InnerTraffic.SLOT_BYTES, summed.bytes);
        }
        CpuTime.stop(SUMS);
        return sum;
    }
}
