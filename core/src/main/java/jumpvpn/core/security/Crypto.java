package jumpvpn.core.security;

/**
 * The three ports that every key exchange here is built on. The product takes the JDK's, a faster library takes over by another record, the simulation passes stand-ins. HKDF and SHA-256
 * are not ports: they are the JDK's everywhere.
 *
 * <p>Not for two threads at once, because a {@link KeyAgreement} may hold state; the {@link AeadPort} is for any number.
 */
public record Crypto(AeadPort aead, KeyAgreement agreement, Entropy entropy) {
    /** The JDK's ciphers and X25519 over this source of randomness. */
    public static Crypto jdk(Entropy entropy) {
        return new Crypto(new JdkAead(), new JdkX25519(), entropy);
    }
}
