package jumpvpn.node.data.tun;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jumpvpn.node.host.Memory;

/** What a {@link Coalescing} hands to the kernel, and what a {@link Segmentation} makes of that. */
final class Handed {
    private static final int SLOT = 66_000;

    /** One write: a {@link VirtioHeader} and a packet or super-packet. */
    record Write(byte[] bytes, int packets) {
        byte[] packet() {
            return Arrays.copyOfRange(bytes, VirtioHeader.BYTES, bytes.length);
        }
    }

    private final Arena arena = Arena.ofAuto();
    private final List<Write> writes = new ArrayList<>();
    private final Coalescing coalescing;

    Handed(boolean withUdp) {
        coalescing = new Coalescing(this::written, withUdp);
    }

    /** What is written for these, flushed at the end. */
    static List<Write> of(List<byte[]> packets) {
        Handed handed = new Handed(true);
        packets.forEach(handed::add);
        return handed.flush();
    }

    void add(byte[] packet) {
        long at = arena.allocate(VirtioHeader.BYTES + packet.length + 8).address() + VirtioHeader.BYTES;
        Memory.ALL.asSlice(at - VirtioHeader.BYTES, VirtioHeader.BYTES).fill((byte) 0xff); // whatever was there
        Memory.copy(packet, 0, at, packet.length);
        coalescing.add(at, packet.length);
    }

    List<Write> flush() {
        coalescing.flush();
        return writes;
    }

    private void written(long vectors, int count, int packets) {
        byte[] bytes = new byte[SLOT + VirtioHeader.BYTES];
        int length = 0;
        for (int i = 0; i < count; i++) {
            int part = (int) Memory.getLong(vectors + i * 16L + 8);
            Memory.copy(Memory.getLong(vectors + i * 16L), bytes, length, part);
            length += part;
        }
        writes.add(new Write(Arrays.copyOf(bytes, length), packets));
    }

    /** The packets that these writes stand for, as if the kernel handed the same back. */
    static List<byte[]> segmented(List<Write> writes) {
        Segmentation segmentation = new Segmentation();
        List<byte[]> packets = new ArrayList<>();
        for (Write write : writes) {
            Memory.copy(write.bytes, 0, segmentation.room(), write.bytes.length);
            if (!segmentation.begin(write.bytes.length)) {
                throw new AssertionError("refused");
            }
            packets.addAll(rest(segmentation));
        }
        return packets;
    }

    /** All that it still has, of slots that are always large enough. */
    static List<byte[]> rest(Segmentation segmentation) {
        List<byte[]> packets = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            long to = arena.allocate(SLOT, 8).address();
            while (segmentation.hasNext()) {
                byte[] packet = new byte[segmentation.next(to, SLOT)];
                Memory.copy(to, packet, 0, packet.length);
                packets.add(packet);
            }
        }
        return packets;
    }
}
