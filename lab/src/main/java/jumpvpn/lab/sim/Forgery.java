package jumpvpn.lab.sim;

import java.util.Arrays;

/** Datagrams that nobody sent like this. */
final class Forgery {
    private Forgery() {}

    /** A copy that differs: a bit flipped, some bytes changed, cut short or made longer. */
    static byte[] damaged(byte[] bytes, Chance chance) {
        if (bytes.length == 0) {
            return new byte[] {8};
        }
        return switch (chance.below(8)) {
            case 0 -> Arrays.copyOf(bytes, chance.below(bytes.length));
            case 1 -> Arrays.copyOf(bytes, bytes.length + 1 + chance.below(64));
            default -> flipped(bytes, chance);
        };
    }

    /** One bit differs, or some bits of one byte. */
    private static byte[] flipped(byte[] bytes, Chance chance) {
        byte[] copy = bytes.clone();
        copy[chance.below(copy.length)] ^= (byte) (chance.happens(0.5) ? 1 << chance.below(8) : chance.between(1, 255));
        return copy;
    }

    /** Random bytes behind a first byte that our messages might have. */
    static byte[] random(Chance chance) {
        byte[] bytes = chance.bytes(chance.happens(0.3) ? chance.below(1500) : length(chance));
        if (bytes.length > 1 && chance.happens(0.9)) {
            bytes[0] = (byte) chance.between(0x03, 0x0F);
            bytes[1] = chance.happens(0.8) ? 1 : bytes[1];
        }
        return bytes;
    }

    private static int length(Chance chance) {
        return switch (chance.below(5)) {
            case 0 -> 640;
            case 1 -> 400;
            case 2 -> 1100;
            case 3 -> 300;
            default -> 52 + chance.below(100);
        };
    }
}
