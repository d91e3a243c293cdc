package jumpvpn.core.net;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/** Whole numbers in as few bytes as they need: seven bits a byte, the lowest first, zigzag, so that those near zero are short. */
public final class Varint {
    private static final int MOST_BYTES = 10;

    private Varint() {}

    /** Writes one to ten bytes. */
    public static void put(ByteBuffer out, long value) {
        long rest = value << 1 ^ value >> 63;
        while ((rest & ~0x7fL) != 0) {
            out.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    /**
     * Reads what {@link #put} wrote.
     *
     * @throws BufferUnderflowException if it ends too early, or never
     */
    public static long get(ByteBuffer in) {
        long value = 0;
        for (int i = 0; i < MOST_BYTES; i++) {
            byte next = in.get();
            value |= (next & 0x7fL) << 7 * i;
            if (next >= 0) {
                return value >>> 1 ^ -(value & 1);
            }
        }
        throw new BufferUnderflowException();
    }
}
