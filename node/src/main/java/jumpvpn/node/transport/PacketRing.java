package jumpvpn.node.transport;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.transport.Transport;
import jumpvpn.node.host.Memory;

/**
 * A bounded queue of datagrams with their peers, from one thread to one other, in memory that is allocated when the first one comes. The writing thread: {@link #claim},
 * then {@link #publish}. The reading thread: {@link #front}, then what the front has, then {@link #release}. A publish is seen with all that was written before it.
 */
final class PacketRing {
    private final int slots;
    private final int[] length;
    private final long[] peerHigh;
    private final long[] peerLow;
    private final int[] peerPort;
    private final int[] flow;
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong read = new AtomicLong();
    private MemorySegment memory = MemorySegment.NULL; // by the first claim, seen by the reader with the first publish

    /** With room for {@code slots} datagrams, a power of two. */
    PacketRing(int slots) {
        this.slots = slots;
        length = new int[slots];
        peerHigh = new long[slots];
        peerLow = new long[slots];
        peerPort = new int[slots];
        flow = new int[slots];
    }

    /** Where the next datagram goes, {@link Transport#MOST_BYTES} bytes; 0: full. */
    long claim() {
        long at = written.getPlain();
        if (at - read.getAcquire() == slots) {
            return 0;
        }
        if (memory.byteSize() == 0) {
            memory = Arena.ofAuto().allocate((long) slots * Transport.MOST_BYTES, 64);
        }
        return address(at);
    }

    /** Hands over what the last claim was filled with. */
    void publish(int bytes, long high, long low, int port, int ofFlow) {
        long at = written.getPlain();
        int slot = slot(at);
        length[slot] = bytes;
        peerHigh[slot] = high;
        peerLow[slot] = low;
        peerPort[slot] = port;
        flow[slot] = ofFlow;
        written.setRelease(at + 1);
    }

    /** The oldest datagram; 0: none. */
    long front() {
        long at = read.getPlain();
        return written.getAcquire() == at ? 0 : address(at);
    }

    int length() {
        return length[slot(read.getPlain())];
    }

    long peerHigh() {
        return peerHigh[slot(read.getPlain())];
    }

    long peerLow() {
        return peerLow[slot(read.getPlain())];
    }

    int peerPort() {
        return peerPort[slot(read.getPlain())];
    }

    int flow() {
        return flow[slot(read.getPlain())];
    }

    /** Lets go of the oldest datagram. */
    void release() {
        read.setRelease(read.getPlain() + 1);
    }

    /** Moves the oldest datagram into a slot of a batch; cut to length 0 if it is longer. */
    void moveTo(PacketBatch batch, int to) {
        int bytes = length();
        batch.address[to] = batch.home(to);
        batch.offset[to] = 0;
        batch.length[to] = bytes <= batch.slotSize ? bytes : 0;
        batch.trafficClass[to] = 0;
        batch.peerHigh[to] = peerHigh();
        batch.peerLow[to] = peerLow();
        batch.peerPort[to] = peerPort();
        Memory.copy(front(), batch.address[to], batch.length[to]);
        release();
    }

    /** How many are in it; exact for its two threads while the other one rests. */
    int size() {
        return (int) (written.getAcquire() - read.getAcquire());
    }

    private long address(long at) {
        return memory.address() + (long) slot(at) * Transport.MOST_BYTES;
    }

    private int slot(long at) {
        return (int) at & (slots - 1);
    }
}
