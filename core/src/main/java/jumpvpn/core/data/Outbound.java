package jumpvpn.core.data;

import java.lang.foreign.MemorySegment;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.PacketBatch;
import org.jspecify.annotations.Nullable;

/** From an inner packet to a sealed datagram. One thread. */
public final class Outbound {
    /** Which gate a packet belongs to. */
    @FunctionalInterface
    public interface Routes {
        /** The gate of the session that has this inner destination, or null. */
        @Nullable
        ForwardingGate to(long high, long low);
    }

    /** Outer packets have the inner packet's code point: strangers see what is a call. */
    public static final int COPY_DSCP = -1;

    /** Where the second of two datagrams lies, bytes behind the first. */
    public static final int SECOND = 1024;

    private static final int DSCP_BITS = 0xfc;

    private final Routes routes;
    private final DropCounters drops;
    private final boolean isGateway;
    private final Lease lease;
    private final int shard;
    private final int dscp;
    private final byte[] answer = new byte[PacketTooBig.MOST_BYTES];
    private @Nullable Binding binding;
    private @Nullable Endpoint copy;
    private int secondLength;
    private int answerLength;
    private int flow;
    private int trafficClass;
    private @Nullable Resting resting;
    private @Nullable HandOver handOver;

    /**
     * The client has one gate for everything, the gateway a table.
     *
     * @param isGateway whether an address that the peer seems to have moved to gets copies until it is proven, and senders learn what the path carries: a client's own
     *     kernel knows by the TUN's MTU
     */
    public Outbound(Routes routes, DropCounters drops, boolean isGateway) {
        this(routes, drops, isGateway, new Lease(), 0, 0);
    }

    /**
     * One of several, each of a thread of its own.
     *
     * @param lease after its end nothing is sealed, and nothing held
     * @param shard its number, from 0
     * @param dscp the differentiated services code point of outer packets (RFC 2474), or {@link #COPY_DSCP}
     */
    public Outbound(Routes routes, DropCounters drops, boolean isGateway, Lease lease, int shard, int dscp) {
        this.routes = routes;
        this.drops = drops;
        this.isGateway = isGateway;
        this.lease = lease;
        this.shard = shard;
        this.dscp = dscp;
    }

    /**
     * Seals the inner packet that lies {@link PacketLayout#PAYLOAD} bytes behind {@code packet}, or holds or drops it. What is too long for the path goes in two datagrams, the
     * second {@link #SECOND} bytes behind {@code packet}: the memory must go on for twice as many.
     *
     * @return the datagram's length, to be sent to {@link #binding}; 0 if there is nothing to send
     */
    public int accept(MemorySegment memory, long packet, int length, long nowNanos) {
        long inner = packet + PacketLayout.PAYLOAD;
        binding = null;
        copy = null;
        resting = null;
        handOver = null;
        secondLength = 0;
        answerLength = 0;
        if (lease.isOver(nowNanos)) { // before the control thread may have noticed
            return drop(DropReason.LEASE_OVER);
        }
        if (length == 0 || !InnerPacket.isSound(memory, inner, length)) {
            return drop(DropReason.BAD_INNER);
        }
        ForwardingGate gate =
                routes.to(InnerPacket.destinationHigh(memory, inner), InnerPacket.destinationLow(memory, inner));
        return gate == null ? drop(DropReason.NO_ROUTE) : accept(gate, memory, packet, length, nowNanos);
    }

    private int accept(ForwardingGate gate, MemorySegment memory, long packet, int length, long nowNanos) {
        long inner = packet + PacketLayout.PAYLOAD;
        while (true) {
            switch (gate.forwarding()) {
                case Forwarding.Forward(Binding to) -> {
                    Trial trial = to.trial();
                    if (trial != null && !trial.admits(to.halving.datagramBytes(length))) {
                        if (trial.queue.offer(nowNanos, memory, inner, length)) {
                            return 0;
                        }
                        continue; // proven a moment ago
                    }
                    return seal(to, memory, packet, length, nowNanos);
                }
                case Forwarding.Hold(HoldQueue queue) -> {
                    if (queue.offer(nowNanos, memory, inner, length)) {
                        return 0;
                    }
                    // drained a moment ago: publish precedes drain, so the gate already says what follows
                }
                case Forwarding.Drop() -> {
                    return drop(DropReason.GATE_CLOSED);
                }
                case Forwarding.Relay(HandOver to) -> {
                    handOver = to;
                    return 0;
                }
                case Resting session -> {
                    if (session.hold(nowNanos, memory, inner, length)) {
                        resting = session;
                        return 0;
                    }
                    // woken a moment ago: the gate already says what follows
                }
            }
        }
    }

    private int seal(Binding to, MemorySegment memory, long packet, int length, long nowNanos) {
        binding = to;
        flow = InnerPacket.flow(memory, packet + PacketLayout.PAYLOAD, length);
        trafficClass = outerClass(memory, packet + PacketLayout.PAYLOAD);
        int sealed = to.halving.halves(length)
                ? sealHalves(to, memory, packet, length, nowNanos)
                : to.seal(shard, to.dataType(), memory, packet, length, nowNanos);
        if (sealed < 0) {
            return drop(DropReason.KEY_EXHAUSTED);
        }
        if (isGateway) {
            copy = to.copyTo(sealed + secondLength);
        }
        return sealed;
    }

    private int outerClass(MemorySegment memory, long inner) {
        int codePoint = dscp == COPY_DSCP ? InnerPacket.trafficClass(memory, inner) & DSCP_BITS : dscp << 2;
        return codePoint | Ecn.outer(memory, inner);
    }

    private int sealHalves(Binding to, MemorySegment memory, long packet, int length, long nowNanos) {
        int first = (length + 1) / 2;
        long whole = packet + PacketLayout.PAYLOAD;
        if (isGateway) {
            answerLength = to.halving.tell(memory, whole, length, answer, nowNanos);
        }
        long second = whole + SECOND;
        MemorySegment.copy(memory, whole + first, memory, second + Halves.HEADER, length - first);
        MemorySegment.copy(memory, whole, memory, whole + Halves.HEADER, first);
        int number = to.halving.nextNumber();
        Halves.head(memory, whole, number, false);
        Halves.head(memory, second, number, true);
        int sealed = to.seal(shard, to.dataType(), memory, packet, Halves.HEADER + first, nowNanos);
        int sealedToo =
                to.seal(shard, to.dataType(), memory, packet + SECOND, Halves.HEADER + length - first, nowNanos);
        secondLength = Math.max(0, sealedToo);
        return sealedToo < 0 ? -1 : sealed;
    }

    private int drop(DropReason reason) {
        drops.count(reason);
        return 0;
    }

    /** The session at rest that keeps the last packet: wake it. Null if none does. */
    public @Nullable Resting resting() {
        return resting;
    }

    /** Where the last packet goes instead, as it came: to the gateway that has its session now. Null: nowhere. */
    public @Nullable HandOver handOver() {
        return handOver;
    }

    /** The binding that the last datagram was sealed for. */
    public @Nullable Binding binding() {
        return binding;
    }

    /** The last packet's flow: a number below {@link PacketBatch#FLOWS}. */
    public int flow() {
        return flow;
    }

    /** The outer header's traffic class: the code point, and two bits that say what the flow understands of congestion ({@link Ecn}). */
    public int trafficClass() {
        return trafficClass;
    }

    /** Bytes of the last packet's second datagram; 0: it went in one. */
    public int secondLength() {
        return secondLength;
    }

    /** What the last packet's sender is to be told: an inner packet for the TUN, {@link #answerLength} bytes. */
    public byte[] answer() {
        return answer;
    }

    /** Bytes of {@link #answer}; 0: there is none. */
    public int answerLength() {
        return answerLength;
    }

    /** Where a copy of the last datagram, or both, goes besides to the binding's peer; null: nowhere. */
    public @Nullable Endpoint copy() {
        return copy;
    }
}
