package jumpvpn.core.security;

import java.lang.foreign.MemorySegment;

/**
 * One key of an AEAD with a 12-byte nonce (four zero bytes, then the counter, big-endian) and a 16-byte tag. Works in place. Not for two threads at once: every
 * thread has its own.
 */
public interface Aead {
    /** Bytes of the tag. */
    int TAG_LENGTH = 16;

    /**
     * Seals {@code textLength} bytes at {@code textOffset} in place and writes the tag behind them.
     *
     * @param counter never used twice with this key
     * @param memory heap or native; native callers may pass one all-embracing segment and raw addresses as offsets
     */
    void seal(long counter, MemorySegment memory, long aadOffset, int aadLength, long textOffset, int textLength);

    /**
     * Opens {@code sealedLength} bytes (tag included) in place.
     *
     * @return the plaintext's length, or -1 if the tag is wrong (then nothing in memory has changed)
     */
    int open(long counter, MemorySegment memory, long aadOffset, int aadLength, long sealedOffset, int sealedLength);
}
