package jumpvpn.node.observability.jsonl;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The values of an enum by their names as bytes, found without making a text. */
final class Names<E extends Enum<E>> {
    private static final int SLOTS = 1024;

    private final byte[][] names = new byte[SLOTS][];
    private final E[] values;
    private final int[] ordinals = new int[SLOTS];

    Names(E[] values, Function<E, String> name) {
        this.values = values;
        for (E value : values) {
            byte[] bytes = name.apply(value).getBytes(StandardCharsets.US_ASCII);
            int slot = slot(bytes, 0, bytes.length);
            while (names[slot] != null) {
                slot = (slot + 1) % SLOTS;
            }
            names[slot] = bytes;
            ordinals[slot] = value.ordinal();
        }
    }

    private static int slot(byte[] bytes, int from, int to) {
        int hash = to - from;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + bytes[i];
        }
        return (hash ^ hash >>> 16) & (SLOTS - 1);
    }

    /** The value with the name that stands there; null if none has it. */
    @Nullable
    E find(byte[] bytes, int from, int to) {
        for (int slot = slot(bytes, from, to); names[slot] != null; slot = (slot + 1) % SLOTS) {
            if (Arrays.equals(names[slot], 0, names[slot].length, bytes, from, to)) {
                return values[ordinals[slot]];
            }
        }
        return null;
    }
}
