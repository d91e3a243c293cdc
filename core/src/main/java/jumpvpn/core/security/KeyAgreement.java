package jumpvpn.core.security;

/** X25519 (RFC 7748) behind a port, so that a faster library or the simulation's stand-in can take over. Keys are 32 bytes. */
public interface KeyAgreement {
    /** The public key of a private key. */
    byte[] publicKey(byte[] privateKey);

    /**
     * The shared secret.
     *
     * @throws InvalidKeyException if it is all zero (RFC 7748 section 6.1)
     */
    byte[] agree(byte[] privateKey, byte[] publicKey) throws InvalidKeyException;

    /** The peer sent a public key that yields no secret. */
    final class InvalidKeyException extends Exception {
        private static final long serialVersionUID = 1;

        /** Without a key in the message. */
        public InvalidKeyException() {
            super("the public key has low order");
        }
    }
}
