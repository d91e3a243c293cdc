package jumpvpn.core.security;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** AES-SIV as RFC 5297 writes it, for any strings, block by block: what {@link AesSiv}, which does many messages in step, is compared with. The public vectors check this one. */
final class RfcAesSiv {
    /** Bytes of the tag, which comes first. */
    static final int TAG_LENGTH = 16;

    private static final int BLOCK = 16;

    private final Cipher chain;
    private final Cipher blocks;
    /** CMAC's two subkeys, for a last block that is full and for one that is padded. */
    private final byte[] full;

    private final byte[] padded;
    /** CMAC of zeros: where S2V starts. */
    private final byte[] start;

    /** @param key 32, 48 or 64 bytes: the first half authenticates, the second enciphers; copied */
    RfcAesSiv(byte[] key) {
        int half = key.length / 2;
        try {
            chain = Cipher.getInstance("AES/CBC/NoPadding");
            chain.init(
                    Cipher.ENCRYPT_MODE, new SecretKeySpec(key, 0, half, "AES"), new IvParameterSpec(new byte[BLOCK]));
            blocks = Cipher.getInstance("AES/ECB/NoPadding");
            blocks.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, half, half, "AES"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES", e);
        }
        full = doubled(lastBlock(new byte[BLOCK]));
        padded = doubled(full);
        start = cmac(new byte[BLOCK]);
    }

    /** Tag and ciphertext, {@link #TAG_LENGTH} bytes longer than the plaintext: the RFC's own form, which the vectors check. */
    byte[] seal(byte[] plaintext, byte[]... associated) {
        byte[] sealed = new byte[TAG_LENGTH + plaintext.length];
        byte[] tag = tag(plaintext, associated);
        System.arraycopy(tag, 0, sealed, 0, TAG_LENGTH);
        byte[] stream = stream(tag, plaintext.length);
        for (int i = 0; i < plaintext.length; i++) {
            sealed[TAG_LENGTH + i] = (byte) (plaintext[i] ^ stream[i]);
        }
        return sealed;
    }

    private static int blocks(int length) {
        return Math.max(1, (length + BLOCK - 1) / BLOCK);
    }

    /** The plaintext of what {@link #seal} made, at {@code from} in a longer array; null if it is not authentic. */
    byte @Nullable [] open(byte[] in, int from, int sealedLength, byte[]... associated) {
        byte[] tag = Arrays.copyOfRange(in, from, from + TAG_LENGTH);
        byte[] plaintext = Arrays.copyOfRange(in, from + TAG_LENGTH, from + sealedLength);
        byte[] stream = stream(tag, plaintext.length);
        for (int i = 0; i < plaintext.length; i++) {
            plaintext[i] ^= stream[i];
        }
        if (MessageDigest.isEqual(tag, tag(plaintext, associated))) {
            return plaintext;
        }
        Arrays.fill(plaintext, (byte) 0);
        return null;
    }

    /** S2V of section 2.4. */
    private byte[] tag(byte[] plaintext, byte[]... associated) {
        byte[] mixed = start;
        for (byte[] each : associated) {
            mixed = xored(doubled(mixed), cmac(each));
        }
        byte[] last;
        if (plaintext.length >= BLOCK) {
            last = plaintext.clone();
            int end = last.length - BLOCK;
            for (int i = 0; i < BLOCK; i++) {
                last[end + i] ^= mixed[i];
            }
        } else {
            last = Arrays.copyOf(plaintext, BLOCK);
            last[plaintext.length] = (byte) 0x80;
            last = xored(last, doubled(mixed));
        }
        byte[] tag = cmac(last);
        Arrays.fill(last, (byte) 0);
        return tag;
    }

    /** CMAC (RFC 4493). */
    private byte[] cmac(byte[] message) {
        int whole = blocks(message.length) * BLOCK;
        byte[] work = Arrays.copyOf(message, whole);
        if (message.length < whole) {
            work[message.length] = (byte) 0x80;
        }
        byte[] subkey = message.length == whole ? full : padded;
        for (int i = 0; i < BLOCK; i++) {
            work[whole - BLOCK + i] ^= subkey[i];
        }
        return lastBlock(work);
    }

    private byte[] lastBlock(byte[] work) {
        encipher(chain, work);
        return Arrays.copyOfRange(work, work.length - BLOCK, work.length);
    }

    /** The key stream of section 2.5: counter mode from the tag without its bits 31 and 63. */
    private byte[] stream(byte[] tag, int length) {
        byte[] stream = new byte[(length + BLOCK - 1) / BLOCK * BLOCK];
        counters(tag, stream, 0, stream.length);
        encipher(blocks, stream);
        return stream;
    }

    private static void counters(byte[] tag, byte[] out, int from, int length) {
        for (int at = from, number = 0; at < from + length; at += BLOCK, number++) {
            System.arraycopy(tag, 0, out, at, BLOCK);
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

    private static void encipher(Cipher cipher, byte[] work) {
        try {
            cipher.doFinal(work, 0, work.length, work, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES refused whole blocks", e);
        }
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

    private static byte[] xored(byte[] one, byte[] other) {
        byte[] sum = new byte[BLOCK];
        for (int i = 0; i < BLOCK; i++) {
            sum[i] = (byte) (one[i] ^ other[i]);
        }
        return sum;
    }
}
