package jumpvpn.core.security;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;

/**
 * X25519 of the JDK over raw little-endian keys. The JDK clamps the scalar and refuses an all-zero secret; the top bit of a public key is ignored and values above the prime are reduced, as RFC 7748
 * section 5 asks. The engines are looked up once, so an instance is not for two threads at once.
 */
public final class JdkX25519 implements KeyAgreement {
    private static final NamedParameterSpec CURVE = NamedParameterSpec.X25519;

    private final KeyFactory keys;
    private final javax.crypto.KeyAgreement engine;
    private final java.security.PublicKey basePoint;

    /** Looks the engines up. */
    public JdkX25519() {
        try {
            keys = KeyFactory.getInstance("X25519");
            engine = javax.crypto.KeyAgreement.getInstance("X25519");
            basePoint = keys.generatePublic(new XECPublicKeySpec(CURVE, BigInteger.valueOf(9)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no X25519: run on a full JDK 25", e);
        }
    }

    @Override
    public byte[] publicKey(byte[] privateKey) {
        try {
            return agree(privateKey, basePoint);
        } catch (InvalidKeyException e) {
            throw new IllegalStateException("the base point has full order", e);
        }
    }

    @Override
    public byte[] agree(byte[] privateKey, byte[] publicKey) throws InvalidKeyException {
        requireLength("public", publicKey);
        try {
            return agree(privateKey, keys.generatePublic(new XECPublicKeySpec(CURVE, coordinate(publicKey))));
        } catch (java.security.spec.InvalidKeySpecException e) {
            throw new IllegalStateException("32 bytes are always a Montgomery coordinate", e);
        }
    }

    private byte[] agree(byte[] privateKey, java.security.PublicKey publicKey) throws InvalidKeyException {
        requireLength("private", privateKey);
        try {
            engine.init(keys.generatePrivate(new XECPrivateKeySpec(CURVE, privateKey)));
            engine.doPhase(publicKey, true);
            return engine.generateSecret();
        } catch (java.security.InvalidKeyException e) {
            throw new InvalidKeyException();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK refused a well-formed X25519 private key", e);
        }
    }

    /** Little-endian bytes to a number, without the unused top bit. */
    private static BigInteger coordinate(byte[] littleEndian) {
        byte[] bigEndian = new byte[littleEndian.length];
        for (int i = 0; i < bigEndian.length; i++) {
            bigEndian[i] = littleEndian[littleEndian.length - 1 - i];
        }
        bigEndian[0] &= 0x7F;
        return new BigInteger(1, bigEndian);
    }

    private static void requireLength(String which, byte[] key) {
        if (key.length != KeyPair.KEY_LENGTH) {
            throw new IllegalArgumentException("an X25519 " + which + " key has 32 bytes, this one has " + key.length);
        }
    }
}
