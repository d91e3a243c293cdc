package jumpvpn.core.security;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Byte strings as the key schedule's formulas write them. */
final class Bytes {
    static final byte[] EMPTY = {};

    private Bytes() {}

    /** The parts one after another. */
    static byte[] join(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer joined = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            joined.put(part);
        }
        return joined.array();
    }

    static byte[] ascii(String text) {
        return ascii(text, 0);
    }

    /** The text followed by zero bytes. */
    static byte[] ascii(String text, int zeros) {
        return Arrays.copyOf(text.getBytes(StandardCharsets.US_ASCII), text.length() + zeros);
    }

    static byte[] u32(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }
}
