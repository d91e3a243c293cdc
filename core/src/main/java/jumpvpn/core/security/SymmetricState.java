package jumpvpn.core.security;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Noise's SymmetricState and CipherState with SHA-256 (Noise Protocol Framework, revision 34, section 5.1 and 5.2). Before the first {@link #mixKey} there is no cipher key; IK never seals anything that early,
 * so that case is refused instead of sent in clear.
 */
final class SymmetricState {
    private final AeadPort port;
    private final Suite suite;
    private final byte[] hash;
    private final byte[] chainingKey;
    private final byte[] cipherKey;
    private long nonce;
    private boolean keyed;

    /** Noise's InitializeSymmetric. */
    SymmetricState(AeadPort port, Suite suite, String protocolName) {
        this.port = port;
        this.suite = suite;
        byte[] name = Bytes.ascii(protocolName);
        hash = name.length <= Hkdf.HASH_LENGTH ? Arrays.copyOf(name, Hkdf.HASH_LENGTH) : sha256(name, Bytes.EMPTY);
        chainingKey = hash.clone();
        cipherKey = new byte[Hkdf.HASH_LENGTH];
    }

    private SymmetricState(SymmetricState other) {
        port = other.port;
        suite = other.suite;
        hash = other.hash.clone();
        chainingKey = other.chainingKey.clone();
        cipherKey = other.cipherKey.clone();
        nonce = other.nonce;
        keyed = other.keyed;
    }

    /** A state to try an untrusted message on; this one stays as it is. */
    SymmetricState copy() {
        return new SymmetricState(this);
    }

    void mixHash(byte[] data) {
        System.arraycopy(sha256(hash, data), 0, hash, 0, hash.length);
    }

    /** Takes a shared secret in, and wipes it. */
    void mixKey(byte[] sharedSecret) {
        byte[] pseudorandomKey = Hkdf.extract(chainingKey, sharedSecret);
        byte[] keys = Hkdf.expand(pseudorandomKey, Bytes.EMPTY, 2 * Hkdf.HASH_LENGTH);
        System.arraycopy(keys, 0, chainingKey, 0, Hkdf.HASH_LENGTH);
        System.arraycopy(keys, Hkdf.HASH_LENGTH, cipherKey, 0, Hkdf.HASH_LENGTH);
        nonce = 0;
        keyed = true;
        Arrays.fill(sharedSecret, (byte) 0);
        Arrays.fill(pseudorandomKey, (byte) 0);
        Arrays.fill(keys, (byte) 0);
    }

    byte[] sealAndHash(byte[] plaintext) {
        requireKey();
        byte[] sealed = SealedBytes.seal(port, suite, cipherKey, counter(nonce), hash, plaintext);
        nonce++;
        mixHash(sealed);
        return sealed;
    }

    /** Null if the bytes are not authentic; then this state is of no more use. */
    byte @Nullable [] openAndHash(byte[] sealed) {
        requireKey();
        byte[] plaintext = SealedBytes.open(port, suite, cipherKey, counter(nonce), hash, sealed);
        nonce++;
        mixHash(sealed);
        return plaintext;
    }

    byte[] hash() {
        return hash.clone();
    }

    byte[] chainingKey() {
        return chainingKey.clone();
    }

    /** The port's counter that puts Noise's nonce on the wire: it is big-endian in AESGCM and little-endian in ChaChaPoly (Noise section 12). */
    private long counter(long nonce) {
        return switch (suite) {
            case AES_256_GCM -> nonce;
            case CHACHA20_POLY1305 -> Long.reverseBytes(nonce);
        };
    }

    private void requireKey() {
        if (!keyed) {
            throw new IllegalStateException("no cipher key: mixKey comes first");
        }
    }

    private static byte[] sha256(byte[] first, byte[] second) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(first);
            return digest.digest(second);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
