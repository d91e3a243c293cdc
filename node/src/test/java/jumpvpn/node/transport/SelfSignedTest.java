package jumpvpn.node.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;

/** That BoringSSL takes it, each transport's test shows; so does that the JDK reads it. */
class SelfSignedTest {
    @Test
    void itIsSignedByItselfAndEachHasAKeyOfItsOwn() throws Exception {
        SelfSigned own = SelfSigned.create();
        X509Certificate certificate = own.certificate();
        certificate.verify(certificate.getPublicKey());
        certificate.checkValidity();
        assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=jumpvpn");
        assertThat(SelfSigned.create().certificate().getPublicKey()).isNotEqualTo(certificate.getPublicKey());
    }
}
