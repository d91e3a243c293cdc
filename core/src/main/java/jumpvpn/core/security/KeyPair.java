package jumpvpn.core.security;

/** An X25519 key pair, 32 bytes each, not copied. {@link #toString()} shows no private byte. */
public record KeyPair(byte[] privateKey, byte[] publicKey) {
    /** Bytes of a private key, of a public key and of a shared secret. */
    public static final int KEY_LENGTH = 32;

    /** The pair of a private key; costs one scalar multiplication. */
    public static KeyPair of(KeyAgreement agreement, byte[] privateKey) {
        return new KeyPair(privateKey, agreement.publicKey(privateKey));
    }

    /** A fresh pair. */
    public static KeyPair generate(Crypto crypto) {
        return of(crypto.agreement(), crypto.entropy().bytes(KEY_LENGTH));
    }

    @Override
    public String toString() {
        return "KeyPair[publicKey=" + java.util.Base64.getEncoder().encodeToString(publicKey) + "]";
    }
}
