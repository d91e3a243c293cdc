package jumpvpn.core.data;

import static jumpvpn.core.data.PacketLayout.ACK_LENGTH;
import static jumpvpn.core.data.PacketLayout.BYTE;
import static jumpvpn.core.data.PacketLayout.COUNTER;
import static jumpvpn.core.data.PacketLayout.HEADER_LENGTH;
import static jumpvpn.core.data.PacketLayout.INT;
import static jumpvpn.core.data.PacketLayout.LONG;
import static jumpvpn.core.data.PacketLayout.WIRE_ID;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.ReplayWindow;
import jumpvpn.core.security.Suite;
import org.jspecify.annotations.Nullable;

/**
 * A session tied to one path under one epoch, with keys of its own. Three threads use it, each through its own cipher: the packet thread seals
 * ({@link #packetSealer}), the control thread seals ({@link #controlSealer}), the receiving thread opens. The counter is shared and never repeats.
 */
public final class Binding {
    /** The session's gate: who may send what, and where its packets go. */
    public final ForwardingGate gate;

    /** The epoch that this binding began, or rides ahead of (early data). */
    public final int epoch;

    /** The identifier by which packets find this binding here. */
    public final long localWireId;

    /** The socket or path that carries it. */
    public final int pathId;

    /** The packet thread's cipher. */
    public final Aead packetSealer;

    /** The control thread's cipher. */
    public final Aead controlSealer;

    /** Deliveries both ways. */
    public final Delivery delivery = new Delivery();

    private final byte dataType;
    private final long peerWireId;
    private final long packetLimit;
    private final Aead opener;
    private final ReplayWindow window = new ReplayWindow();
    private final AtomicLong nextCounter = new AtomicLong();
    private final AtomicBoolean watched = new AtomicBoolean();
    private volatile Endpoint peer;
    private volatile @Nullable Endpoint roamedTo;
    private volatile long receiveUntilNanos = Long.MAX_VALUE;

    /**
     * What a binding is made of.
     *
     * @param dataType {@link PacketLayout#DATA}, or {@link PacketLayout#EARLY_DATA} for a one-way binding that rides ahead of the commit
     * @param sealKey 32 bytes
     * @param openKey 32 bytes
     */
    public record Parts(
            ForwardingGate gate,
            byte dataType,
            int epoch,
            Suite suite,
            byte[] sealKey,
            byte[] openKey,
            long localWireId,
            long peerWireId,
            int pathId,
            Endpoint peer) {}

    /** A binding that has sealed and opened nothing yet. */
    public Binding(AeadPort aead, Parts parts) {
        gate = parts.gate;
        dataType = parts.dataType;
        epoch = parts.epoch;
        localWireId = parts.localWireId;
        peerWireId = parts.peerWireId;
        pathId = parts.pathId;
        peer = parts.peer;
        packetLimit = parts.suite.packetLimit();
        packetSealer = aead.create(parts.suite, parts.sealKey);
        controlSealer = aead.create(parts.suite, parts.sealKey);
        opener = aead.create(parts.suite, parts.openKey);
    }

    /** The data or control packet's first byte here: DATA, or EARLY_DATA. */
    public byte dataType() {
        return dataType;
    }

    /** Where packets go: the last validated address of the peer. */
    public Endpoint peer() {
        return peer;
    }

    /** Moves sending to a validated address. */
    public void peer(Endpoint validated) {
        peer = validated;
        roamedTo = null;
    }

    /** A source address other than the peer's that the newest authentic packet came from; null if none. */
    public @Nullable Endpoint roamedTo() {
        return roamedTo;
    }

    /** From this boot time on nothing more is accepted. */
    public void receiveUntil(long nanos) {
        receiveUntilNanos = nanos;
    }

    /** Whether packets are still accepted. */
    public boolean receives(long nowNanos) {
        return nowNanos < receiveUntilNanos;
    }

    /** Whether the key has sealed all that it may: the binding is dead, not the session. */
    public boolean isExhausted() {
        return nextCounter.get() >= packetLimit;
    }

    /** How many packets were sealed. */
    public long sealed() {
        return nextCounter.get();
    }

    /**
     * Seals the payload that lies {@link PacketLayout#PAYLOAD} bytes behind {@code packet} in place, header and tag around it.
     *
     * @param sealer the calling thread's own
     * @param type {@link PacketLayout#CONTROL} or {@link #dataType}
     * @return the datagram's length, or -1 when the key may seal no more
     */
    public int seal(Aead sealer, byte type, MemorySegment memory, long packet, int payloadLength, long nowNanos) {
        long counter = nextCounter.getAndIncrement();
        if (counter >= packetLimit) {
            nextCounter.decrementAndGet();
            return -1;
        }
        memory.set(INT, packet, type << 24);
        memory.set(LONG, packet + WIRE_ID, peerWireId);
        memory.set(LONG, packet + COUNTER, counter);
        long ack = packet + HEADER_LENGTH;
        int nowMicros = (int) (nowNanos / 1000);
        long heldMicros = (nowNanos - delivery.receivedNanos()) / 1000;
        memory.set(INT, ack, (int) delivery.receivedLargest());
        memory.set(INT, ack + 4, (int) delivery.received());
        memory.set(INT, ack + 8, nowMicros);
        memory.set(INT, ack + 12, delivery.received() == 0 ? 0 : (int) (delivery.peerMicros() + heldMicros));
        sealer.seal(counter, memory, packet, HEADER_LENGTH, ack, ACK_LENGTH + payloadLength);
        int length = PacketLayout.OVERHEAD + payloadLength;
        delivery.sent(nowNanos, counter, payloadLength > 0, length);
        return length;
    }

    /** Seals a payload as the control thread, in an array of its own; null when the key may seal no more. */
    public byte @Nullable [] sealed(byte type, byte[] payload, long nowNanos) {
        byte[] datagram = new byte[PacketLayout.OVERHEAD + payload.length];
        System.arraycopy(payload, 0, datagram, PacketLayout.PAYLOAD, payload.length);
        int length = seal(controlSealer, type, MemorySegment.ofArray(datagram), 0, payload.length, nowNanos);
        return length < 0 ? null : datagram;
    }

    /**
     * Claims the control thread's attention.
     *
     * @return true for the first who asks since it looked away: that one must tell it
     */
    public boolean claimWatch() {
        return !watched.get() && watched.compareAndSet(false, true);
    }

    /** The control thread looks away: nothing is outstanding here. */
    public void releaseWatch() {
        watched.set(false);
    }

    /**
     * Opens a datagram in place; receiving thread only.
     *
     * @return the payload's length (0: a pure acknowledgement), or the negative of 1 + the {@link DropReason}'s ordinal
     */
    int open(MemorySegment memory, long packet, int length, long nowNanos, long peerHigh, long peerLow, int peerPort) {
        byte type = memory.get(BYTE, packet);
        if (type != dataType && (type != PacketLayout.CONTROL || dataType != PacketLayout.DATA)) {
            return dropped(DropReason.MALFORMED);
        }
        if (!receives(nowNanos)) {
            return dropped(DropReason.BINDING_ENDED);
        }
        long counter = memory.get(LONG, packet + COUNTER);
        long ack = packet + HEADER_LENGTH;
        int opened = opener.open(counter, memory, packet, HEADER_LENGTH, ack, length - HEADER_LENGTH);
        if (opened < ACK_LENGTH) {
            return dropped(DropReason.BAD_TAG);
        }
        if (!window.accept(counter)) {
            return dropped(DropReason.REPLAYED);
        }
        int payloadLength = opened - ACK_LENGTH;
        account(memory, ack, counter, payloadLength > 0, length, nowNanos);
        noteSource(counter, peerHigh, peerLow, peerPort);
        return payloadLength;
    }

    private void account(MemorySegment memory, long ack, long counter, boolean asking, int length, long nowNanos) {
        int largest = memory.get(INT, ack);
        int echo = memory.get(INT, ack + 12);
        long sendMicros = memory.get(INT, ack + 8) & 0xffff_ffffL;
        if (echo != 0 && dataType == PacketLayout.DATA) {
            long rttNanos = ((int) (nowNanos / 1000) - echo) * 1000L;
            delivery.acknowledged(nowNanos, unfold(largest), memory.get(INT, ack + 4) & 0xffff_ffffL, rttNanos);
        }
        delivery.received(nowNanos, counter, asking, sendMicros, length);
    }

    /** The counter of ours that ends in these 32 bits: the greatest that was sent; one never sent counts as none. */
    private long unfold(int low) {
        long next = nextCounter.get();
        long candidate = (next & ~0xffff_ffffL) | (low & 0xffff_ffffL);
        if (candidate >= next) {
            candidate -= 1L << 32;
        }
        return Math.max(candidate, -1);
    }

    private void noteSource(long counter, long peerHigh, long peerLow, int peerPort) {
        Endpoint known = peer;
        boolean same = known.port() == peerPort
                && known.address().low() == peerLow
                && known.address().high() == peerHigh;
        if (!same && counter == window.largest()) {
            Endpoint noted = roamedTo;
            if (noted == null
                    || noted.port() != peerPort
                    || noted.address().low() != peerLow
                    || noted.address().high() != peerHigh) {
                roamedTo = new Endpoint(new jumpvpn.core.net.IpAddress(peerHigh, peerLow), peerPort);
            }
        }
    }

    private static int dropped(DropReason reason) {
        return -1 - reason.ordinal();
    }
}
