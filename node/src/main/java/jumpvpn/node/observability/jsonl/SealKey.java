package jumpvpn.node.observability.jsonl;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** An Ed25519 key (RFC 8032) for {@link EventSeal}s: a node's own, which signs, or a node's public one, which verifies. One thread at a time. */
public final class SealKey {
    /** Bytes of a private and of a public key. */
    public static final int BYTES = 32;

    /** What stands before the 32 bytes of a public key in its X.509 form (RFC 8410). */
    private static final byte[] X509 = HexFormat.of().parseHex("302a300506032b6570032100");

    private final @Nullable PrivateKey own;
    private final PublicKey theirs;

    private SealKey(@Nullable PrivateKey own, PublicKey theirs) {
        this.own = own;
        this.theirs = theirs;
    }

    /** The pair of this private key: any 32 bytes. */
    public static SealKey ofPrivate(byte[] seed) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(
                    NamedParameterSpec.ED25519, new Given(seed)); // the only way to a public key that the JDK has
            KeyPair pair = generator.generateKeyPair();
            return new SealKey(pair.getPrivate(), pair.getPublic());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no Ed25519", e);
        }
    }

    /**
     * This public key.
     *
     * @throws IllegalArgumentException if these 32 bytes are none
     */
    public static SealKey ofPublic(byte[] key) {
        byte[] encoded = Arrays.copyOf(X509, X509.length + BYTES);
        System.arraycopy(key, 0, encoded, X509.length, BYTES);
        try {
            return new SealKey(null, KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("no Ed25519 key", e);
        }
    }

    /** The public key's 32 bytes. */
    public byte[] publicBytes() {
        byte[] encoded = theirs.getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - BYTES, encoded.length);
    }

    /** 64 bytes. The key must be the node's own. */
    byte[] sign(byte[] text) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(own);
            signature.update(text);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean verify(byte[] text, byte[] signed) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(theirs);
            signature.update(text);
            return signature.verify(signed);
        } catch (SignatureException e) {
            return false; // no point of the curve
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Randomness that is none. */
    private static final class Given extends SecureRandom {
        private static final long serialVersionUID = 1;

        private final byte[] bytes;

        Given(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public void nextBytes(byte[] out) {
            System.arraycopy(bytes, 0, out, 0, out.length);
        }
    }
}
