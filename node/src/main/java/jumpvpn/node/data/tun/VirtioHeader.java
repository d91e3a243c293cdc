package jumpvpn.node.data.tun;

import jumpvpn.node.host.Memory;

/**
 * What a TUN interface with IFF_VNET_HDR says in front of each packet, {@link #BYTES} in the machine's order (linux/virtio_net.h): flags 0, kind of super-packet 1, header length 2 (2
 * bytes), bytes of a segment 4 (2), where the checksummed part starts 6 (2), where in it the checksum lies 8 (2).
 */
final class VirtioHeader {
    static final int BYTES = 10;
    static final int NEEDS_CHECKSUM = 1;
    static final int DATA_VALID = 2;
    static final int NONE = 0;
    static final int TCP_V4 = 1;
    static final int TCP_V6 = 4;
    static final int UDP = 5;

    private static final int ECN = 0x80;

    private VirtioHeader() {}

    static boolean needsChecksum(long header) {
        return (Memory.getByte(header) & NEEDS_CHECKSUM) != 0;
    }

    /** The kind, without whether congestion was signalled. */
    static int kind(long header) {
        return Memory.getByte(header + 1) & 0xff & ~ECN;
    }

    static int segmentBytes(long header) {
        return Memory.getShort(header + 4) & 0xffff;
    }

    static int checksumStart(long header) {
        return Memory.getShort(header + 6) & 0xffff;
    }

    static int checksumOffset(long header) {
        return Memory.getShort(header + 8) & 0xffff;
    }

    /** For a packet of its own. */
    static void plain(long header, boolean isChecked) {
        Memory.putLong(header, 0);
        Memory.putShort(header + 8, (short) 0);
        Memory.putByte(header, (byte) (isChecked ? DATA_VALID : 0));
    }

    /** For a super-packet, whose checksum the kernel completes. */
    static void segmented(long header, int kind, int headerBytes, int segmentBytes, int start, int offset) {
        Memory.putByte(header, (byte) NEEDS_CHECKSUM);
        Memory.putByte(header + 1, (byte) kind);
        Memory.putShort(header + 2, (short) headerBytes);
        Memory.putShort(header + 4, (short) segmentBytes);
        Memory.putShort(header + 6, (short) start);
        Memory.putShort(header + 8, (short) offset);
    }
}
