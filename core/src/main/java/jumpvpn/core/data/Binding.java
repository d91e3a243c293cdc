package jumpvpn.core.data;

import static jumpvpn.core.data.PacketLayout.ACK_LENGTH;
import static jumpvpn.core.data.PacketLayout.BYTE;
import static jumpvpn.core.data.PacketLayout.COUNTER;
import static jumpvpn.core.data.PacketLayout.HEADER_LENGTH;
import static jumpvpn.core.data.PacketLayout.INT;
import static jumpvpn.core.data.PacketLayout.LONG;
import static jumpvpn.core.data.PacketLayout.PHASE;
import static jumpvpn.core.data.PacketLayout.WIRE_ID;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.ReplayWindow;
import jumpvpn.core.security.Suite;
import org.jspecify.annotations.Nullable;

/**
 * A session tied to one path under one epoch, with keys of its own. Several threads use it, each through its own cipher: the sending threads seal ({@link #seal}), the
 * control thread seals ({@link #sealed}), a receiving thread opens, one at a time. The counter is shared, never repeats and goes on when the keys are renewed; the key phase in a
 * packet's header says which keys open it.
 *
 * <p>Renewal, by the control thread: {@link #expect} makes the next phase's keys ready to open with, {@link #sealNewest} seals under them, {@link #dropOlder} wipes the
 * old ones. An end seals under new keys only when it knows that the peer can open them.
 */
public final class Binding implements Bound {
    private static final VarHandle NEXT_COUNTER = field("nextCounter", long.class);
    private static final VarHandle WATCHED = field("watched", boolean.class);

    private static VarHandle field(String name, Class<?> type) {
        try {
            return MethodHandles.lookup().findVarHandle(Binding.class, name, type);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The session's gate: who may send what, and where its packets go. */
    public final ForwardingGate gate;

    /** The epoch that this binding began, or rides ahead of (early data). */
    public final int epoch;

    /** The identifier by which packets find this binding here. */
    public final long localWireId;

    /** The socket or path that carries it. */
    public final int pathId;

    /** Deliveries both ways. */
    public final Delivery delivery = new Delivery();

    /** How long datagrams may be. */
    public final Halving halving;

    private final AeadPort aead;
    private final Suite suite;
    private final byte dataType;
    private final long peerWireId;
    private final int replayWindow;
    private volatile long nextCounter;
    private volatile boolean watched;
    private volatile KeyPhase sealing;
    private volatile KeyPhase newest;
    private volatile @Nullable KeyPhase older;
    private volatile int openedPhase;
    private volatile @Nullable ReplayWindow window;
    private volatile Endpoint peer;
    private volatile @Nullable Roamed roamed;
    private volatile @Nullable Trial trial;
    private volatile long receiveUntilNanos = Long.MAX_VALUE;

    /**
     * What a binding is made of.
     *
     * @param dataType {@link PacketLayout#DATA}, or {@link PacketLayout#EARLY_DATA} for a one-way binding that rides ahead of the commit
     * @param sealKey 32 bytes, copied
     * @param openKey 32 bytes, copied
     * @param replayWindow how many counters behind the largest a packet may come
     * @param bornNanos when the keys were made
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
            Endpoint peer,
            int replayWindow,
            long bornNanos) {}

    /** A binding that has sealed and opened nothing yet. */
    public Binding(AeadPort aead, Parts parts) {
        this(aead, parts, new KeyPhase.Start(0, 0, -1, parts.bornNanos), 0, 0);
    }

    /** A binding that goes on in this phase, with this counter and this many packets in halves behind it. */
    Binding(AeadPort aead, Parts parts, KeyPhase.Start start, long counter, int halvedPackets) {
        this.aead = aead;
        suite = parts.suite;
        gate = parts.gate;
        dataType = parts.dataType;
        epoch = parts.epoch;
        localWireId = parts.localWireId;
        peerWireId = parts.peerWireId;
        pathId = parts.pathId;
        peer = parts.peer;
        replayWindow = parts.replayWindow;
        sealing = new KeyPhase(aead, suite, parts.sealKey, parts.openKey, start);
        newest = sealing;
        openedPhase = start.number();
        nextCounter = counter;
        halving = new Halving(halvedPackets);
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
        roamed = null;
    }

    /** Where the newest authentic packets come from, if that is not the peer's address; else null. */
    public @Nullable Roamed roamed() {
        return roamed;
    }

    /** Where a copy of a datagram of so many bytes may go besides to the peer, once for each: to {@link #roamed}, inside its bounds. Null: nowhere. */
    public @Nullable Endpoint copyTo(int length) {
        Roamed noted = roamed;
        return noted != null && noted.admits(length) ? noted.at : null;
    }

    /** Data waits in the trial's queue once its bytes are spent; null: the peer's address is proven. Set it before the gate opens, take it off before the queue is drained. */
    public void trial(@Nullable Trial unproven) {
        trial = unproven;
    }

    /** What may go to the peer before its address is proven; null if it is. */
    public @Nullable Trial trial() {
        return trial;
    }

    /** From this boot time on nothing more is accepted. */
    public void receiveUntil(long nanos) {
        receiveUntilNanos = nanos;
    }

    /** Whether packets are still accepted. */
    public boolean receives(long nowNanos) {
        return nowNanos < receiveUntilNanos;
    }

    /** Whether the keys have sealed all that they may, or are too old: the binding is dead, not the session. */
    public boolean isExhausted(long nowNanos) {
        return sealing.isSpent(nextCounter, nowNanos);
    }

    /** Whether so many packets were sealed or received under the present keys that they are to be renewed. */
    public boolean isWorn() {
        return sealing.isWorn(nextCounter, delivery.receivedLargest());
    }

    /** When the present keys grow too old to seal. */
    public long keysEndNanos() {
        return sealing.bornNanos + KeyPhase.SEAL_NANOS;
    }

    /** The key phase that packets are sealed under, from 0. */
    public int phase() {
        return sealing.number;
    }

    /** How many counters were used. */
    public long sealed() {
        return nextCounter;
    }

    /**
     * Makes the next phase's keys ready: what comes under them is opened from now on, what is sealed stays under the present ones. The keys are copied.
     *
     * @throws IllegalStateException while the phase before the newest is still there
     */
    public void expect(byte[] sealKey, byte[] openKey, long nowNanos) {
        if (older != null) {
            throw new IllegalStateException("phase " + newest.number + " is not settled yet");
        }
        KeyPhase.Start start = new KeyPhase.Start(newest.number + 1, nextCounter, delivery.receivedLargest(), nowNanos);
        KeyPhase next = new KeyPhase(aead, suite, sealKey, openKey, start);
        older = newest; // before the newest changes: whoever reads the two in the other order misses neither
        newest = next;
    }

    /** What the newest keys are. */
    KeyPhase newest() {
        return newest;
    }

    /** The cipher suite. */
    public Suite suite() {
        return suite;
    }

    /** The identifier by which packets find this binding at the peer. */
    public long peerWireId() {
        return peerWireId;
    }

    /** Seals under the newest keys from now on. */
    public void sealNewest() {
        sealing = newest;
    }

    /** Whether the peer has sealed under the newest keys: it has them. */
    public boolean newestOpened() {
        return openedPhase == newest.number;
    }

    /** Whether packets under two phases are opened. */
    public boolean hasOlder() {
        return older != null;
    }

    /** When nothing under the older keys is opened any more, whatever happens. */
    public long olderEndNanos() {
        KeyPhase old = older;
        return old == null ? Long.MAX_VALUE : old.bornNanos + KeyPhase.SEAL_NANOS + KeyPhase.LATE_NANOS;
    }

    /** Nothing under the older keys is opened any more; they are wiped. Only when nothing is sealed under them. */
    public void dropOlder() {
        KeyPhase old = older;
        if (old != null && old != sealing) {
            older = null;
            old.wipe();
        }
    }

    /** Overwrites all keys: nothing is sealed or opened any more. */
    public void wipe() {
        KeyPhase old = older;
        if (old != null) {
            old.wipe();
        }
        newest.wipe();
    }

    /**
     * Seals, as a sending thread, the payload that lies {@link PacketLayout#PAYLOAD} bytes behind {@code packet} in place, header and tag around it.
     *
     * @param shard the thread's number, from 0
     * @param type {@link PacketLayout#CONTROL} or {@link #dataType}
     * @return the datagram's length, or -1 when the key may seal no more
     */
    public int seal(int shard, byte type, MemorySegment memory, long packet, int payloadLength, long nowNanos) {
        KeyPhase keys = sealing;
        return seal(keys, keys.packetSealer(shard), type, memory, packet, payloadLength, nowNanos);
    }

    private int seal(
            KeyPhase keys,
            @Nullable Aead sealer,
            byte type,
            MemorySegment memory,
            long packet,
            int payloadLength,
            long nowNanos) {
        if (sealer == null || keys.isSpent(nextCounter, nowNanos)) {
            return -1;
        }
        long counter =
                (long) NEXT_COUNTER.getAndAdd(this, 1L); // never taken back: it could come again under the next keys
        if (keys.isSpent(counter, nowNanos)) {
            return -1;
        }
        memory.set(INT, packet, type << 24 | (keys.number & 0xff) << 16);
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
        KeyPhase keys = sealing;
        int length =
                seal(keys, keys.controlSealer(), type, MemorySegment.ofArray(datagram), 0, payload.length, nowNanos);
        return length < 0 ? null : datagram;
    }

    /** Whether the control thread looks at it, or is told to. */
    public boolean isWatched() {
        return watched;
    }

    /**
     * Claims the control thread's attention.
     *
     * @return true for the first who asks since it looked away: that one must tell it
     */
    public boolean claimWatch() {
        return !watched && WATCHED.compareAndSet(this, false, true);
    }

    /** The control thread looks away: nothing is outstanding here. */
    public void releaseWatch() {
        watched = false;
    }

    /**
     * Nothing was sent or received for a while: ciphers and replay window are forgotten until there is traffic again. What is older than the newest packet is then taken
     * for received.
     */
    public void rest() {
        newest.rest();
        sealing.rest();
        window = null;
        halving.rest();
    }

    /**
     * Opens a datagram in place; one thread at a time.
     *
     * @return the payload's length (0: a pure acknowledgement), or the negative of 1 + the {@link DropReason}'s ordinal
     */
    int open(MemorySegment memory, long packet, int length, long nowNanos, long peerHigh, long peerLow, int peerPort) {
        byte type = memory.get(BYTE, packet);
        if (type != dataType && (type != PacketLayout.CONTROL || dataType != PacketLayout.DATA)) {
            return dropped(DropReason.MALFORMED);
        }
        long counter = memory.get(LONG, packet + COUNTER);
        long ack = packet + HEADER_LENGTH;
        KeyPhase keys = phase(memory.get(BYTE, packet + PHASE));
        Aead opener = keys == null || !keys.opens(nowNanos) ? null : keys.opener();
        if (keys == null || opener == null) {
            return dropped(DropReason.BAD_TAG);
        }
        int opened = opener.open(counter, memory, packet, HEADER_LENGTH, ack, length - HEADER_LENGTH);
        if (opened < ACK_LENGTH) {
            return dropped(DropReason.BAD_TAG);
        }
        ReplayWindow received = window;
        if (received == null) {
            received = new ReplayWindow(replayWindow, delivery.receivedLargest());
            window = received;
        }
        if (!received.accept(counter)) {
            return dropped(DropReason.REPLAYED);
        }
        if (!receives(nowNanos)) { // after its proof, since it may be answered with more bytes than it has
            return dropped(DropReason.BINDING_ENDED);
        }
        int payloadLength = opened - ACK_LENGTH;
        taken(keys, memory, ack, counter, payloadLength > 0, length, nowNanos);
        if (counter == received.largest()) {
            noteSource(peerHigh, peerLow, peerPort, length);
        }
        return payloadLength;
    }

    private void taken(
            KeyPhase keys, MemorySegment memory, long ack, long counter, boolean asking, int length, long nowNanos) {
        if (keys.number > openedPhase) {
            openedPhase = keys.number;
        }
        if (dataType == PacketLayout.DATA) {
            delivery.acknowledged(nowNanos, memory, ack, nextCounter);
        }
        long sendMicros = memory.get(INT, ack + 8) & 0xffff_ffffL;
        delivery.received(nowNanos, counter, asking, sendMicros, length);
    }

    /** The keys of the phase with this low byte that are held; null if they are gone, or never were. */
    private @Nullable KeyPhase phase(byte low) {
        KeyPhase present = newest;
        if ((byte) present.number == low) {
            return present;
        }
        KeyPhase before = older;
        return before != null && (byte) before.number == low ? before : null;
    }

    private void noteSource(long peerHigh, long peerLow, int peerPort, int length) {
        if (peer.is(peerHigh, peerLow, peerPort)) {
            return;
        }
        Roamed noted = roamed;
        if (noted != null && noted.at.is(peerHigh, peerLow, peerPort)) {
            noted.came(length);
        } else {
            roamed = new Roamed(peerHigh, peerLow, peerPort, length);
        }
    }

    private static int dropped(DropReason reason) {
        return -1 - reason.ordinal();
    }
}
