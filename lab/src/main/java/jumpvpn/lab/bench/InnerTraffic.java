package jumpvpn.lab.bench;

import java.lang.foreign.Arena;
import java.util.Random;
import jumpvpn.node.data.tun.Segmentation;
import jumpvpn.node.data.tun.TunDevice;
import jumpvpn.node.host.Memory;

/** Packets of 1,400 bytes as a TUN hands them over, headers and checksums right: {@link Segmentation} makes them of super-packets, of which only the headers are written here. */
final class InnerTraffic {
    static final int PACKET_BYTES = 1400;
    static final int SLOT_BYTES = 2048;

    private static final int IP_BYTES = 20;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int MOST_SEGMENTS = 32; // fit a super-packet with any of the headers

    private final Segmentation segmentation = new Segmentation();
    private final boolean isUdp;
    private final int headerBytes;

    InnerTraffic(boolean isUdp) {
        this.isUdp = isUdp;
        headerBytes = IP_BYTES + (isUdp ? 8 : 20);
        byte[] random = new byte[segmentation.roomBytes()];
        new Random(1).nextBytes(random);
        Memory.copy(random, 0, segmentation.room(), random.length);
    }

    /** Slots of memory that is never given back. */
    static long slots(int count) {
        return Arena.global().allocate((long) count * SLOT_BYTES, 64).address();
    }

    /** Writes so many packets into slots, the flows' in turn, each {@code offset} bytes into its own. */
    void fill(long slots, int offset, int packets, int flows) {
        for (int flow = 0; flow < flows; flow++) {
            int sequence = 0;
            for (int slot = flow; slot < packets; ) {
                int segments = Math.min(MOST_SEGMENTS, (packets - slot + flows - 1) / flows);
                segmentation.begin(superPacket(segmentation, flow, sequence, segments));
                sequence += segments * segmentBytes();
                for (; segmentation.hasNext(); slot += flows) {
                    segmentation.next(slots + (long) slot * SLOT_BYTES + offset, SLOT_BYTES - offset);
                }
            }
        }
    }

    int segmentBytes() {
        return PACKET_BYTES - headerBytes;
    }

    /** Writes the headers of a super-packet into the room for it. @return its bytes, what stands in front of it included */
    int superPacket(Segmentation into, int flow, int sequence, int segments) {
        long header = into.room();
        long packet = header + TunDevice.HEADROOM;
        long transport = packet + IP_BYTES;
        Memory.putByte(header, (byte) 1); // the checksum is to be completed
        Memory.putByte(header + 1, (byte) (isUdp ? 5 : 1));
        Memory.putShort(header + 2, (short) headerBytes);
        Memory.putShort(header + 4, (short) segmentBytes());
        Memory.putShort(header + 6, (short) IP_BYTES);
        Memory.putShort(header + 8, (short) (isUdp ? 6 : 16));
        Memory.putIntBig(packet, 0x4500_0000);
        Memory.putIntBig(packet + 4, 0x0000_4000); // never fragmented
        Memory.putShortBig(packet + 8, (short) (64 << 8 | (isUdp ? UDP : TCP)));
        Memory.putIntBig(packet + 12, 0x0a4d_0002);
        Memory.putIntBig(packet + 16, 0x0a58_0002);
        Memory.putIntBig(transport, 443 << 16 | 40_000 + flow);
        if (!isUdp) {
            Memory.putIntBig(transport + 4, sequence);
            Memory.putIntBig(transport + 8, 1);
            Memory.putIntBig(transport + 12, 0x5010_ffff); // no options, ACK
        }
        return TunDevice.HEADROOM + headerBytes + segments * segmentBytes();
    }
}
