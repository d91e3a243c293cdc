package jumpvpn.node.data.tun;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jumpvpn.node.host.Memory;

/**
 * From what the kernel hands over in one read, a packet or a super-packet of up to 64 KiB with a {@link VirtioHeader}, to packets as they would be on a wire: headers and checksums complete
 * (what the Linux kernel calls TSO and USO). One thread.
 */
public final class Segmentation {
    private static final int MOST_BYTES = 65_536;

    private final MemorySegment memory = Arena.ofAuto().allocate(VirtioHeader.BYTES + MOST_BYTES + 54, 64);
    private final long header = memory.address() + 54; // so that the packet begins at a multiple of 64
    private final long packet = header + VirtioHeader.BYTES;
    private int length;
    private int headerBytes;
    private int segmentBytes;
    private int protocol;
    private int at;

    /** Where to read to, header first; {@link #roomBytes()} of it. */
    public long room() {
        return header;
    }

    /** So many bytes fit. */
    public int roomBytes() {
        return VirtioHeader.BYTES + MOST_BYTES;
    }

    /**
     * So many bytes were read.
     *
     * @return false: they make no packet
     */
    public boolean begin(int bytes) {
        length = bytes - VirtioHeader.BYTES;
        at = length; // nothing, until it is known to be sound
        if (length < InnerHeader.V4_BYTES) {
            return false;
        }
        int kind = VirtioHeader.kind(header);
        return kind == VirtioHeader.NONE ? beginWhole() : beginSegments(kind);
    }

    private boolean beginWhole() {
        if (VirtioHeader.needsChecksum(header)) {
            int start = VirtioHeader.checksumStart(header);
            int field = start + VirtioHeader.checksumOffset(header);
            if (field + 2 > length) {
                return false;
            }
            boolean isUdp = VirtioHeader.checksumOffset(header) == InnerHeader.UDP_CHECKSUM;
            InnerHeader.checksum(packet + field, Checksum.sum(packet + start, length - start), isUdp);
        }
        headerBytes = 0;
        segmentBytes = length;
        at = 0;
        return true;
    }

    private boolean beginSegments(int kind) {
        int start = VirtioHeader.checksumStart(header);
        protocol = kind == VirtioHeader.UDP ? InnerHeader.UDP : InnerHeader.TCP;
        int least = protocol == InnerHeader.UDP ? InnerHeader.UDP_BYTES : InnerHeader.TCP_BYTES;
        if (!isKnown(kind) || start < leastStart() || start + least > length) {
            return false;
        }
        int transportBytes = protocol == InnerHeader.UDP ? least : InnerHeader.tcpBytes(packet + start);
        headerBytes = start + transportBytes;
        segmentBytes = VirtioHeader.segmentBytes(header);
        if (segmentBytes == 0 || transportBytes < least || headerBytes >= length) {
            return false;
        }
        at = headerBytes;
        return true;
    }

    private boolean isKnown(int kind) {
        return kind == VirtioHeader.UDP
                || kind == (InnerHeader.isV4(packet) ? VirtioHeader.TCP_V4 : VirtioHeader.TCP_V6);
    }

    /** Where a transport header can begin; one of options or extension headers lies further on. */
    private int leastStart() {
        return Math.max(InnerHeader.V4_BYTES, InnerHeader.ipBytes(packet));
    }

    /** Whether there is another packet. */
    public boolean hasNext() {
        return at < length;
    }

    /**
     * Writes the next packet.
     *
     * @param room bytes that there are for it
     * @return its length; 0: there is too little room, and the packet is gone
     */
    public int next(long to, int room) {
        int bytes = Math.min(segmentBytes, length - at);
        int from = at;
        at += bytes;
        if (headerBytes + bytes > room) {
            return 0;
        }
        Memory.copy(packet + from, to + headerBytes, bytes);
        if (headerBytes > 0) {
            head(to, from, bytes);
        }
        return headerBytes + bytes;
    }

    private void head(long to, int from, int bytes) {
        Memory.copy(packet, to, headerBytes);
        int start = VirtioHeader.checksumStart(header);
        long transport = to + start;
        boolean isFirst = from == headerBytes;
        boolean isLast = from + bytes == length;
        if (InnerHeader.isV4(to)) {
            int number = (from - headerBytes) / segmentBytes;
            InnerHeader.identification(to, InnerHeader.identification(to) + number);
        }
        InnerHeader.length(to, headerBytes + bytes);
        int transportBytes = headerBytes - start + bytes;
        if (protocol == InnerHeader.UDP) {
            Memory.putShortBig(transport + 4, (short) transportBytes);
        } else {
            int flags = InnerHeader.flags(transport);
            flags &= isFirst ? -1 : ~InnerHeader.CWR;
            flags &= isLast ? -1 : ~(InnerHeader.FIN | InnerHeader.PSH);
            InnerHeader.flags(transport, flags);
            InnerHeader.sequence(transport, InnerHeader.sequence(transport) + from - headerBytes);
        }
        InnerHeader.checksum(to, transport, protocol, transportBytes);
    }
}
