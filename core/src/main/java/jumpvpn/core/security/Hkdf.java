package jumpvpn.core.security;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HKDF with SHA-256 (RFC 5869) and the labelled form of docs/protocol/wire.md. */
public final class Hkdf {
    /** Bytes of a SHA-256 hash, and of a pseudorandom key. */
    public static final int HASH_LENGTH = 32;

    private Hkdf() {}

    /**
     * HKDF-Extract.
     *
     * @param salt may be empty
     */
    public static byte[] extract(byte[] salt, byte[] inputKey) {
        return hmac(salt).doFinal(inputKey);
    }

    /**
     * HKDF-Expand.
     *
     * @param length at most 255 × 32
     */
    public static byte[] expand(byte[] pseudorandomKey, byte[] info, int length) {
        if (length > 255 * HASH_LENGTH) {
            throw new IllegalArgumentException("HKDF-SHA-256 yields at most 8160 bytes, not " + length);
        }
        Mac mac = hmac(pseudorandomKey);
        byte[] out = new byte[length];
        byte[] block = {};
        for (int at = 0, number = 1; at < length; at += HASH_LENGTH, number++) {
            mac.update(block);
            mac.update(info);
            mac.update((byte) number);
            Arrays.fill(block, (byte) 0);
            block = mac.doFinal();
            System.arraycopy(block, 0, out, at, Math.min(HASH_LENGTH, length - at));
        }
        Arrays.fill(block, (byte) 0);
        return out;
    }

    /**
     * {@code HKDF(salt, ikm, label, context, n)} of docs/protocol/wire.md: HKDF-Expand(HKDF-Extract(salt, ikm), label || 0x00 || context, n).
     *
     * @param label ASCII without a zero byte
     */
    public static byte[] derive(byte[] salt, byte[] inputKey, String label, byte[] context, int length) {
        byte[] pseudorandomKey = extract(salt, inputKey);
        try {
            return expand(pseudorandomKey, Bytes.join(Bytes.ascii(label), new byte[1], context), length);
        } finally {
            Arrays.fill(pseudorandomKey, (byte) 0);
        }
    }

    /**
     * An HMAC-SHA-256 ready for its message.
     *
     * @param key may be empty, which HMAC treats as zeros
     */
    static Mac hmac(byte[] key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            // The JDK refuses an empty key; HMAC pads a short one with zeros, so a zero hash length is the same key.
            mac.init(new SecretKeySpec(key.length == 0 ? new byte[HASH_LENGTH] : key, "HmacSHA256"));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has HmacSHA256", e);
        }
    }
}
