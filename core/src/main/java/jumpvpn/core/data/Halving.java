package jumpvpn.core.data;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.net.Protocol;
import org.jspecify.annotations.Nullable;

/** How long the datagrams of one binding may be, and what becomes of inner packets that are too long: two halves each, both ways. */
public final class Halving {
    private static final VarHandle NEXT_NUMBER;

    static {
        try {
            NEXT_NUMBER = MethodHandles.lookup().findVarHandle(Halving.class, "nextNumber", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int LEAST_MTU = 1280; // RFC 8200
    private static final long TELL_PAUSE_NANOS = 10_000_000;

    private volatile int longest = Protocol.LEAST_DATAGRAM;
    private volatile int innerMtu = Integer.MAX_VALUE;
    private long tellNanos;
    private volatile boolean halved;
    private volatile int nextNumber;
    private volatile @Nullable Halves waiting;

    Halving(int nextNumber) {
        this.nextNumber = nextNumber;
    }

    /**
     * Sets how long datagrams may be: what is longer goes in two. Control thread.
     *
     * @param bytes of a datagram that may be sent now
     * @param found bytes of the longest that the path carries; 0: that is not known
     */
    public void longest(int bytes, int found) {
        longest = bytes;
        innerMtu = found == 0 ? Integer.MAX_VALUE : innerMtu(found);
    }

    /** Bytes of the inner packets that senders should send where datagrams have so many: what rides whole, but never below IPv6's least. */
    public static int innerMtu(int datagramBytes) {
        return Math.max(LEAST_MTU, datagramBytes - PacketLayout.OVERHEAD);
    }

    /**
     * Writes the answer to the sender of an inner packet that goes in two, if it has to learn what the path carries: not before that is known, not too often.
     *
     * @return bytes of the answer, 0: none is due
     */
    int tell(MemorySegment memory, long packet, int length, byte[] answer, long nowNanos) {
        int mtu = innerMtu;
        if (length <= mtu || nowNanos < tellNanos) {
            return 0;
        }
        int bytes = PacketTooBig.write(memory, packet, length, mtu, answer);
        if (bytes > 0) {
            tellNanos = nowNanos + TELL_PAUSE_NANOS;
        }
        return bytes;
    }

    /** Whether an inner packet of this length goes in two datagrams; noted for {@link #takeHalved}. */
    boolean halves(int length) {
        boolean tooLong = isTooLong(length);
        if (tooLong && !halved) {
            halved = true;
        }
        return tooLong;
    }

    private boolean isTooLong(int length) {
        return PacketLayout.OVERHEAD + length > longest && length <= 2 * Halves.MOST_BYTES;
    }

    /** Whether an inner packet went in two datagrams since this was asked last. Control thread. */
    public boolean takeHalved() {
        boolean was = halved;
        halved = false;
        return was;
    }

    /** Bytes of the datagrams that an inner packet of this length takes. */
    public int datagramBytes(int length) {
        return isTooLong(length)
                ? 2 * (PacketLayout.OVERHEAD + Halves.HEADER) + length
                : PacketLayout.OVERHEAD + length;
    }

    /** Seals an inner packet as the control thread, in one datagram or two, in arrays of their own; none when the binding's key may seal no more. */
    public List<byte[]> sealed(Binding by, byte[] packet, long nowNanos) {
        List<byte[]> datagrams = new ArrayList<>(2);
        if (!halves(packet.length)) {
            add(datagrams, by.sealed(by.dataType(), packet, nowNanos));
            return datagrams;
        }
        int number = nextNumber();
        int first = (packet.length + 1) / 2;
        add(datagrams, by.sealed(by.dataType(), Halves.half(number, packet, 0, first), nowNanos));
        add(datagrams, by.sealed(by.dataType(), Halves.half(number, packet, first, packet.length), nowNanos));
        return datagrams;
    }

    private static void add(List<byte[]> datagrams, byte @Nullable [] datagram) {
        if (datagram != null) {
            datagrams.add(datagram);
        }
    }

    /** A number for an inner packet that goes in two. */
    int nextNumber() {
        return (int) NEXT_NUMBER.getAndAdd(this, 1);
    }

    /** How many inner packets went in two; it wraps. */
    int count() {
        return nextNumber;
    }

    /** Takes an opened half, as {@link Halves#join}. Receiving thread. */
    int join(MemorySegment memory, long payload, int length, DropCounters drops) {
        Halves kept = waiting;
        if (kept == null) {
            kept = new Halves();
            waiting = kept;
        }
        return kept.join(memory, payload, length, drops);
    }

    /** Forgets halves whose others did not come. */
    void rest() {
        waiting = null;
    }
}
