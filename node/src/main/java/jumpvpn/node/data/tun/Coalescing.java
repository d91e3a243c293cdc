package jumpvpn.node.data.tun;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jumpvpn.node.host.Memory;

/**
 * From packets as they came through the tunnel to as few writes as they can be: neighbours of one TCP or UDP flow become a super-packet with a {@link VirtioHeader} (what the Linux kernel
 * calls GRO), by its rules: same headers but for what counts on, sequence numbers without a gap, checksums right, all payloads as long as the first but for the last. Packets of one flow
 * stay in order. The memory of a packet, and {@link VirtioHeader#BYTES} bytes before it, are this object's from {@link #add} to {@link #flush}. One thread.
 */
public final class Coalescing {
    /** Hands one packet or super-packet, which may lie in several places, to the kernel. */
    @FunctionalInterface
    public interface Sink {
        /**
         * Writes it.
         *
         * @param vectors address of {@code count} iovecs
         * @param packets that it stands for
         */
        void write(long vectors, int count, int packets);
    }

    private static final int FLOWS = 16;
    private static final int MOST_PACKETS = 64;
    private static final int MOST_BYTES = 65_535;
    private static final int VECTOR_BYTES = 16;

    private final Sink sink;
    private final boolean withUdp;
    private final MemorySegment memory = Arena.ofAuto().allocate((long) (FLOWS + 1) * MOST_PACKETS * VECTOR_BYTES, 16);
    private final Flow[] flows = new Flow[FLOWS];
    private int open;

    /** Neighbours that are to become one. */
    private static final class Flow {
        long vectors;
        long first;
        int protocol;
        int ipBytes;
        int headerBytes;
        int segmentBytes;
        int packets;
        int bytes;
        int nextSequence;
        boolean isClosed;
    }

    /** @param withUdp whether the kernel takes super-packets of UDP */
    public Coalescing(Sink sink, boolean withUdp) {
        this.sink = sink;
        this.withUdp = withUdp;
        for (int i = 0; i < FLOWS; i++) {
            flows[i] = new Flow();
            flows[i].vectors = memory.address() + (long) i * MOST_PACKETS * VECTOR_BYTES;
        }
    }

    /** Takes a packet; it is written by {@link #flush} at the latest. */
    public void add(long packet, int length) {
        int protocol = InnerHeader.plainProtocol(packet, length);
        int ipBytes = InnerHeader.ipBytes(packet);
        if (protocol != InnerHeader.TCP && protocol != InnerHeader.UDP || length < ipBytes + InnerHeader.UDP_BYTES) {
            flush(); // a fragment, say, of any of the flows
            single(packet, length, false);
            return;
        }
        int known = find(packet, packet + ipBytes, protocol);
        if (!isCandidate(packet, length, ipBytes, protocol)) {
            if (known >= 0) {
                finish(known);
            }
            single(packet, length, false);
        } else if (known < 0 || !append(flows[known], packet, length)) {
            if (known >= 0) {
                finish(known);
            }
            begin(packet, length, ipBytes, protocol);
        }
    }

    /** Whether it may be one of several: data, nothing but data, and checksums that are right. */
    private boolean isCandidate(long packet, int length, int ipBytes, int protocol) {
        long transport = packet + ipBytes;
        int bytes = length - ipBytes;
        if (!InnerHeader.isIpChecked(packet)) {
            return false;
        }
        if (protocol == InnerHeader.UDP) {
            return withUdp
                    && bytes > InnerHeader.UDP_BYTES
                    && (Memory.getShortBig(transport + 4) & 0xffff) == bytes
                    && InnerHeader.isChecked(packet, transport, protocol, bytes);
        }
        return bytes > InnerHeader.TCP_BYTES
                && InnerHeader.tcpBytes(transport) >= InnerHeader.TCP_BYTES
                && InnerHeader.tcpBytes(transport) < bytes
                && (InnerHeader.flags(transport) & ~InnerHeader.PSH) == InnerHeader.ACK
                && InnerHeader.isChecked(packet, transport, protocol, bytes);
    }

    private int find(long packet, long transport, int protocol) {
        for (int i = 0; i < open; i++) {
            Flow flow = flows[i];
            if (flow.protocol == protocol
                    && Memory.getInt(flow.first + flow.ipBytes) == Memory.getInt(transport)
                    && sameAddresses(flow.first, packet)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean sameAddresses(long one, long other) {
        if (InnerHeader.isV4(one)) {
            return InnerHeader.isV4(other) && Memory.getLong(one + 12) == Memory.getLong(other + 12);
        }
        return !InnerHeader.isV4(other)
                && Memory.getLong(one + 8) == Memory.getLong(other + 8)
                && Memory.getLong(one + 16) == Memory.getLong(other + 16)
                && Memory.getLong(one + 24) == Memory.getLong(other + 24)
                && Memory.getLong(one + 32) == Memory.getLong(other + 32);
    }

    private void begin(long packet, int length, int ipBytes, int protocol) {
        if (open == FLOWS) {
            finish(0);
        }
        Flow flow = flows[open++];
        flow.first = packet;
        flow.protocol = protocol;
        flow.ipBytes = ipBytes;
        flow.headerBytes = ipBytes
                + (protocol == InnerHeader.UDP ? InnerHeader.UDP_BYTES : InnerHeader.tcpBytes(packet + ipBytes));
        flow.segmentBytes = length - flow.headerBytes;
        flow.packets = 1;
        flow.bytes = length;
        boolean isTcp = protocol == InnerHeader.TCP;
        flow.nextSequence = isTcp ? InnerHeader.sequence(packet + ipBytes) + flow.segmentBytes : 0;
        flow.isClosed = isTcp && (InnerHeader.flags(packet + ipBytes) & InnerHeader.PSH) != 0;
        vector(flow.vectors, packet - VirtioHeader.BYTES, VirtioHeader.BYTES + length);
    }

    private static boolean append(Flow flow, long packet, int length) {
        int bytes = length - flow.headerBytes;
        if (flow.isClosed
                || flow.packets == MOST_PACKETS
                || bytes > flow.segmentBytes
                || flow.bytes + bytes > MOST_BYTES
                || !continues(flow, packet)) {
            return false;
        }
        vector(flow.vectors + (long) flow.packets * VECTOR_BYTES, packet + flow.headerBytes, bytes);
        flow.packets++;
        flow.bytes += bytes;
        flow.nextSequence += bytes;
        flow.isClosed = bytes < flow.segmentBytes;
        if (flow.protocol == InnerHeader.TCP) {
            int flags = InnerHeader.flags(packet + flow.ipBytes);
            if ((flags & InnerHeader.PSH) != 0) {
                flow.isClosed = true;
                InnerHeader.flags(flow.first + flow.ipBytes, flags);
            }
        }
        return true;
    }

    /**
     * Whether the headers are those of the flow's first packet, but for lengths, checksums, sequence number, PSH and an identification that counts on. Where DF is set that means nothing
     * and may be lost (RFC 6864 section 4.1).
     */
    private static boolean continues(Flow flow, long packet) {
        long first = flow.first;
        boolean sameIp = InnerHeader.isV4(packet)
                ? Memory.getByte(first + 1) == Memory.getByte(packet + 1)
                        && Memory.getShort(first + 6) == Memory.getShort(packet + 6)
                        && Memory.getByte(first + 8) == Memory.getByte(packet + 8)
                        && (InnerHeader.isAtomic(packet)
                                || (short) (InnerHeader.identification(first) + flow.packets)
                                        == InnerHeader.identification(packet))
                : Memory.getInt(first) == Memory.getInt(packet)
                        && Memory.getByte(first + 7) == Memory.getByte(packet + 7);
        return sameIp
                && (flow.protocol == InnerHeader.UDP || sameTcp(flow, first + flow.ipBytes, packet + flow.ipBytes));
    }

    private static boolean sameTcp(Flow flow, long first, long tcp) {
        int options = flow.headerBytes - flow.ipBytes - InnerHeader.TCP_BYTES;
        return InnerHeader.sequence(tcp) == flow.nextSequence
                && Memory.getByte(first + 12) == Memory.getByte(tcp + 12) // its length, and reserved bits
                && Memory.getInt(first + 8) == Memory.getInt(tcp + 8)
                && Memory.getShort(first + 14) == Memory.getShort(tcp + 14)
                && (options == 0
                        || MemorySegment.mismatch(
                                        Memory.ALL,
                                        first + InnerHeader.TCP_BYTES,
                                        first + InnerHeader.TCP_BYTES + options,
                                        Memory.ALL,
                                        tcp + InnerHeader.TCP_BYTES,
                                        tcp + InnerHeader.TCP_BYTES + options)
                                < 0);
    }

    /** Writes everything that it was given. */
    public void flush() {
        for (int i = 0; i < open; i++) {
            write(flows[i]);
        }
        open = 0;
    }

    private void finish(int index) {
        Flow flow = flows[index];
        write(flow);
        System.arraycopy(flows, index + 1, flows, index, --open - index);
        flows[open] = flow;
    }

    private void write(Flow flow) {
        if (flow.packets == 1) {
            single(flow.first, flow.bytes, true);
            return;
        }
        long transport = flow.first + flow.ipBytes;
        int transportBytes = flow.bytes - flow.ipBytes;
        InnerHeader.length(flow.first, flow.bytes);
        boolean isUdp = flow.protocol == InnerHeader.UDP;
        if (isUdp) {
            Memory.putShortBig(transport + 4, (short) transportBytes);
        }
        int offset = isUdp ? InnerHeader.UDP_CHECKSUM : InnerHeader.TCP_CHECKSUM;
        long pseudo = InnerHeader.pseudoSum(flow.first, flow.protocol, transportBytes);
        Memory.putShort(transport + offset, (short) Checksum.fold(pseudo));
        int kind = isUdp ? VirtioHeader.UDP : InnerHeader.isV4(flow.first) ? VirtioHeader.TCP_V4 : VirtioHeader.TCP_V6;
        VirtioHeader.segmented(
                flow.first - VirtioHeader.BYTES, kind, flow.headerBytes, flow.segmentBytes, flow.ipBytes, offset);
        sink.write(flow.vectors, flow.packets, flow.packets);
    }

    private void single(long packet, int length, boolean isChecked) {
        VirtioHeader.plain(packet - VirtioHeader.BYTES, isChecked);
        long vector = memory.address() + (long) FLOWS * MOST_PACKETS * VECTOR_BYTES;
        vector(vector, packet - VirtioHeader.BYTES, VirtioHeader.BYTES + length);
        sink.write(vector, 1, 1);
    }

    private static void vector(long at, long address, long length) {
        Memory.putLong(at, address);
        Memory.putLong(at + 8, length);
    }
}
