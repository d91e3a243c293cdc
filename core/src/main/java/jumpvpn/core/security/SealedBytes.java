package jumpvpn.core.security;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Seals and opens one message on the heap, with the associated data apart: handshake payloads, records at rest. Allocates. */
public final class SealedBytes {
    private SealedBytes() {}

    /**
     * The ciphertext followed by the tag, {@link Aead#TAG_LENGTH} bytes longer than the plaintext.
     *
     * @param key 32 bytes
     * @param counter never used twice with this key
     */
    public static byte[] seal(AeadPort port, Suite suite, byte[] key, long counter, byte[] aad, byte[] plaintext) {
        byte[] message = Bytes.join(aad, plaintext, new byte[Aead.TAG_LENGTH]);
        port.sealOnce(suite, key, counter, message, aad.length, message.length);
        return Arrays.copyOfRange(message, aad.length, message.length);
    }

    /** Opens what {@link #seal} made. Any bytes may be passed; null if they are not authentic. */
    public static byte @Nullable [] open(
            AeadPort port, Suite suite, byte[] key, long counter, byte[] aad, byte[] sealed) {
        byte[] message = Bytes.join(aad, sealed);
        return port.openOnce(suite, key, counter, message, aad.length, message.length);
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
