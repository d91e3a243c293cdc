package jumpvpn.node.observability.jsonl;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Makes texts of bytes, and the same object again for what came lately: event files repeat themselves. Bounded. */
final class TextPool {
    private static final int SLOTS = 4096;
    private static final int LONGEST = 256;

    private final byte[][] bytes = new byte[SLOTS][];
    private final String[] texts = new String[SLOTS];

    /** The text of these bytes (UTF-8). */
    String text(byte[] source, int from, int to) {
        if (to - from > LONGEST) {
            return new String(source, from, to - from, StandardCharsets.UTF_8);
        }
        int hash = to - from;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + source[i];
        }
        int slot = (hash ^ hash >>> 16) & (SLOTS - 1);
        byte[] there = bytes[slot];
        if (there == null || !Arrays.equals(there, 0, there.length, source, from, to)) {
            bytes[slot] = Arrays.copyOfRange(source, from, to);
            texts[slot] = new String(source, from, to - from, StandardCharsets.UTF_8);
        }
        return texts[slot];
    }
}
