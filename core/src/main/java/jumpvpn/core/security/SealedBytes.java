package jumpvpn.core.security;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Seals and opens one message on the heap, for everything that is not a packet of a binding: handshake payloads, tickets, reattach messages. Allocates. */
public final class SealedBytes {
    private SealedBytes() {}

    /**
     * The ciphertext followed by the tag, {@link Aead#TAG_LENGTH} bytes longer than the plaintext.
     *
     * @param key 32 bytes
     * @param counter never used twice with this key
     */
    public static byte[] seal(AeadPort port, Suite suite, byte[] key, long counter, byte[] aad, byte[] plaintext) {
        byte[] work = Bytes.join(aad, plaintext, new byte[Aead.TAG_LENGTH]);
        port.create(suite, key).seal(counter, MemorySegment.ofArray(work), 0, aad.length, aad.length, plaintext.length);
        return Arrays.copyOfRange(work, aad.length, work.length);
    }

    /** Opens what {@link #seal} made. Any bytes may be passed; null if they are not authentic. */
    public static byte @Nullable [] open(
            AeadPort port, Suite suite, byte[] key, long counter, byte[] aad, byte[] sealed) {
        byte[] work = Bytes.join(aad, sealed);
        int length = port.create(suite, key)
                .open(counter, MemorySegment.ofArray(work), 0, aad.length, aad.length, sealed.length);
        return length < 0 ? null : Arrays.copyOfRange(work, aad.length, aad.length + length);
    }

    /** Seals the only message of a key: counter 0. */
    public static byte[] seal(AeadPort port, Suite suite, byte[] key, byte[] aad, byte[] plaintext) {
        return seal(port, suite, key, 0, aad, plaintext);
    }

    /** Opens the only message of a key: counter 0. Null if it is not authentic. */
    public static byte @Nullable [] open(AeadPort port, Suite suite, byte[] key, byte[] aad, byte[] sealed) {
        return open(port, suite, key, 0, aad, sealed);
    }
}
