package jumpvpn.node.transport;

import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.core.transport.TransportCounters;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Waker;

/**
 * What arrived, on its way from the thread that takes it from the network to the one that receives: a bounded ring of datagrams, and a descriptor that is readable while there may be something in
 * it. The one thread: {@link #claim}, then {@link #publish}, and after a row of these {@link #wake}. The other: {@link #receive}.
 */
public final class Inbox implements AutoCloseable {
    private final PacketRing ring;
    private final Waker waker = new Waker();
    private volatile boolean closed;

    /** With room for {@code slots} datagrams, a power of two. */
    public Inbox(int slots) throws LinuxException {
        ring = new PacketRing(slots);
    }

    /** For poll(2); -1 once closed. */
    public int fd() {
        return closed ? -1 : waker.fd();
    }

    /** Where the next datagram goes, {@link jumpvpn.core.transport.Transport#MOST_BYTES} bytes; 0: full. */
    public long claim() {
        return ring.claim();
    }

    /** Hands over what the last claim was filled with. */
    public void publish(int bytes, long high, long low, int port) {
        ring.publish(bytes, high, low, port, 0);
    }

    /** Makes {@link #fd} readable. */
    public void wake() {
        waker.wake();
    }

    /**
     * Moves what there is into a batch, up to its capacity; what is longer than its slot comes with length 0 and is counted.
     *
     * @param bound our own address, if it is not unspecified
     * @return {@link PacketBatch#count}
     */
    public int receive(PacketBatch batch, IpAddress bound, TransportCounters counters) {
        waker.drain(); // before the ring is looked at: whoever publishes after this wakes us again
        int got = 0;
        while (got < batch.capacity() && ring.front() != 0) {
            if (ring.length() > batch.slotSize) {
                counters.count(TransportCounter.CUT);
            }
            ring.moveTo(batch, got);
            batch.localHigh[got] = bound.isUnspecified() ? 0 : bound.high();
            batch.localLow[got] = bound.isUnspecified() ? 0 : bound.low();
            got++;
        }
        batch.count = got;
        if (ring.front() != 0) {
            wake();
        }
        return got;
    }

    @Override
    public void close() {
        closed = true;
        waker.close();
    }
}
