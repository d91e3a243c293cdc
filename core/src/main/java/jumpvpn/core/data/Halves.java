package jumpvpn.core.data;

import static jumpvpn.core.data.PacketLayout.BYTE;
import static jumpvpn.core.data.PacketLayout.INT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Inner packets in two halves, each a payload of its own, where a path is too narrow for the whole. Layout of such a payload: a byte, 0x10 for the first half and 0x11 for the
 * second (no IP version), the number of the packet, 4 bytes, the half. An object of this class keeps halves that wait for their others, the newest of each of {@link #MOST}
 * numbers. One receiving thread.
 */
final class Halves {
    /** Bytes before a half. */
    static final int HEADER = 1 + Integer.BYTES;

    /** Bytes of a half, at most. */
    static final int MOST_BYTES = 950;

    private static final byte FIRST = 0x10;
    private static final byte SECOND = 0x11;
    private static final int MOST = 32;

    private record Half(int number, boolean isSecond, byte[] bytes) {}

    private final @Nullable Half[] waiting = new Half[MOST];

    /** Writes the header in front of a half. */
    static void head(MemorySegment memory, long payload, int number, boolean isSecond) {
        memory.set(BYTE, payload, isSecond ? SECOND : FIRST);
        memory.set(INT, payload + 1, number);
    }

    /** The payload with one half, the part of the packet between these offsets. */
    static byte[] half(int number, byte[] packet, int from, int to) {
        byte[] payload = new byte[HEADER + to - from];
        head(MemorySegment.ofArray(payload), 0, number, from > 0);
        System.arraycopy(packet, from, payload, HEADER, to - from);
        return payload;
    }

    /** Whether an opened payload is a half, or says that it is one. */
    static boolean isHalf(MemorySegment memory, long payload) {
        return (memory.get(BYTE, payload) & 0xfe) == FIRST;
    }

    /**
     * Takes a half; the memory must go on for two of them behind the payload's start.
     *
     * @param length of the payload
     * @return bytes of the whole packet, which lies where the payload was; 0: it is not whole yet, or the half is none
     */
    int join(MemorySegment memory, long payload, int length, DropCounters drops) {
        int bytes = length - HEADER;
        if (bytes < 1 || bytes > MOST_BYTES) {
            drops.count(DropReason.BAD_INNER);
            return 0;
        }
        boolean isSecond = memory.get(BYTE, payload) == SECOND;
        int number = memory.get(INT, payload + 1);
        Half other = waiting[number & MOST - 1];
        if (other == null || other.number != number || other.isSecond == isSecond) {
            if (other != null) {
                drops.count(DropReason.HALF_LOST);
            }
            byte[] kept = new byte[bytes];
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, payload + HEADER, kept, 0, bytes);
            waiting[number & MOST - 1] = new Half(number, isSecond, kept);
            return 0;
        }
        waiting[number & MOST - 1] = null;
        int before = isSecond ? other.bytes.length : 0;
        MemorySegment.copy(memory, payload + HEADER, memory, payload + before, bytes);
        MemorySegment.copy(
                other.bytes, 0, memory, ValueLayout.JAVA_BYTE, payload + (isSecond ? 0 : bytes), other.bytes.length);
        return bytes + other.bytes.length;
    }
}
