package jumpvpn.core.security;

import java.security.GeneralSecurityException;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The JDK's own HKDF-SHA-256: an oracle that shares no code with {@link Hkdf}. */
final class JdkHkdf {
    private JdkHkdf() {}

    static byte[] derive(byte[] salt, byte[] inputKey, byte[] info, int length) throws GeneralSecurityException {
        HKDFParameterSpec.Builder extract =
                HKDFParameterSpec.ofExtract().addIKM(new SecretKeySpec(inputKey, "Generic"));
        if (salt.length > 0) {
            extract.addSalt(salt);
        }
        return KDF.getInstance("HKDF-SHA256").deriveData(extract.thenExpand(info, length));
    }
}
