package jumpvpn.core.data;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import jumpvpn.core.net.PacketBatch;
import org.jspecify.annotations.Nullable;

/**
 * Inner packets kept while a live session has no binding: of each flow the newest, bounded in bytes and age. When there are too many bytes the oldest packet of the flow
 * that has the most goes, so that a download does not push a call out. The packet thread offers, the control thread drains once; after that the queue takes nothing more,
 * so no packet can be left in it.
 */
public final class HoldQueue {
    private record Held(byte[] packet, long nanos, long number) {}

    /** The packets of a flow, and of those that share its number. */
    private static final class Flow {
        final ArrayDeque<Held> packets = new ArrayDeque<>();
        long bytes;
    }

    private final long maxBytes;
    private final long maxAgeNanos;
    private final DropCounters drops;
    private @Nullable Flow @Nullable [] flows;
    private long bytes;
    private long offered;
    private long newestNanos;
    private boolean closed;

    /** An empty queue. */
    public HoldQueue(long maxBytes, long maxAgeNanos, DropCounters drops) {
        this.maxBytes = maxBytes;
        this.maxAgeNanos = maxAgeNanos;
        this.drops = drops;
    }

    /**
     * Keeps a copy of the packet, pushing out older ones.
     *
     * @return false if the queue was drained: look at the gate again
     */
    public synchronized boolean offer(long nowNanos, MemorySegment memory, long offset, int length) {
        if (closed) {
            return false;
        }
        if (length > maxBytes) {
            drops.count(DropReason.HELD_TOO_LONG);
            return true;
        }
        byte[] copy = new byte[length];
        MemorySegment.copy(memory, PacketLayout.BYTE, offset, copy, 0, length);
        Flow flow = flow(InnerPacket.flow(memory, offset, length));
        flow.packets.add(new Held(copy, nowNanos, offered++));
        flow.bytes += length;
        bytes += length;
        newestNanos = nowNanos;
        while (bytes > maxBytes) {
            Flow most = largest();
            int gone = most.packets.remove().packet.length;
            most.bytes -= gone;
            bytes -= gone;
            drops.count(DropReason.HELD_TOO_LONG);
        }
        return true;
    }

    private Flow flow(int number) {
        @Nullable Flow[] all = flows;
        if (all == null) {
            all = new @Nullable Flow[PacketBatch.FLOWS];
            flows = all;
        }
        Flow flow = all[number];
        if (flow == null) {
            flow = new Flow();
            all[number] = flow;
        }
        return flow;
    }

    private Flow largest() {
        Flow most = null;
        for (Flow flow : Objects.requireNonNull(flows)) {
            if (flow != null && (most == null || flow.bytes > most.bytes)) {
                most = flow;
            }
        }
        return Objects.requireNonNull(most);
    }

    /** Whether nothing is kept that is young enough. */
    public synchronized boolean isEmpty(long nowNanos) {
        return bytes == 0 || nowNanos - newestNanos > maxAgeNanos;
    }

    /** Closes the queue and gives what is young enough, oldest first. */
    public synchronized List<byte[]> drain(long nowNanos) {
        closed = true;
        List<Held> kept = new ArrayList<>();
        for (Flow flow : flows == null ? new Flow[0] : flows) {
            if (flow != null) {
                kept.addAll(flow.packets);
            }
        }
        kept.sort(Comparator.comparingLong(Held::number));
        List<byte[]> young = new ArrayList<>(kept.size());
        for (Held held : kept) {
            if (nowNanos - held.nanos <= maxAgeNanos) {
                young.add(held.packet);
            } else {
                drops.count(DropReason.HELD_TOO_LONG);
            }
        }
        flows = null;
        bytes = 0;
        return young;
    }
}
