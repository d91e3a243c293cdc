package jumpvpn.core.security;

import java.util.Arrays;

/** HKDF with SHA-256 (RFC 5869) in the labelled form of docs/protocol/wire.md: extracted once, expanded under any number of labels; then once more from something else. Not for two threads at once. */
public final class Hkdf {
    /** Bytes of a SHA-256 hash, and of a pseudorandom key. */
    public static final int HASH_LENGTH = Hmac.LENGTH;

    private final Hmac pseudorandomKey = new Hmac();

    /** Of nothing yet: room to work in, which is dear to make, for whoever derives again and again. */
    public Hkdf() {}

    /**
     * HKDF-Extract(salt, ikm).
     *
     * @param salt may be empty
     */
    Hkdf(byte[] salt, byte[] inputKey) {
        begin(salt, inputKey);
    }

    /** Begins anew with HKDF-Extract(salt, ikm). */
    void begin(byte[] salt, byte[] inputKey) {
        byte[] extracted = extracted(salt, inputKey);
        begin(extracted);
        Arrays.fill(extracted, (byte) 0);
    }

    /** HKDF-Extract(salt, ikm), to {@link #begin(byte[]) begin} with it later. */
    byte[] extracted(byte[] salt, byte[] inputKey) {
        pseudorandomKey.key(salt);
        byte[] extracted = pseudorandomKey.of(inputKey);
        pseudorandomKey.wipe();
        return extracted;
    }

    /** Begins anew with a pseudorandom key, copied. */
    void begin(byte[] extracted) {
        pseudorandomKey.key(extracted);
    }

    /**
     * HKDF-Extract.
     *
     * @param salt may be empty
     */
    static byte[] extract(byte[] salt, byte[] inputKey) {
        return new Hmac(salt).of(inputKey);
    }

    /**
     * HKDF-Expand.
     *
     * @param length at most 255 × 32
     */
    static byte[] expand(byte[] pseudorandomKey, byte[] info, int length) {
        return expand(new Hmac(pseudorandomKey), info, Bytes.EMPTY, 0, length);
    }

    /** A label as it goes into the hash: ASCII without a zero byte, then one. */
    static byte[] label(String text) {
        return Bytes.ascii(text, 1);
    }

    /**
     * {@code HKDF(salt, ikm, label, context, n)} of docs/protocol/wire.md: HKDF-Expand(HKDF-Extract(salt, ikm), label || 0x00 || context, n).
     *
     * @param label ASCII without a zero byte
     */
    public static byte[] derive(byte[] salt, byte[] inputKey, String label, byte[] context, int length) {
        return derive(salt, inputKey, label(label), context, length);
    }

    /** The same with a {@link #label}. */
    static byte[] derive(byte[] salt, byte[] inputKey, byte[] label, byte[] context, int length) {
        return new Hkdf().once(salt, inputKey, label, context, length);
    }

    /** The same, here: what was begun is lost. */
    byte[] once(byte[] salt, byte[] inputKey, byte[] label, byte[] context, int length) {
        begin(salt, inputKey);
        byte[] derived = derive(label, context, context.length, length);
        wipe();
        return derived;
    }

    /** The same of the pseudorandom key that this is, with the first {@code contextLength} bytes of an array as the context. */
    byte[] derive(byte[] label, byte[] context, int contextLength, int length) {
        return expand(pseudorandomKey, label, context, contextLength, length);
    }

    /** A key of this one, of {@value #HASH_LENGTH} bytes. */
    byte[] derive(byte[] label, byte[] context) {
        return derive(label, context, context.length, HASH_LENGTH);
    }

    /** Overwrites the pseudorandom key. */
    void wipe() {
        pseudorandomKey.wipe();
    }

    private static byte[] expand(Hmac key, byte[] prefix, byte[] context, int contextLength, int length) {
        if (length > 255 * HASH_LENGTH) {
            throw new IllegalArgumentException("HKDF-SHA-256 yields at most 8160 bytes, not " + length);
        }
        byte[] block = key.of(prefix, context, contextLength, (byte) 1);
        if (length == HASH_LENGTH) {
            return block;
        }
        byte[] out = new byte[length];
        for (int at = 0, number = 1; at < length; at += HASH_LENGTH) {
            System.arraycopy(block, 0, out, at, Math.min(HASH_LENGTH, length - at));
            if (at + HASH_LENGTH < length) {
                byte[] begun = Bytes.join(block, prefix);
                Arrays.fill(block, (byte) 0);
                block = key.of(begun, context, contextLength, (byte) ++number);
                Arrays.fill(begun, (byte) 0);
            }
        }
        Arrays.fill(block, (byte) 0);
        return out;
    }
}
