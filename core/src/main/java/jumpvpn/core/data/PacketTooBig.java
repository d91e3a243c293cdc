package jumpvpn.core.data;

import static jumpvpn.core.data.PacketLayout.BYTE;
import static jumpvpn.core.data.PacketLayout.INT;
import static jumpvpn.core.data.PacketLayout.SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/**
 * What tells the sender of an inner packet that it is too long for the path. It comes from where the packet was to go: an address of the gateway's own would be taken for forged
 * by the gateway's kernel, through whose TUN it comes.
 *
 * <p>To IPv4 senders, "fragmentation needed" (RFC 792, RFC 1191): a header of 20 bytes; 3, 4, the checksum of all from the 3 on; 2 bytes 0; the MTU, 2 bytes; the packet's
 * begin, so that all is {@link #MOST_V4_BYTES} at most. To IPv6 senders, "packet too big" (RFC 4443): a header of 40 bytes; 2, 0, the checksum over pseudo-header and all from
 * the 2 on; the MTU, 4 bytes; the packet's begin, so that all is {@link #MOST_BYTES} at most.
 */
final class PacketTooBig {
    /** Bytes of a message, at most. */
    static final int MOST_BYTES = 1280;

    private static final int MOST_V4_BYTES = 576;
    private static final int V4_HEADER = 20;
    private static final int V6_HEADER = 40;
    private static final int ICMP_HEADER = 8;
    private static final int ICMP = 1;
    private static final int ICMP_V6 = 58;
    private static final int DONT_FRAGMENT = 0x4000;
    private static final int FRAGMENT_OFFSET = 0x1fff;
    private static final byte HOPS = 64;
    private static final int MOST_EXTENSIONS = 8;

    private PacketTooBig() {}

    /**
     * Writes the answer to a sound inner packet.
     *
     * @param mtu bytes of the longest packet that fits
     * @param answer of {@link #MOST_BYTES}
     * @return bytes of the answer; 0: none may be sent (RFC 1122 3.2.2, RFC 4443 2.4), or the packet may be fragmented
     */
    static int write(MemorySegment memory, long packet, int length, int mtu, byte[] answer) {
        if (InnerPacket.version(memory, packet) == 4) {
            return mayTellV4(memory, packet, length) ? writeV4(memory, packet, length, mtu, answer) : 0;
        }
        return mayTellV6(memory, packet, length) ? writeV6(memory, packet, length, mtu, answer) : 0;
    }

    private static boolean mayTellV4(MemorySegment memory, long packet, int length) {
        int header = (memory.get(BYTE, packet) & 15) * 4;
        int fragment = memory.get(SHORT, packet + 6);
        return header >= V4_HEADER
                && header < length
                && (fragment & DONT_FRAGMENT) != 0
                && (fragment & FRAGMENT_OFFSET) == 0
                && isHostV4(memory.get(BYTE, packet + 12) & 0xff)
                && isHostV4(memory.get(BYTE, packet + 16) & 0xff)
                && !(memory.get(BYTE, packet + 9) == ICMP && isErrorV4(memory.get(BYTE, packet + header)));
    }

    /** By the address's first byte: not this network, loopback, multicast or broadcast. */
    private static boolean isHostV4(int first) {
        return first != 0 && first != 127 && first < 224;
    }

    private static boolean isErrorV4(int type) {
        return switch (type) {
            case 3, 4, 5, 11, 12 -> true;
            default -> false;
        };
    }

    private static boolean mayTellV6(MemorySegment memory, long packet, int length) {
        return isHostV6(InnerPacket.sourceHigh(memory, packet), InnerPacket.sourceLow(memory, packet))
                && isHostV6(InnerPacket.destinationHigh(memory, packet), InnerPacket.destinationLow(memory, packet))
                && !mayBeErrorV6(memory, packet, length);
    }

    /** Not multicast, loopback or none. */
    private static boolean isHostV6(long high, long low) {
        return high >>> 56 != 0xff && (high != 0 || low >>> 1 != 0);
    }

    /** Whether behind the extension headers an ICMPv6 error or redirect lies, or cannot be ruled out. */
    private static boolean mayBeErrorV6(MemorySegment memory, long packet, int length) {
        int next = memory.get(BYTE, packet + 6) & 0xff;
        int at = V6_HEADER;
        for (int i = 0; i < MOST_EXTENSIONS && at + ICMP_HEADER <= length; i++) {
            int first = memory.get(BYTE, packet + at) & 0xff;
            int second = memory.get(BYTE, packet + at + 1) & 0xff;
            switch (next) {
                case 0, 43, 60 -> at += (second + 1) * 8; // hop by hop, routing, destination options
                case 44 -> { // fragment
                    if ((memory.get(SHORT, packet + at + 2) & 0xfff8) != 0) {
                        return true;
                    }
                    at += 8;
                }
                case ICMP_V6 -> {
                    return first < 128 || first == 137;
                }
                default -> {
                    return false;
                }
            }
            next = first;
        }
        return true;
    }

    private static int writeV4(MemorySegment memory, long packet, int length, int mtu, byte[] answer) {
        int quoted = Math.min(length, MOST_V4_BYTES - V4_HEADER - ICMP_HEADER);
        int total = V4_HEADER + ICMP_HEADER + quoted;
        ByteBuffer out = ByteBuffer.wrap(answer);
        out.putShort((short) 0x45c0).putShort((short) total).putShort((short) 0).putShort((short) DONT_FRAGMENT);
        out.put(HOPS).put((byte) ICMP).putShort((short) 0);
        out.putInt(memory.get(INT, packet + 16)).putInt(memory.get(INT, packet + 12));
        out.put((byte) 3).put((byte) 4).putInt(0).putShort((short) mtu);
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, packet, answer, out.position(), quoted);
        out.putShort(10, checksum(answer, 0, V4_HEADER, 0));
        out.putShort(V4_HEADER + 2, checksum(answer, V4_HEADER, total, 0));
        return total;
    }

    private static int writeV6(MemorySegment memory, long packet, int length, int mtu, byte[] answer) {
        int quoted = Math.min(length, MOST_BYTES - V6_HEADER - ICMP_HEADER);
        int payload = ICMP_HEADER + quoted;
        ByteBuffer out = ByteBuffer.wrap(answer);
        out.putInt(0x6000_0000).putShort((short) payload).put((byte) ICMP_V6).put(HOPS);
        out.putLong(InnerPacket.destinationHigh(memory, packet)).putLong(InnerPacket.destinationLow(memory, packet));
        out.putLong(InnerPacket.sourceHigh(memory, packet)).putLong(InnerPacket.sourceLow(memory, packet));
        out.put((byte) 2).put((byte) 0).putShort((short) 0).putInt(mtu);
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, packet, answer, out.position(), quoted);
        // both addresses lie right before what is summed; the pseudo-header's rest is length and protocol
        out.putShort(V6_HEADER + 2, checksum(answer, 8, V6_HEADER + payload, payload + ICMP_V6));
        return V6_HEADER + payload;
    }

    /** The internet checksum (RFC 1071) of these bytes and a sum begun before. */
    private static short checksum(byte[] bytes, int from, int to, int begun) {
        int sum = begun;
        for (int i = from; i < to; i++) {
            sum += (bytes[i] & 0xff) << ((i - from) % 2 == 0 ? 8 : 0);
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        return (short) ~((sum & 0xffff) + (sum >>> 16));
    }
}
