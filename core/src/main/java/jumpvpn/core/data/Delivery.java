package jumpvpn.core.data;

import static jumpvpn.core.data.PacketLayout.INT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import jumpvpn.core.net.Varint;
import jumpvpn.core.transport.PathHealth;

/**
 * What one binding knows of deliveries, both ways. Writers: {@code sent*} by whoever seals (a race between two sealers loses at most one of two times that
 * are microseconds apart), all else by the one thread that opens. Readers: any. Every field is a lone fact read by acquire and written by release; nobody needs
 * two of them to agree.
 */
@SuppressWarnings("UnusedVariable") // the fields are read and written through their VarHandles
public final class Delivery {
    private static final VarHandle SENT_ASKING = field("sentAsking");
    private static final VarHandle SENT_NANOS = field("sentNanos");
    private static final VarHandle SENT_BYTES = field("sentBytes");
    private static final VarHandle ACKED = field("acked");
    private static final VarHandle PROGRESS_NANOS = field("progressNanos");
    private static final VarHandle PEER_RECEIVED = field("peerReceived");
    private static final VarHandle RTT_NANOS = field("rttNanos");
    private static final VarHandle RECEIVED_LARGEST = field("receivedLargest");
    private static final VarHandle RECEIVED = field("received");
    private static final VarHandle RECEIVED_NANOS = field("receivedNanos");
    private static final VarHandle RECEIVED_BYTES = field("receivedBytes");
    private static final VarHandle ASKED_NANOS = field("askedNanos");
    private static final VarHandle PEER_MICROS = field("peerMicros");

    private long sentAsking = -1;
    private long sentNanos;
    private long sentBytes;
    private long acked = -1;
    private long progressNanos;
    private long peerReceived;
    private long rttNanos;
    private long receivedLargest = -1;
    private long received;
    private long receivedNanos;
    private long receivedBytes;
    private long askedNanos;
    private long peerMicros;

    private static final VarHandle[] COUNTS = {
        SENT_ASKING,
        SENT_BYTES,
        ACKED,
        PEER_RECEIVED,
        RTT_NANOS,
        RECEIVED_LARGEST,
        RECEIVED,
        RECEIVED_BYTES,
        PEER_MICROS
    };
    private static final VarHandle[] TIMES = {SENT_NANOS, PROGRESS_NANOS, RECEIVED_NANOS, ASKED_NANOS};

    private static VarHandle field(String name) {
        try {
            return MethodHandles.lookup().findVarHandle(Delivery.class, name, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Writes all of it, times as passed since then. */
    void encode(ByteBuffer out, long sinceNanos) {
        for (VarHandle count : COUNTS) {
            Varint.put(out, (long) count.getAcquire(this));
        }
        for (VarHandle time : TIMES) {
            Varint.put(out, (long) time.getAcquire(this) - sinceNanos);
        }
    }

    /** Reads what {@link #encode} wrote. */
    void decode(ByteBuffer in, long sinceNanos) {
        for (VarHandle count : COUNTS) {
            count.setRelease(this, Varint.get(in));
        }
        for (VarHandle time : TIMES) {
            time.setRelease(this, sinceNanos + Varint.get(in));
        }
    }

    void sent(long nowNanos, long counter, boolean asking, int bytes) {
        if (asking && counter > sentAsking()) {
            SENT_ASKING.setRelease(this, counter);
        }
        SENT_NANOS.setRelease(this, nowNanos);
        SENT_BYTES.getAndAdd(this, (long) bytes);
    }

    void received(long nowNanos, long counter, boolean asking, long sendMicros, int bytes) {
        if (counter > receivedLargest()) {
            RECEIVED_LARGEST.setRelease(this, counter);
            PEER_MICROS.setRelease(this, sendMicros);
            RECEIVED_NANOS.setRelease(this, nowNanos);
        }
        RECEIVED.setRelease(this, received() + 1);
        RECEIVED_BYTES.setRelease(this, receivedBytes() + bytes);
        if (asking && askedNanos() <= sentNanos()) {
            ASKED_NANOS.setRelease(this, nowNanos);
        }
    }

    /**
     * Takes the acknowledgement fields of an authentic packet.
     *
     * @param nextCounter the next counter of ours
     */
    void acknowledged(long nowNanos, MemorySegment memory, long ack, long nextCounter) {
        int echo = memory.get(INT, ack + 12);
        if (echo != 0) {
            long rtt = ((int) (nowNanos / 1000) - echo) * 1000L;
            long counter = unfold(memory.get(INT, ack), nextCounter);
            acknowledged(nowNanos, counter, memory.get(INT, ack + 4) & 0xffff_ffffL, rtt);
        }
    }

    /** The counter of ours that ends in these 32 bits: the greatest that was sent; one never sent counts as none. */
    private static long unfold(int low, long nextCounter) {
        long candidate = (nextCounter & ~0xffff_ffffL) | (low & 0xffff_ffffL);
        if (candidate >= nextCounter) {
            candidate -= 1L << 32;
        }
        return Math.max(candidate, -1);
    }

    private void acknowledged(long nowNanos, long counter, long peerReceivedCount, long rtt) {
        if (counter > acked()) {
            ACKED.setRelease(this, counter);
            PROGRESS_NANOS.setRelease(this, nowNanos);
            PEER_RECEIVED.setRelease(this, peerReceivedCount);
        }
        if (rtt > 0) {
            RTT_NANOS.setRelease(this, rtt);
        }
    }

    /** What {@link PathHealth} judges by. */
    public PathHealth.Counts counts() {
        return new PathHealth.Counts(
                sentAsking(),
                acked(),
                progressNanos(),
                peerReceived(),
                rttNanos(),
                sentNanos(),
                receivedNanos(),
                askedNanos());
    }

    /** The largest counter sent that asks for an acknowledgement, or -1. */
    public long sentAsking() {
        return (long) SENT_ASKING.getAcquire(this);
    }

    /** Boot time of the last packet sent, 0 before the first. */
    public long sentNanos() {
        return (long) SENT_NANOS.getAcquire(this);
    }

    /** Bytes sent, headers of ours included. */
    public long sentBytes() {
        return (long) SENT_BYTES.getAcquire(this);
    }

    /** The largest of our counters that the peer says it received, or -1. */
    public long acked() {
        return (long) ACKED.getAcquire(this);
    }

    /** Boot time when {@link #acked} last grew, 0 before. */
    public long progressNanos() {
        return (long) PROGRESS_NANOS.getAcquire(this);
    }

    /** How many packets the peer had received when it said so last. */
    public long peerReceived() {
        return (long) PEER_RECEIVED.getAcquire(this);
    }

    /** The newest round-trip sample in nanoseconds, 0 before the first. */
    public long rttNanos() {
        return (long) RTT_NANOS.getAcquire(this);
    }

    /** The largest counter received, or -1. */
    public long receivedLargest() {
        return (long) RECEIVED_LARGEST.getAcquire(this);
    }

    /** How many authentic packets were received. */
    public long received() {
        return (long) RECEIVED.getAcquire(this);
    }

    /** Boot time of the newest authentic packet, 0 before the first. */
    public long receivedNanos() {
        return (long) RECEIVED_NANOS.getAcquire(this);
    }

    /** Bytes received, headers of ours included. */
    public long receivedBytes() {
        return (long) RECEIVED_BYTES.getAcquire(this);
    }

    /** Boot time since when an acknowledgement is owed, if it is after {@link #sentNanos}: every packet sent carries one. */
    public long askedNanos() {
        return (long) ASKED_NANOS.getAcquire(this);
    }

    /** The newest send time received, in the peer's microseconds. */
    long peerMicros() {
        return (long) PEER_MICROS.getAcquire(this);
    }
}
