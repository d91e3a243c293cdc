package jumpvpn.core.data;

import static jumpvpn.core.data.PacketLayout.BYTE;
import static jumpvpn.core.data.PacketLayout.INT;
import static jumpvpn.core.data.PacketLayout.LONG;
import static jumpvpn.core.data.PacketLayout.SHORT;

import java.lang.foreign.MemorySegment;
import jumpvpn.core.net.PacketBatch;

/** Addresses of an inner IPv4 (RFC 791) or IPv6 (RFC 8200) packet, IPv4 in its mapped form as in {@code IpAddress}. */
final class InnerPacket {
    private static final long MAPPED = 0x0000_ffff_0000_0000L;

    private static final long MIX = 0x9e37_79b9_7f4a_7c15L; // 2^64 by the golden ratio
    private static final int FLOW_BITS = Integer.numberOfTrailingZeros(PacketBatch.FLOWS);
    private static final int TCP = 6;
    private static final int UDP = 17;

    private InnerPacket() {}

    /** Whether version, header and length fit each other. */
    static boolean isSound(MemorySegment memory, long packet, int length) {
        return switch (version(memory, packet)) {
            case 4 -> length >= 20 && (memory.get(SHORT, packet + 2) & 0xffff) == length;
            case 6 -> length >= 40 && (memory.get(SHORT, packet + 4) & 0xffff) + 40 == length;
            default -> false;
        };
    }

    static int version(MemorySegment memory, long packet) {
        return memory.get(BYTE, packet) >>> 4 & 15;
    }

    /** The traffic class: a code point of six bits (RFC 2474) and two for congestion (RFC 3168). */
    static int trafficClass(MemorySegment memory, long packet) {
        int second = memory.get(BYTE, packet + 1);
        return version(memory, packet) == 4 ? second & 0xff : (memory.get(BYTE, packet) & 15) << 4 | second >>> 4 & 15;
    }

    static long sourceHigh(MemorySegment memory, long packet) {
        return version(memory, packet) == 4 ? 0 : memory.get(LONG, packet + 8);
    }

    static long sourceLow(MemorySegment memory, long packet) {
        return version(memory, packet) == 4 ? mapped(memory, packet + 12) : memory.get(LONG, packet + 16);
    }

    static long destinationHigh(MemorySegment memory, long packet) {
        return version(memory, packet) == 4 ? 0 : memory.get(LONG, packet + 24);
    }

    static long destinationLow(MemorySegment memory, long packet) {
        return version(memory, packet) == 4 ? mapped(memory, packet + 16) : memory.get(LONG, packet + 32);
    }

    /** A number from 0 to {@link PacketBatch#FLOWS} - 1 that is the same for all packets of a flow (addresses, protocol, ports), and of a few others. */
    static int flow(MemorySegment memory, long packet, int length) {
        if (!isSound(memory, packet, length)) {
            return 0;
        }
        boolean isV4 = version(memory, packet) == 4;
        int protocol = memory.get(BYTE, packet + (isV4 ? 9 : 6));
        long header = isV4 ? (memory.get(BYTE, packet) & 15) * 4L : 40;
        long hash = sourceLow(memory, packet) ^ sourceHigh(memory, packet);
        hash = hash * MIX + (destinationLow(memory, packet) ^ destinationHigh(memory, packet));
        hash = hash * MIX + protocol;
        if ((protocol == TCP || protocol == UDP) && header + Integer.BYTES <= length) {
            hash = hash * MIX + memory.get(INT, packet + header);
        }
        return (int) (hash * MIX >>> Long.SIZE - FLOW_BITS);
    }

    private static long mapped(MemorySegment memory, long address) {
        return MAPPED | (memory.get(INT, address) & 0xffff_ffffL);
    }
}
