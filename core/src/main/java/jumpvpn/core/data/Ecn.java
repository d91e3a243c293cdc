package jumpvpn.core.data;

import static jumpvpn.core.data.PacketLayout.BYTE;
import static jumpvpn.core.data.PacketLayout.SHORT;

import java.lang.foreign.MemorySegment;

/**
 * Explicit congestion notification (RFC 3168) through the tunnel, as WireGuard in the Linux kernel does it: the outer header says whether the inner flow understands marks, and what a
 * router marked outside is marked inside. The two bits are 0: not understood, 1 and 2: understood, 3: congestion was met. Packets are sound ones.
 */
public final class Ecn {
    /** A flow that does not understand marks, or nobody knows. */
    public static final int NONE = 0;

    /** A router has met congestion. */
    public static final int CONGESTED = 3;

    private static final int UNDERSTOOD = 2;
    private static final int BITS = 3;
    private static final int V4_CHECKSUM = 10;
    private static final int V6_SHIFT = 4; // the traffic class lies across two bytes

    private Ecn() {}

    /** What the outer header says of this inner packet: its own bits, but that a mark from inside is not repeated outside, where a router could not add another. */
    static int outer(MemorySegment memory, long packet) {
        int bits = bits(memory, packet);
        return bits == CONGESTED ? UNDERSTOOD : bits;
    }

    private static int bits(MemorySegment memory, long packet) {
        return InnerPacket.trafficClass(memory, packet) & BITS;
    }

    /** The outer header said {@link #CONGESTED}: so does the inner packet now, if its flow understands that. */
    public static void mark(MemorySegment memory, long packet) {
        int bits = bits(memory, packet);
        if (bits == NONE || bits == CONGESTED) {
            return;
        }
        boolean isV4 = InnerPacket.version(memory, packet) == 4;
        byte second = memory.get(BYTE, packet + 1);
        memory.set(BYTE, packet + 1, (byte) (second | (isV4 ? CONGESTED : CONGESTED << V6_SHIFT)));
        if (isV4) { // RFC 1624: of what is summed the bits became more
            int sum = (~memory.get(SHORT, packet + V4_CHECKSUM) & 0xffff) + CONGESTED - bits;
            memory.set(SHORT, packet + V4_CHECKSUM, (short) ~((sum & 0xffff) + (sum >>> 16)));
        }
    }
}
