package jumpvpn.core.data;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Inner packets kept while a live session has no binding: the newest, bounded in bytes and age. The packet thread offers, the control thread drains once; after
 * that the queue takes nothing more, so no packet can be left in it.
 */
public final class HoldQueue {
    private record Held(byte[] packet, long nanos) {}

    private final ArrayDeque<Held> packets = new ArrayDeque<>();
    private final long maxBytes;
    private final long maxAgeNanos;
    private final DropCounters drops;
    private long bytes;
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
        packets.add(new Held(copy, nowNanos));
        bytes += length;
        while (bytes > maxBytes) {
            bytes -= packets.remove().packet.length;
            drops.count(DropReason.HELD_TOO_LONG);
        }
        return true;
    }

    /** Whether nothing is kept that is young enough. */
    public synchronized boolean isEmpty(long nowNanos) {
        Held newest = packets.peekLast();
        return newest == null || nowNanos - newest.nanos > maxAgeNanos;
    }

    /** Closes the queue and gives what is young enough, oldest first. */
    public synchronized List<byte[]> drain(long nowNanos) {
        closed = true;
        List<byte[]> young = new ArrayList<>(packets.size());
        for (Held held : packets) {
            if (nowNanos - held.nanos <= maxAgeNanos) {
                young.add(held.packet);
            } else {
                drops.count(DropReason.HELD_TOO_LONG);
            }
        }
        packets.clear();
        bytes = 0;
        return young;
    }
}
