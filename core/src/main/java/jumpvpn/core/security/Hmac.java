package jumpvpn.core.security;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * HMAC-SHA-256 (RFC 2104). One digest does all of it, and each half begins by hashing its block of the key: that costs less than to copy a digest that has hashed it already, and nothing is left to collect. Not for two
 * threads at once; a computation is over before the next begins.
 */
final class Hmac {
    /** Bytes of a code. */
    static final int LENGTH = 32;

    private static final int BLOCK_LENGTH = 64;
    private static final byte INNER_PAD = 0x36;
    private static final byte OUTER_PAD = 0x5c;

    /** Never fed: copying it is far cheaper than asking the providers for another. */
    private static final MessageDigest EMPTY = empty();

    /** Messages up to this long are hashed with the key's block in one call: calls are dearer than bytes. */
    private static final int SHORT = 64;

    private final MessageDigest digest = copy();
    /** The inner half's first block, then room for a short message. */
    private final byte[] inner = new byte[BLOCK_LENGTH + SHORT];
    /** The outer half's whole message: a block of the key, and the inner half's code. */
    private final byte[] outer = new byte[BLOCK_LENGTH + LENGTH];

    /** Under no key yet. */
    Hmac() {}

    /** @param key may be empty; a longer one than 64 bytes is hashed first, as the RFC says; copied */
    Hmac(byte[] key) {
        key(key);
    }

    /** Goes on under another key. */
    void key(byte[] key) {
        byte[] block = key.length <= BLOCK_LENGTH ? key : digest.digest(key);
        Arrays.fill(inner, 0, BLOCK_LENGTH, INNER_PAD);
        Arrays.fill(outer, 0, BLOCK_LENGTH, OUTER_PAD);
        for (int i = 0; i < block.length; i++) {
            inner[i] ^= block[i];
            outer[i] ^= block[i];
        }
    }

    /** A digest to feed the message to. */
    MessageDigest begin() {
        digest.update(inner, 0, BLOCK_LENGTH);
        return digest;
    }

    /** The code of the message that was fed. */
    byte[] end() {
        byte[] code = new byte[LENGTH];
        try {
            digest.digest(outer, BLOCK_LENGTH, LENGTH);
            digest.update(outer, 0, outer.length);
            digest.digest(code, 0, LENGTH);
        } catch (DigestException e) {
            throw new IllegalStateException("SHA-256 has 32 bytes", e);
        }
        return code;
    }

    /** The code of a whole message. */
    byte[] of(byte[] message) {
        if (message.length <= SHORT) {
            System.arraycopy(message, 0, inner, BLOCK_LENGTH, message.length);
            digest.update(inner, 0, BLOCK_LENGTH + message.length);
        } else {
            begin().update(message, 0, message.length);
        }
        return end();
    }

    /** The code of three parts: an array, the beginning of another, a byte. */
    byte[] of(byte[] first, byte[] second, int secondLength, byte last) {
        int length = first.length + secondLength;
        if (length < SHORT) {
            System.arraycopy(first, 0, inner, BLOCK_LENGTH, first.length);
            System.arraycopy(second, 0, inner, BLOCK_LENGTH + first.length, secondLength);
            inner[BLOCK_LENGTH + length] = last;
            digest.update(inner, 0, BLOCK_LENGTH + length + 1);
        } else {
            MessageDigest message = begin();
            message.update(first, 0, first.length);
            message.update(second, 0, secondLength);
            message.update(last);
        }
        return end();
    }

    /** Overwrites the key. */
    void wipe() {
        Arrays.fill(inner, (byte) 0);
        Arrays.fill(outer, (byte) 0);
    }

    private static MessageDigest copy() {
        try {
            return (MessageDigest) EMPTY.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("this Java runtime's SHA-256 can't be copied: run on a full JDK 25", e);
        }
    }

    private static MessageDigest empty() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
