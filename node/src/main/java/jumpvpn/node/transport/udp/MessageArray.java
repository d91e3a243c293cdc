package jumpvpn.node.transport.udp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.node.host.Memory;

/**
 * The {@code mmsghdr} array of one direction of a socket, with as many I/O vectors, socket addresses and control buffers, laid out once. Layouts: msghdr 56
 * bytes (name 0, namelen 8, iov 16, iovlen 24, control 32, controllen 40, flags 48), mmsghdr 64 (msg_len 56), iovec 16, sockaddr_in 16, sockaddr_in6 28, cmsghdr 16.
 */
final class MessageArray {
    static final int MESSAGE_BYTES = 64;
    static final int SOL_UDP = 17;
    static final int UDP_SEGMENT = 103;
    static final int UDP_GRO = 104;

    private static final int NAME_BYTES = 32;
    private static final int CONTROL_BYTES = 96;
    private static final int CMSG_HEADER = 16;
    private static final int ECN_BITS = 3;
    private static final long MAPPED = 0x0000_ffff_0000_0000L;

    private final int family;
    private final MemorySegment memory;
    private final long messages;
    private final long vectors;
    private final long names;
    private final long controls;

    MessageArray(int family, int slots) {
        this.family = family;
        memory = Arena.ofAuto().allocate((long) slots * (MESSAGE_BYTES + 16 + NAME_BYTES + CONTROL_BYTES), 16);
        messages = memory.address();
        vectors = messages + (long) slots * MESSAGE_BYTES;
        names = vectors + (long) slots * 16;
        controls = names + (long) slots * NAME_BYTES;
        for (int i = 0; i < slots; i++) {
            Memory.putLong(message(i), name(i));
            Memory.putLong(message(i) + 16, vectors + i * 16L);
            Memory.putLong(message(i) + 24, 1);
            Memory.putLong(message(i) + 32, control(i));
            resetForReceive(i);
        }
    }

    long message(int i) {
        return messages + (long) i * MESSAGE_BYTES;
    }

    /** What the raw addresses point into; whoever uses them keeps it reachable. */
    MemorySegment memory() {
        return memory;
    }

    private long name(int i) {
        return names + (long) i * NAME_BYTES;
    }

    private long control(int i) {
        return controls + (long) i * CONTROL_BYTES;
    }

    void vector(int i, long address, long length) {
        Memory.putLong(vectors + i * 16L, address);
        Memory.putLong(vectors + i * 16L + 8, length);
    }

    /** Message {@code i} consists of these vectors. */
    void vectors(int i, int first, int count) {
        Memory.putLong(message(i) + 16, vectors + first * 16L);
        Memory.putLong(message(i) + 24, count);
    }

    /** The kernel writes what it used over what there is room for, so this goes before every receive. */
    void resetForReceive(int i) {
        long message = message(i);
        Memory.putInt(message + 8, NAME_BYTES);
        Memory.putLong(message + 40, CONTROL_BYTES);
        Memory.putInt(message + 48, 0);
    }

    int length(int i) {
        return Memory.getInt(message(i) + 56);
    }

    int flags(int i) {
        return Memory.getInt(message(i) + 48);
    }

    /** The sender of message {@code i}, into a slot. */
    void readPeer(int i, PacketBatch batch, int slot) {
        long name = name(i);
        batch.peerPort[slot] = Memory.getShortBig(name + 2) & 0xffff;
        if (family == SocketAddress.AF_INET) {
            batch.peerHigh[slot] = 0;
            batch.peerLow[slot] = MAPPED | (Memory.getIntBig(name + 4) & 0xffff_ffffL);
        } else {
            batch.peerHigh[slot] = Memory.getLongBig(name + 8);
            batch.peerLow[slot] = Memory.getLongBig(name + 16);
        }
    }

    /** The data of message {@code i}'s control message of this kind; 0: there is none. */
    private long find(int i, int level, int type) {
        long at = control(i);
        long end = at + Memory.getLong(message(i) + 40);
        while (at + CMSG_HEADER <= end) {
            long length = Memory.getLong(at);
            if (length < CMSG_HEADER) {
                return 0;
            }
            if (Memory.getInt(at + 8) == level && Memory.getInt(at + 12) == type) {
                return at + CMSG_HEADER;
            }
            at += (length + 7) & -8;
        }
        return 0;
    }

    /** The address that message {@code i} was sent to, from its packet information, into a slot; zero if there is none. */
    void readLocal(int i, PacketBatch batch, int slot) {
        boolean v4 = family == SocketAddress.AF_INET;
        long at = v4
                ? find(i, SocketAddress.IPPROTO_IP, SocketAddress.IP_PKTINFO)
                : find(i, SocketAddress.IPPROTO_IPV6, SocketAddress.IPV6_PKTINFO);
        batch.localHigh[slot] = at == 0 || v4 ? 0 : Memory.getLongBig(at);
        if (at == 0) {
            batch.localLow[slot] = 0;
        } else {
            batch.localLow[slot] = v4 ? MAPPED | (Memory.getIntBig(at + 4) & 0xffff_ffffL) : Memory.getLongBig(at + 8);
        }
    }

    /** The two bits of message {@code i}'s header that tell of congestion. */
    byte readEcn(int i) {
        boolean v4 = family == SocketAddress.AF_INET;
        long at = v4
                ? find(i, SocketAddress.IPPROTO_IP, SocketAddress.IP_TOS)
                : find(i, SocketAddress.IPPROTO_IPV6, SocketAddress.IPV6_TCLASS);
        return at == 0 ? 0 : (byte) (Memory.getByte(at) & ECN_BITS);
    }

    /** Puts this traffic class into message {@code i}'s header. After {@link #writeLocal} or {@link #clearLocal}. */
    void writeTrafficClass(int i, byte trafficClass) {
        boolean v4 = family == SocketAddress.AF_INET;
        long at = v4
                ? append(i, SocketAddress.IPPROTO_IP, SocketAddress.IP_TOS, Integer.BYTES)
                : append(i, SocketAddress.IPPROTO_IPV6, SocketAddress.IPV6_TCLASS, Integer.BYTES);
        Memory.putInt(at, trafficClass & 0xff);
    }

    /** Another control message, of so many bytes. @return where its data lies */
    private long append(int i, int level, int type, int bytes) {
        long used = Memory.getLong(message(i) + 40);
        long at = control(i) + used;
        Memory.putLong(at, CMSG_HEADER + bytes);
        Memory.putInt(at + 8, level);
        Memory.putInt(at + 12, type);
        Memory.putLong(message(i) + 40, used + CMSG_HEADER + ((bytes + 7) & -8));
        return at + CMSG_HEADER;
    }

    /** Bytes of each datagram, but perhaps the last, of the several that message {@code i} holds; 0: it is one. */
    int readSegmentBytes(int i) {
        long at = find(i, SOL_UDP, UDP_GRO);
        return at == 0 ? 0 : Memory.getInt(at);
    }

    /** Message {@code i} holds several datagrams of so many bytes each, the last perhaps fewer. After {@link #writeLocal} or {@link #clearLocal}. */
    void writeSegmentBytes(int i, int bytes) {
        Memory.putShort(append(i, SOL_UDP, UDP_SEGMENT, Short.BYTES), (short) bytes);
    }

    /** Aims message {@code i} at the peer of the slot. One of the other family gets an address that the kernel refuses for this message alone. */
    void writePeer(int i, PacketBatch batch, int slot) {
        long high = batch.peerHigh[slot];
        long low = batch.peerLow[slot];
        boolean v4 = high == 0 && (low & 0xffff_ffff_0000_0000L) == MAPPED;
        SocketAddress.write(name(i), family == SocketAddress.AF_INET && v4, high, low, batch.peerPort[slot], 0);
        Memory.putInt(
                message(i) + 8, family == SocketAddress.AF_INET ? SocketAddress.V4_BYTES : SocketAddress.V6_BYTES);
    }

    /** Without packet information: the kernel picks the source. */
    void clearLocal(int i) {
        Memory.putLong(message(i) + 40, 0);
    }

    /** Lets message {@code i} leave from the slot's local address. */
    void writeLocal(int i, PacketBatch batch, int slot) {
        clearLocal(i);
        if (batch.localHigh[slot] == 0 && batch.localLow[slot] == 0) {
            return;
        }
        if (family == SocketAddress.AF_INET) {
            long at = append(i, SocketAddress.IPPROTO_IP, SocketAddress.IP_PKTINFO, 12);
            Memory.putInt(at, 0); // the interface stays the routing table's choice
            Memory.putIntBig(at + 4, (int) batch.localLow[slot]);
            Memory.putInt(at + 8, 0);
        } else {
            long at = append(i, SocketAddress.IPPROTO_IPV6, SocketAddress.IPV6_PKTINFO, 20);
            Memory.putLongBig(at, batch.localHigh[slot]);
            Memory.putLongBig(at + 8, batch.localLow[slot]);
            Memory.putInt(at + 16, 0);
        }
    }
}
