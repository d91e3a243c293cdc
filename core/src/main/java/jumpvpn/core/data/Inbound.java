package jumpvpn.core.data;

import static jumpvpn.core.data.PacketLayout.BYTE;
import static jumpvpn.core.data.PacketLayout.LONG;
import static jumpvpn.core.data.PacketLayout.PAYLOAD;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** From a datagram to what is to be done with it. One thread; after {@link #accept} the fields of the last packet are read by accessors. */
public final class Inbound {
    /** What to do with the datagram. */
    public enum Disposition {
        /** Write the inner packet to the TUN. */
        DELIVER,
        /** Hand the opened control message to the control thread. */
        CONTROL,
        /** No binding's: hand the raw datagram to the control thread. */
        UNBOUND,
        /** Authentic, and nothing is to be delivered for it now. */
        ACKNOWLEDGED,
        /** Hand the inner packet to {@link #handOver}: another gateway has its session now. */
        RELAY,
        /** Another gateway has sent an inner packet for a client of ours: seal it as if it had come from the TUN. */
        TO_CLIENT,
        /** From another gateway, for a session whose bind is being committed: try again soon. Untouched, not counted. */
        PENDING,
        /** Counted in the drop counters. */
        DROPPED,
        /** No binding has its wire identifier yet; not counted. Only from {@link #acceptOrWait}. */
        UNKNOWN,
        /** The session that it is for is at rest: wake it and try again. Untouched, not counted. */
        RESTING
    }

    /** Bytes that a datagram may become. */
    public static final int ROOM = PAYLOAD + 2 * Halves.MOST_BYTES;

    private static final DropReason[] REASONS = DropReason.values();

    private final LookupTable<Bound> bindings;
    private final DropCounters drops;
    private final boolean checkSource;
    private final Lease lease;
    private final long whole;
    private final boolean isOneOfMany;
    private @Nullable Binding binding;
    private @Nullable Resting resting;
    private @Nullable HandOver handOver;
    private long payload;
    private int payloadLength;

    /**
     * One that makes packets whole in place: there must be {@link #ROOM} bytes behind each datagram's start.
     *
     * @param checkSource whether inner source addresses must be the session's own: the gateway's rule
     */
    public Inbound(LookupTable<Bound> bindings, DropCounters drops, boolean checkSource) {
        this(bindings, drops, checkSource, new Lease());
    }

    /**
     * The same, and a gateway's whose lease may end.
     *
     * @param lease after its end no packet of a binding is opened
     */
    public Inbound(LookupTable<Bound> bindings, DropCounters drops, boolean checkSource, Lease lease) {
        this(bindings, drops, checkSource, lease, -1, false);
    }

    private Inbound(
            LookupTable<Bound> bindings,
            DropCounters drops,
            boolean checkSource,
            Lease lease,
            long whole,
            boolean isOneOfMany) {
        this.bindings = bindings;
        this.drops = drops;
        this.checkSource = checkSource;
        this.lease = lease;
        this.whole = whole;
        this.isOneOfMany = isOneOfMany;
    }

    /**
     * One that makes packets whole elsewhere.
     *
     * @param lease after its end no packet of a binding is opened
     * @param whole where in the memory that the datagrams lie in; {@link #ROOM} bytes, and as many as a datagram has
     * @param isOneOfMany whether other threads open datagrams of the same bindings: then one at a time has a binding. Anybody can send anything to any socket, so that the kernel sends those of one
     *     binding to one thread does not suffice
     */
    public static Inbound elsewhere(
            LookupTable<Bound> bindings,
            DropCounters drops,
            boolean checkSource,
            Lease lease,
            long whole,
            boolean isOneOfMany) {
        return new Inbound(bindings, drops, checkSource, lease, whole, isOneOfMany);
    }

    /** Judges one datagram; opens it in place if a binding has it. Any bytes of any length may be passed. */
    public Disposition accept(
            MemorySegment memory, long packet, int length, long nowNanos, long peerHigh, long peerLow, int peerPort) {
        Disposition disposition = acceptOrWait(memory, packet, length, nowNanos, peerHigh, peerLow, peerPort);
        return disposition == Disposition.UNKNOWN ? drop(DropReason.UNKNOWN_WIRE_ID) : disposition;
    }

    /**
     * As {@link #accept}, but leaves a packet with an unknown wire identifier to the caller, untouched: the message that makes its binding may have come right before it,
     * and be in another thread's hands.
     */
    public Disposition acceptOrWait(
            MemorySegment memory, long packet, int length, long nowNanos, long peerHigh, long peerLow, int peerPort) {
        binding = null;
        resting = null;
        handOver = null;
        payloadLength = 0;
        if (length < 1) {
            return drop(DropReason.MALFORMED);
        }
        byte type = memory.get(BYTE, packet);
        if (type < PacketLayout.DATA || type > PacketLayout.EARLY_DATA) {
            return type >= 0x04 && type <= 0x0E ? Disposition.UNBOUND : relayed(type, memory, packet, length, nowNanos);
        }
        if (length < PacketLayout.OVERHEAD) {
            return drop(DropReason.MALFORMED);
        }
        if (lease.isOver(nowNanos)) { // before the control thread may have noticed
            return drop(DropReason.LEASE_OVER);
        }
        Bound bound = bindings.get(0, memory.get(LONG, packet + PacketLayout.WIRE_ID));
        if (!(bound instanceof Binding found)) {
            resting = bound instanceof Resting sleeping ? sleeping : null;
            return resting == null ? Disposition.UNKNOWN : Disposition.RESTING;
        }
        if (!isOneOfMany) {
            return take(found, memory, packet, length, nowNanos, peerHigh, peerLow, peerPort);
        }
        synchronized (found) {
            return take(found, memory, packet, length, nowNanos, peerHigh, peerLow, peerPort);
        }
    }

    /** What another gateway sends on. It never goes further: to one gateway on the way it is late enough. */
    private Disposition relayed(byte type, MemorySegment memory, long packet, int length, long nowNanos) {
        if (type != RelayMessage.TYPE || length < PacketLayout.OVERHEAD) {
            return drop(DropReason.MALFORMED);
        }
        if (lease.isOver(nowNanos)) {
            return drop(DropReason.LEASE_OVER);
        }
        Bound bound = bindings.get(TakeOver.TABLE, memory.get(LONG, packet + RelayMessage.TAKE_OVER));
        if (!(bound instanceof TakeOver found)) {
            return drop(DropReason.UNKNOWN_WIRE_ID);
        }
        if (found.isPending()) {
            return Disposition.PENDING;
        }
        int opened = found.open(memory, packet, length, nowNanos);
        if (opened < 0) {
            return drop(REASONS[-1 - opened]);
        }
        payload = packet + PAYLOAD;
        payloadLength = opened;
        return relayed(found.gate, memory.get(BYTE, packet + RelayMessage.KIND), memory);
    }

    private Disposition relayed(ForwardingGate gate, byte kind, MemorySegment memory) {
        if (!InnerPacket.isSound(memory, payload, payloadLength)) {
            return drop(DropReason.BAD_INNER);
        }
        Forwarding forwarding = gate.forwarding();
        if (forwarding instanceof Forwarding.Drop || forwarding instanceof Forwarding.Relay) {
            return drop(DropReason.GATE_CLOSED);
        }
        boolean isToClient = kind == RelayMessage.TO_CLIENT;
        boolean owns = isToClient
                ? gate.owns(InnerPacket.destinationHigh(memory, payload), InnerPacket.destinationLow(memory, payload))
                : gate.owns(InnerPacket.sourceHigh(memory, payload), InnerPacket.sourceLow(memory, payload));
        if (!owns) {
            return drop(DropReason.FOREIGN_SOURCE);
        }
        return isToClient ? Disposition.TO_CLIENT : Disposition.DELIVER;
    }

    private Disposition take(
            Binding found,
            MemorySegment memory,
            long packet,
            int length,
            long nowNanos,
            long peerHigh,
            long peerLow,
            int peerPort) {
        int opened = found.open(memory, packet, length, nowNanos, peerHigh, peerLow, peerPort);
        if (opened < 0) {
            DropReason reason = REASONS[-1 - opened];
            binding = reason == DropReason.BINDING_ENDED ? found : null;
            return drop(reason);
        }
        binding = found;
        payload = packet + PAYLOAD;
        payloadLength = opened;
        if (memory.get(BYTE, packet) == PacketLayout.CONTROL) {
            return opened == 0 ? drop(DropReason.MALFORMED) : Disposition.CONTROL;
        }
        return opened == 0 ? Disposition.ACKNOWLEDGED : deliver(found, memory, opened);
    }

    private Disposition deliver(Binding from, MemorySegment memory, int length) {
        if (Halves.isHalf(memory, payload)) {
            if (whole >= 0) {
                MemorySegment.copy(memory, payload, memory, whole, length);
                payload = whole;
            }
            payloadLength = from.halving.join(memory, payload, length, drops);
            return payloadLength == 0 ? Disposition.ACKNOWLEDGED : deliverWhole(from, memory, payload, payloadLength);
        }
        return deliverWhole(from, memory, payload, length);
    }

    private Disposition deliverWhole(Binding from, MemorySegment memory, long inner, int length) {
        if (!InnerPacket.isSound(memory, inner, length)) {
            return drop(DropReason.BAD_INNER);
        }
        Forwarding forwarding = from.gate.forwarding();
        if (forwarding instanceof Forwarding.Drop) { // a session in BIRTH, or ended this moment
            return drop(DropReason.GATE_CLOSED);
        }
        if (checkSource
                && !from.gate.owns(InnerPacket.sourceHigh(memory, inner), InnerPacket.sourceLow(memory, inner))) {
            return drop(DropReason.FOREIGN_SOURCE);
        }
        if (forwarding instanceof Forwarding.Relay(HandOver to)) {
            handOver = to;
            return Disposition.RELAY;
        }
        return Disposition.DELIVER;
    }

    private Disposition drop(DropReason reason) {
        drops.count(reason);
        return Disposition.DROPPED;
    }

    /** The binding under whose keys the last datagram came for the first time, whether it still receives or not; null for what anybody could have sent. */
    public @Nullable Binding binding() {
        return binding;
    }

    /** The session at rest that the last datagram is for; null if it was for none. */
    public @Nullable Resting resting() {
        return resting;
    }

    /** Where the last inner packet goes instead of the TUN; null: nowhere. */
    public @Nullable HandOver handOver() {
        return handOver;
    }

    /** Where the last payload lies: {@link PacketLayout#PAYLOAD} behind the datagram's start, or where packets are made whole. */
    public long payload() {
        return payload;
    }

    /** Whether the last payload lies where the next packet that is made whole will lie. */
    public boolean isMadeWhole() {
        return payload == whole;
    }

    /** Bytes of the last payload. */
    public int payloadLength() {
        return payloadLength;
    }
}
