package jumpvpn.core.security;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * HMAC-SHA-256 (RFC 2104) under one key. The key's two blocks are hashed once and copied for every message, which costs half of what the JDK's Mac does for messages as short as ours. Usable by any thread; a computation
 * from {@link #begin} to {@link #end} is one thread's.
 */
final class Hmac {
    private static final int BLOCK_LENGTH = 64;
    private static final byte INNER_PAD = 0x36;
    private static final byte OUTER_PAD = 0x5c;

    /** Never fed: copying it is far cheaper than asking the providers for another. */
    private static final MessageDigest EMPTY = digest();

    private final MessageDigest inner;
    private final MessageDigest outer;

    /** @param key may be empty; a longer one than 64 bytes is hashed first, as the RFC says */
    Hmac(byte[] key) {
        byte[] block = block(key);
        inner = started(block, INNER_PAD);
        outer = started(block, (byte) (INNER_PAD ^ OUTER_PAD));
        Arrays.fill(block, (byte) 0);
    }

    /** The code of the only message under a key: one digest does both halves, nothing is copied for later. */
    static byte[] once(byte[] key, byte[] message) {
        byte[] block = block(key);
        MessageDigest digest = copy(EMPTY);
        feed(digest, block, INNER_PAD);
        digest.update(message);
        byte[] within = digest.digest();
        feed(digest, block, (byte) (INNER_PAD ^ OUTER_PAD));
        Arrays.fill(block, (byte) 0);
        return digest.digest(within);
    }

    private static byte[] block(byte[] key) {
        return Arrays.copyOf(key.length <= BLOCK_LENGTH ? key : copy(EMPTY).digest(key), BLOCK_LENGTH);
    }

    private static MessageDigest started(byte[] block, byte pad) {
        MessageDigest started = copy(EMPTY);
        feed(started, block, pad);
        return started;
    }

    private static void feed(MessageDigest digest, byte[] block, byte pad) {
        for (int i = 0; i < BLOCK_LENGTH; i++) {
            block[i] ^= pad;
        }
        digest.update(block);
    }

    /** A digest to feed the message to. */
    MessageDigest begin() {
        return copy(inner);
    }

    /** The code of the message that was fed. */
    byte[] end(MessageDigest message) {
        return copy(outer).digest(message.digest());
    }

    /** The code of a whole message. */
    byte[] of(byte[] message) {
        MessageDigest begun = begin();
        begun.update(message);
        return end(begun);
    }

    private static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("this Java runtime's SHA-256 can't be copied: run on a full JDK 25", e);
        }
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
