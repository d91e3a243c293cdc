package jumpvpn.node.data.tun;

import jumpvpn.node.host.Memory;

/**
 * Fields of the headers of an IPv4 (RFC 791) or IPv6 (RFC 8200) packet with TCP (RFC 9293) or UDP (RFC 768) right behind the IP header, by address. Multi-byte values are the numbers, not
 * their bytes.
 */
final class InnerHeader {
    static final int TCP = 6;
    static final int UDP = 17;
    static final int V4_BYTES = 20;
    static final int TCP_BYTES = 20;
    static final int UDP_BYTES = 8;
    static final int TCP_CHECKSUM = 16;
    static final int UDP_CHECKSUM = 6;
    static final int FIN = 0x01;
    static final int PSH = 0x08;
    static final int ACK = 0x10;
    static final int CWR = 0x80;

    private static final int V6_BYTES = 40;

    private InnerHeader() {}

    static boolean isV4(long packet) {
        return Memory.getByte(packet) >>> 4 == 4;
    }

    /** Bytes of the IP header, options of IPv4 included. */
    static int ipBytes(long packet) {
        return isV4(packet) ? (Memory.getByte(packet) & 15) * 4 : V6_BYTES;
    }

    /** The protocol behind the IP header, if the packet is plain: no options, no extension headers, no fragment, and as long as it says. Else -1. */
    static int plainProtocol(long packet, int length) {
        int version = Memory.getByte(packet) >>> 4 & 15;
        if (version == 4 && length >= V4_BYTES) {
            boolean isPlain = Memory.getByte(packet) == 0x45
                    && (Memory.getShortBig(packet + 2) & 0xffff) == length
                    && (Memory.getShortBig(packet + 6) & 0xbfff) == 0;
            return isPlain ? Memory.getByte(packet + 9) : -1;
        }
        boolean isPlain =
                version == 6 && length >= V6_BYTES && (Memory.getShortBig(packet + 4) & 0xffff) + V6_BYTES == length;
        return isPlain ? Memory.getByte(packet + 6) : -1;
    }

    /** The identification of an IPv4 packet. */
    static short identification(long packet) {
        return Memory.getShortBig(packet + 4);
    }

    static void identification(long packet, int number) {
        Memory.putShortBig(packet + 4, (short) number);
    }

    /** Whether no part of an IPv4 packet that is not a fragment will ever be one (DF, RFC 6864 section 4). */
    static boolean isAtomic(long packet) {
        return (Memory.getByte(packet + 6) & 0x40) != 0;
    }

    /** Bytes of the TCP header that begins here. */
    static int tcpBytes(long transport) {
        return (Memory.getByte(transport + 12) >>> 4 & 15) * 4;
    }

    static int flags(long tcp) {
        return Memory.getByte(tcp + 13) & 0xff;
    }

    static void flags(long tcp, int flags) {
        Memory.putByte(tcp + 13, (byte) flags);
    }

    static int sequence(long tcp) {
        return Memory.getIntBig(tcp + 4);
    }

    static void sequence(long tcp, int number) {
        Memory.putIntBig(tcp + 4, number);
    }

    /** Sets the length of the whole packet, and IPv4's header checksum. */
    static void length(long packet, int length) {
        if (isV4(packet)) {
            Memory.putShortBig(packet + 2, (short) length);
            Memory.putShort(packet + 10, (short) 0);
            Memory.putShort(packet + 10, (short) ~Checksum.fold(Checksum.sum(packet, ipBytes(packet))));
        } else {
            Memory.putShortBig(packet + 4, (short) (length - V6_BYTES));
        }
    }

    /** Whether IPv4's header checksum is right; IPv6 has none. */
    static boolean isIpChecked(long packet) {
        return !isV4(packet) || Checksum.fold(Checksum.sum(packet, ipBytes(packet))) == 0xffff;
    }

    /** The sum over the pseudo-header of TCP or UDP with so many bytes (RFC 9293 section 3.1, RFC 8200 section 8.1). */
    static long pseudoSum(long packet, int protocol, int bytes) {
        long addresses = isV4(packet) ? Checksum.sum(packet + 12, 8) : Checksum.sum(packet + 8, 32);
        return addresses + Checksum.word(protocol) + Checksum.word(bytes);
    }

    /** Writes the checksum of the TCP or UDP part, from {@code transport} to the packet's end. */
    static void checksum(long packet, long transport, int protocol, int bytes) {
        long field = transport + (protocol == TCP ? TCP_CHECKSUM : UDP_CHECKSUM);
        Memory.putShort(field, (short) 0);
        checksum(field, pseudoSum(packet, protocol, bytes) + Checksum.sum(transport, bytes), protocol == UDP);
    }

    /** Writes the checksum of this sum; UDP's is never 0, which would mean that there is none (RFC 768). */
    static void checksum(long field, long sum, boolean isUdp) {
        int inverted = ~Checksum.fold(sum) & 0xffff;
        Memory.putShort(field, (short) (inverted == 0 && isUdp ? 0xffff : inverted));
    }

    /** Whether that checksum is there and right. */
    static boolean isChecked(long packet, long transport, int protocol, int bytes) {
        if (protocol == UDP && Memory.getShort(transport + UDP_CHECKSUM) == 0) {
            return false;
        }
        return Checksum.fold(pseudoSum(packet, protocol, bytes) + Checksum.sum(transport, bytes)) == 0xffff;
    }
}
