package jumpvpn.lab.explore;

import java.nio.ByteBuffer;

/** A 128-bit digest of a sequence of numbers and bytes. Two sequences that differ have the same one by chance only. */
final class Digest {
    /** The digest so far. */
    record Value(long high, long low) {}

    private long high = 0x243f_6a88_85a3_08d3L;
    private long low = 0x1319_8a2e_0370_7344L;

    static long mix(long state, long word) {
        long mixed = (state ^ word) * 0x9e37_79b9_7f4a_7c15L;
        mixed = (mixed ^ mixed >>> 32) * 0xd6e8_feb8_6659_fd93L;
        return mixed ^ mixed >>> 29;
    }

    Digest add(long word) {
        high = mix(high, word);
        low = mix(low + 0x632b_e59b_d9b4_e019L, Long.rotateLeft(word, 23));
        return this;
    }

    Digest add(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        add(bytes.length);
        while (in.remaining() >= Long.BYTES) {
            add(in.getLong());
        }
        while (in.hasRemaining()) {
            add(in.get());
        }
        return this;
    }

    Digest add(Value value) {
        return add(value.high).add(value.low);
    }

    Value value() {
        return new Value(high, low);
    }

    static Value of(byte[] bytes) {
        return new Digest().add(bytes).value();
    }
}
