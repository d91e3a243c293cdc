package jumpvpn.node.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.HexFormat;
import java.util.Random;
import jumpvpn.core.security.JdkX25519;
import jumpvpn.core.security.KeyAgreement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same answers as the JDK's, also to what X25519 implementations are known to get wrong. */
class LibcryptoX25519Test {
    private final KeyAgreement jdk = new JdkX25519();
    private KeyAgreement x25519;

    @BeforeEach
    void load() {
        try {
            NativeLibrary.load("libcrypto.so.3");
        } catch (UnsatisfiedLinkError e) {
            assumeTrue(false, "NOT TESTED HERE: " + e.getMessage());
        }
        x25519 = new LibcryptoX25519();
    }

    @Test
    void agreesAsTheJdk() throws Exception {
        Random random = new Random(1);
        for (int i = 0; i < 50; i++) {
            byte[] own = new byte[32];
            byte[] peer = new byte[32]; // any 32 bytes are a point's coordinate, or one of the twist's
            random.nextBytes(own);
            random.nextBytes(peer);
            assertThat(x25519.publicKey(own)).isEqualTo(jdk.publicKey(own));
            assertThat(x25519.agree(own, peer)).isEqualTo(jdk.agree(own, peer));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000000",
                "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            })
    void refusesPointsOfLowOrder(String coordinate) {
        byte[] point = HexFormat.of().parseHex(coordinate);
        byte[] own = {5, 6, 7};
        byte[] scalar = java.util.Arrays.copyOf(own, 32);
        assertThatExceptionOfType(KeyAgreement.InvalidKeyException.class).isThrownBy(() -> x25519.agree(scalar, point));
        point[31] |= (byte) 0x80;
        assertThatExceptionOfType(KeyAgreement.InvalidKeyException.class).isThrownBy(() -> x25519.agree(scalar, point));
    }

    @Test
    void reducesCoordinatesAboveThePrimeAndLeavesTheCallersBytes() throws Exception {
        byte[] scalar = new byte[32];
        scalar[3] = 9;
        byte[] primePlusNine =
                HexFormat.of().parseHex("f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
        byte[] before = primePlusNine.clone();
        assertThat(x25519.agree(scalar, primePlusNine)).isEqualTo(jdk.publicKey(scalar));
        assertThat(primePlusNine).isEqualTo(before);
    }

    @Test
    void namesAWrongLength() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> x25519.agree(new byte[32], new byte[31]))
                .withMessageContaining("public key has 32 bytes, this one has 31");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> x25519.publicKey(new byte[33]))
                .withMessageContaining("private key has 32 bytes, this one has 33");
    }
}
