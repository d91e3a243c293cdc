package jumpvpn.core.security;

import java.security.MessageDigest;
import java.util.Arrays;

/** HKDF with SHA-256 (RFC 5869) in the labelled form of docs/protocol/wire.md: extracted once, expanded under any number of labels. */
public final class Hkdf {
    /** Bytes of a SHA-256 hash, and of a pseudorandom key. */
    public static final int HASH_LENGTH = 32;

    /** The number of the first block. */
    private static final byte[] ONE = {1};

    private static final Hmac NO_SALT = new Hmac(Bytes.EMPTY);

    private final Hmac pseudorandomKey;

    /**
     * HKDF-Extract(salt, ikm).
     *
     * @param salt may be empty
     */
    Hkdf(byte[] salt, byte[] inputKey) {
        byte[] extracted = extract(salt, inputKey);
        pseudorandomKey = new Hmac(extracted);
        Arrays.fill(extracted, (byte) 0);
    }

    /**
     * HKDF-Extract.
     *
     * @param salt may be empty
     */
    static byte[] extract(byte[] salt, byte[] inputKey) {
        return salt.length == 0 ? NO_SALT.of(inputKey) : Hmac.once(salt, inputKey);
    }

    /**
     * HKDF-Expand.
     *
     * @param length at most 255 × 32
     */
    static byte[] expand(byte[] pseudorandomKey, byte[] info, int length) {
        return expand(new Hmac(pseudorandomKey), info, Bytes.EMPTY, 0, length);
    }

    /**
     * {@code HKDF(salt, ikm, label, context, n)} of docs/protocol/wire.md: HKDF-Expand(HKDF-Extract(salt, ikm), label || 0x00 || context, n).
     *
     * @param label ASCII without a zero byte
     */
    public static byte[] derive(byte[] salt, byte[] inputKey, String label, byte[] context, int length) {
        if (length > HASH_LENGTH) {
            return new Hkdf(salt, inputKey).derive(label, context, length);
        }
        byte[] pseudorandomKey = extract(salt, inputKey);
        byte[] block = Hmac.once(pseudorandomKey, Bytes.join(Bytes.ascii(label, 1), context, ONE));
        Arrays.fill(pseudorandomKey, (byte) 0);
        return length == HASH_LENGTH ? block : Arrays.copyOf(block, length);
    }

    /** The same of the pseudorandom key that this is. */
    byte[] derive(String label, byte[] context, int length) {
        return derive(label, context, context.length, length);
    }

    /** The same with the first {@code contextLength} bytes of a longer array as the context. */
    byte[] derive(String label, byte[] context, int contextLength, int length) {
        byte[] prefix = Bytes.ascii(label, 1);
        return expand(pseudorandomKey, prefix, context, contextLength, length);
    }

    private static byte[] expand(Hmac key, byte[] prefix, byte[] context, int contextLength, int length) {
        if (length > 255 * HASH_LENGTH) {
            throw new IllegalArgumentException("HKDF-SHA-256 yields at most 8160 bytes, not " + length);
        }
        byte[] out = new byte[length];
        byte[] block = {};
        for (int at = 0, number = 1; at < length; at += HASH_LENGTH, number++) {
            MessageDigest message = key.begin();
            message.update(block);
            message.update(prefix);
            message.update(context, 0, contextLength);
            message.update((byte) number);
            Arrays.fill(block, (byte) 0);
            block = key.end(message);
            System.arraycopy(block, 0, out, at, Math.min(HASH_LENGTH, length - at));
        }
        Arrays.fill(block, (byte) 0);
        return out;
    }
}
