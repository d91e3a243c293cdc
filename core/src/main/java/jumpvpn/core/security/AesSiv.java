package jumpvpn.core.security;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * AES-SIV (RFC 5297, Synthetic Initialization Vector). There is no nonce that could ever come twice: the tag is the initialization vector, so the same text under the same associated data
 * gives the same bytes and nothing worse. Refusing costs no more than opening. Ciphers are kept, so not for two threads at once.
 */
final class AesSiv {
    /** Bytes of the tag, which comes first. */
    static final int TAG_LENGTH = 16;

    private static final int BLOCK = AesBlocks.LENGTH;

    private final AesBlocks lanes;
    private final AesChain chain;
    private final AesBlocks blocks;
    /** CMAC's two subkeys, for a last block that is full and for one that is padded. */
    private final byte[] full;

    private final byte[] padded;
    /** What S2V adds to the CMAC of its first string: that of a block of zeros, doubled. */
    private final byte[] begun;

    private Lanes kept = new Lanes(1);

    /** @param key 32, 48 or 64 bytes: the first half authenticates, the second enciphers; copied */
    AesSiv(byte[] key) {
        int half = key.length / 2;
        lanes = new AesBlocks(key, 0, half);
        chain = new AesChain(key, 0, half);
        blocks = new AesBlocks(key, half, half);
        full = doubled(lanes.enciphered(new byte[BLOCK]));
        padded = doubled(full);
        begun = doubled(lanes.enciphered(full));
    }

    /**
     * Seals one plaintext of at least a block under as many associated data, each one block. They lie in {@code out} from an offset on, {@code stride} bytes
     * apart, and behind each goes what is sealed under it: tag and ciphertext. What the messages share is done once, the rest of all of them block after block in one call.
     */
    void seal(byte[] plaintext, byte[] out, int at, int stride, int count) {
        Lanes work = lanes(count);
        work.tag(out, at, stride, plaintext, plaintext.length);
        int each = blocks(plaintext.length) * BLOCK;
        work.reserve(count * each);
        for (int lane = 0; lane < count; lane++) {
            System.arraycopy(work.states, lane * BLOCK, out, at + lane * stride + BLOCK, TAG_LENGTH);
            counters(work.states, lane * BLOCK, work.counters, lane * each, each);
        }
        blocks.encipher(work.counters, count * each, work.stream);
        for (int lane = 0; lane < count; lane++) {
            int to = at + lane * stride + BLOCK + TAG_LENGTH;
            int from = lane * each;
            for (int i = 0; i < plaintext.length; i++) {
                out[to + i] = (byte) (plaintext[i] ^ work.stream[from + i]);
            }
        }
        work.wipe();
    }

    /** The plaintext, of at least a block, of one message that {@link #seal} made, associated data included, at an offset in a longer array; null if it is not authentic. */
    byte @Nullable [] open(byte[] in, int at, int length) {
        int textAt = at + BLOCK + TAG_LENGTH;
        byte[] plaintext = new byte[length - BLOCK - TAG_LENGTH];
        Lanes work = lanes(1);
        int each = blocks(plaintext.length) * BLOCK;
        work.reserve(each);
        counters(in, at + BLOCK, work.counters, 0, each);
        blocks.encipher(work.counters, each, work.stream);
        for (int i = 0; i < plaintext.length; i++) {
            plaintext[i] = (byte) (in[textAt + i] ^ work.stream[i]);
        }
        work.tag(in, at, 0, plaintext, plaintext.length);
        int differs = 0;
        for (int i = 0; i < TAG_LENGTH; i++) { // all of them, whatever the first says
            differs |= work.states[i] ^ in[at + BLOCK + i];
        }
        work.wipe();
        if (differs == 0) {
            return plaintext;
        }
        Arrays.fill(plaintext, (byte) 0);
        return null;
    }

    private Lanes lanes(int count) {
        if (kept.most < count) {
            kept = new Lanes(count);
        }
        kept.count = count;
        return kept;
    }

    /** Messages that are worked on in step. */
    private final class Lanes {
        private final int most;
        private int count;
        /** What goes into the cipher, then what came out: at the end the tags. */
        private final byte[] in;

        private final byte[] states;
        /** What S2V mixes into the end of each plaintext. */
        private final byte[] mixed;

        private byte[] counters = {};
        private byte[] stream = {};
        /** The plaintext, padded. */
        private byte[] text = {};
        /** What is left of it for each message behind what they share: two blocks at most. */
        private byte[] ends = {};

        Lanes(int most) {
            this.most = most;
            in = new byte[most * BLOCK];
            states = new byte[most * BLOCK];
            mixed = new byte[most * BLOCK];
        }

        void reserve(int bytes) {
            if (counters.length < bytes) {
                counters = new byte[bytes];
                stream = new byte[bytes];
            }
        }

        /** S2V of a block from each place, and one plaintext. */
        void tag(byte[] associated, int at, int stride, byte[] plaintext, int length) {
            for (int lane = 0; lane < count; lane++) {
                AesBlocks.add(associated, at + lane * stride, full, 0, in, lane * BLOCK);
            }
            lanes.encipher(in, count * BLOCK, mixed);
            for (int lane = 0; lane < count; lane++) {
                AesBlocks.add(mixed, lane * BLOCK, begun, 0, mixed, lane * BLOCK);
            }
            int padding = blocks(length) * BLOCK;
            if (text.length < padding) {
                text = new byte[padding];
                ends = new byte[most * 2 * BLOCK];
            }
            Arrays.fill(text, length, padding, (byte) 0);
            System.arraycopy(plaintext, 0, text, 0, length);
            if (length < padding) {
                text[length] = (byte) 0x80;
            }
            AesBlocks.add(text, padding - BLOCK, length < padding ? padded : full, 0, text, padding - BLOCK);
            if (count == 1) {
                AesBlocks.add(text, length - BLOCK, mixed, 0, text, length - BLOCK);
                chain.end(text, padding, states);
            } else {
                chainEach(length, padding);
            }
        }

        /** CMAC of plaintexts whose last bytes, a block of them, differ; the blocks before those are chained once. */
        private void chainEach(int length, int padding) {
            int shared = (length / BLOCK - 1) * BLOCK;
            int end = padding - shared;
            if (shared > 0) {
                chain.end(text, shared, states);
                AesBlocks.add(text, shared, states, 0, text, shared);
            }
            for (int lane = 0; lane < count; lane++) {
                int differs = lane * end + length - BLOCK - shared;
                System.arraycopy(text, shared, ends, lane * end, end);
                AesBlocks.add(ends, differs, mixed, lane * BLOCK, ends, differs);
            }
            Arrays.fill(states, 0, count * BLOCK, (byte) 0);
            for (int block = 0; block < end; block += BLOCK) {
                for (int lane = 0; lane < count; lane++) {
                    AesBlocks.add(ends, lane * end + block, states, lane * BLOCK, in, lane * BLOCK);
                }
                lanes.encipher(in, count * BLOCK, states);
            }
        }

        /** What plaintexts could be told from. */
        void wipe() {
            Arrays.fill(in, (byte) 0);
            Arrays.fill(text, (byte) 0);
            Arrays.fill(ends, (byte) 0);
            Arrays.fill(stream, (byte) 0);
        }
    }

    private static int blocks(int length) {
        return Math.max(1, (length + BLOCK - 1) / BLOCK);
    }

    /** The counters of section 2.5: from the tag without its bits 31 and 63. */
    private static void counters(byte[] tags, int tagAt, byte[] out, int from, int length) {
        for (int at = from, number = 0; at < from + length; at += BLOCK, number++) {
            System.arraycopy(tags, tagAt, out, at, BLOCK);
            out[at + 8] &= 0x7f;
            out[at + 12] &= 0x7f;
            add(out, at + 12, number);
        }
    }

    private static void add(byte[] to, int at, int number) {
        int sum = number
                + ((to[at] & 0xff) << 24 | (to[at + 1] & 0xff) << 16 | (to[at + 2] & 0xff) << 8 | (to[at + 3] & 0xff));
        to[at] = (byte) (sum >> 24);
        to[at + 1] = (byte) (sum >> 16);
        to[at + 2] = (byte) (sum >> 8);
        to[at + 3] = (byte) sum;
    }

    /** Times x in the field of section 2.3. */
    private static byte[] doubled(byte[] block) {
        byte[] twice = new byte[BLOCK];
        for (int i = 0; i < BLOCK; i++) {
            int next = i + 1 < BLOCK ? block[i + 1] : 0;
            twice[i] = (byte) (block[i] << 1 | (next & 0x80) >> 7);
        }
        twice[BLOCK - 1] ^= (byte) (0x87 & block[0] >> 7);
        return twice;
    }
}
