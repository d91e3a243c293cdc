package jumpvpn.node.transport;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.transport.Transport;
import jumpvpn.node.host.Memory;

/**
 * Datagrams that wait for room in a connection, at most {@link #MOST} of them, flow by flow: each flow's oldest in turn, so that a call does not wait behind a download. A flow of which
 * nothing waits goes before the others once; when its packet is gone it stands at the end, also without another, so that it does not keep them from their turn (RFC 8290 section 4.2).
 * When all is full the oldest of the flow that has most gives way, so that a download does not push a call out. One thread. Memory is allocated when the first one comes.
 */
final class Backlog {
    /** Datagrams that wait at most: older ones give way, since a late packet is worth less than a lost one. */
    static final int MOST = 64;

    private static final int NONE = -1;

    private final int[] length = new int[MOST];
    private final int[] next = new int[MOST];
    private final int[] oldest = new int[PacketBatch.FLOWS];
    private final int[] newest = new int[PacketBatch.FLOWS];
    private final int[] count = new int[PacketBatch.FLOWS];
    private final int[] turns = new int[PacketBatch.FLOWS]; // in this order; the first has a datagram
    private final boolean[] hasTurn = new boolean[PacketBatch.FLOWS];
    private int flows; // that have a turn
    private int fresh; // of them, the first ones: they had none when their datagram came
    private int free;
    private int size;
    private MemorySegment memory = MemorySegment.NULL;

    Backlog() {
        for (int i = 0; i < MOST; i++) {
            next[i] = i + 1 < MOST ? i + 1 : NONE;
        }
        Arrays.fill(oldest, NONE);
        Arrays.fill(newest, NONE);
    }

    /** Takes a copy of the ring's oldest datagram. @return whether another had to give way */
    boolean add(PacketRing from) {
        boolean isFull = size == MOST;
        if (isFull) {
            displace();
        }
        if (memory.byteSize() == 0) {
            memory = Arena.ofAuto().allocate((long) MOST * Transport.MOST_BYTES, 64);
        }
        int slot = free;
        free = next[slot];
        next[slot] = NONE;
        length[slot] = from.length();
        Memory.copy(from.front(), address(slot), from.length());
        int flow = from.flow();
        if (count[flow] == 0) {
            oldest[flow] = slot;
            giveTurn(flow);
        } else {
            next[newest[flow]] = slot;
        }
        newest[flow] = slot;
        count[flow]++;
        size++;
        return isFull;
    }

    private void giveTurn(int flow) {
        if (!hasTurn[flow]) {
            hasTurn[flow] = true;
            System.arraycopy(turns, fresh, turns, fresh + 1, flows - fresh);
            turns[fresh++] = flow;
            flows++;
        }
    }

    private void displace() {
        int largest = turns[0];
        for (int flow = 0; flow < PacketBatch.FLOWS; flow++) {
            largest = count[flow] > count[largest] ? flow : largest;
        }
        if (count[largest] == 1) { // all have one: whose turn is next
            release();
        } else {
            remove(largest);
        }
    }

    private void remove(int flow) {
        int slot = oldest[flow];
        oldest[flow] = next[slot];
        next[slot] = free;
        free = slot;
        count[flow]--;
        size--;
    }

    /** The datagram whose turn it is; 0: none. */
    long front() {
        return size == 0 ? 0 : address(oldest[turns[0]]);
    }

    /** Bytes of the {@link #front}. */
    int length() {
        return length[oldest[turns[0]]];
    }

    /** Lets go of the {@link #front}; its flow comes after the others. */
    void release() {
        int flow = turns[0];
        remove(flow);
        takeTurn();
        turns[flows++] = flow;
        hasTurn[flow] = true;
        while (flows > 0 && (size == 0 || count[turns[0]] == 0)) {
            takeTurn();
        }
    }

    private void takeTurn() {
        hasTurn[turns[0]] = false;
        System.arraycopy(turns, 1, turns, 0, --flows);
        fresh = Math.max(0, fresh - 1);
    }

    /** How many wait. */
    int size() {
        return size;
    }

    private long address(int slot) {
        return memory.address() + (long) slot * Transport.MOST_BYTES;
    }
}
