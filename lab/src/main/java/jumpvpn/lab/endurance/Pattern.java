package jumpvpn.lab.endurance;

import java.nio.ByteBuffer;
import java.util.Random;

/**
 * Bytes without end that depend on where they stand: a random block, again and again, of a length that no buffer, segment or packet has a multiple of. What is lost, doubled, moved
 * or changed does not fit. Immutable; any thread.
 */
final class Pattern {
    private static final int PERIOD_BYTES = 65_521; // prime

    private final ByteBuffer twice;
    private final int mostBytes;

    /** @param mostBytes the longest piece that is asked for at once */
    Pattern(long seed, int mostBytes) {
        this.mostBytes = mostBytes;
        byte[] block = new byte[PERIOD_BYTES];
        new Random(seed).nextBytes(block);
        twice = ByteBuffer.allocateDirect(PERIOD_BYTES + mostBytes);
        while (twice.hasRemaining()) {
            twice.put(block, 0, Math.min(block.length, twice.remaining()));
        }
    }

    /** The bytes from there on, as many as may be asked for. */
    ByteBuffer from(long offset) {
        return twice.slice((int) (offset % PERIOD_BYTES), mostBytes).asReadOnlyBuffer();
    }

    /** How many of the bytes that are left in the buffer are not those that stand there. */
    int wrong(ByteBuffer bytes, long offset) {
        ByteBuffer right = from(offset).limit(bytes.remaining());
        int wrong = 0;
        ByteBuffer rest = bytes.slice();
        for (int at = right.mismatch(rest); at >= 0; at = right.mismatch(rest)) {
            wrong++;
            right.position(right.position() + at + 1);
            rest.position(rest.position() + at + 1);
        }
        return wrong;
    }
}
