package jumpvpn.node.transport;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;

/**
 * A key on P-256 and a certificate that says nothing (RFC 5280, DER): TLS asks for one, and nobody trusts it. The inner handshake authenticates.
 *
 * @param certificate signed with {@code key} itself, valid from 2020 to 2049
 */
public record SelfSigned(PrivateKey key, X509Certificate certificate) {
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final byte[] VERSION_3 = {(byte) 0xa0, 3, 2, 1, 2};
    private static final byte[] SERIAL_1 = {2, 1, 1};
    private static final byte[] COMMON_NAME = {6, 3, 0x55, 4, 3};
    private static final byte[] ECDSA_WITH_SHA256 = {6, 8, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 4, 3, 2};

    /** A new one. */
    public static SelfSigned create() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair keys = generator.generateKeyPair();
            byte[] algorithm = der(SEQUENCE, ECDSA_WITH_SHA256);
            byte[] name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(12, ascii("jumpvpn")))));
            byte[] validity = der(SEQUENCE, der(23, ascii("200101000000Z")), der(23, ascii("491231235959Z")));
            byte[] body = der(
                    SEQUENCE,
                    VERSION_3,
                    SERIAL_1,
                    algorithm,
                    name,
                    validity,
                    name,
                    keys.getPublic().getEncoded());
            Signature signer = Signature.getInstance("SHA256withECDSA");
            signer.initSign(keys.getPrivate());
            signer.update(body);
            byte[] whole = der(SEQUENCE, body, algorithm, der(3, new byte[1], signer.sign()));
            return new SelfSigned(keys.getPrivate(), (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(whole)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK lacks P-256 or X.509", e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Tag, length (X.690 section 8.1.3, below 64 KiB), then the parts. */
    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.size() < 0x80) {
            out.write(content.size());
        } else if (content.size() < 0x100) { // as short as possible, or BoringSSL refuses it
            out.writeBytes(new byte[] {(byte) 0x81, (byte) content.size()});
        } else {
            out.writeBytes(new byte[] {(byte) 0x82, (byte) (content.size() >> 8), (byte) content.size()});
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }
}
