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
        byte[] copy = bytes.clone();
        switch (chance.below(8)) {
            case 0 -> {
                return Arrays.copyOf(copy, chance.below(copy.length));
            }
            case 1 -> {
                return Arrays.copyOf(copy, copy.length + 1 + chance.below(64));
            }
            case 2 -> {
                for (int i = 0; i < 4; i++) {
                    flip(copy, chance);
                }
                return Arrays.equals(copy, bytes) ? damaged(bytes, chance) : copy;
            }
            default -> {
                flip(copy, chance);
                return copy;
            }
        }
    }

    private static void flip(byte[] bytes, Chance chance) {
        bytes[chance.below(bytes.length)] ^= (byte) (1 << chance.below(8));
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
