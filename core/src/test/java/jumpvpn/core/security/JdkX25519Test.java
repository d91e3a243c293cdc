package jumpvpn.core.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7748 and the inputs that X25519 implementations are known to get wrong. */
class JdkX25519Test {
    private static final HexFormat HEX = HexFormat.of();
    private static final String BASE = "0900000000000000000000000000000000000000000000000000000000000000";

    private final JdkX25519 x25519 = new JdkX25519();

    /** RFC 7748 section 5.2; the second coordinate has its unused top bit set, and neither scalar is clamped. */
    @ParameterizedTest
    @CsvSource({
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4,"
                + "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c,"
                + "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d,"
                + "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493,"
                + "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"
    })
    void multipliesAsTheRfcSays(String scalar, String coordinate, String product) throws Exception {
        assertThat(HEX.formatHex(x25519.agree(HEX.parseHex(scalar), HEX.parseHex(coordinate))))
                .isEqualTo(product);
    }

    /** RFC 7748 section 5.2, the iterated test. */
    @Test
    void staysRightOverAThousandIterations() throws Exception {
        byte[] k = HEX.parseHex(BASE);
        byte[] u = HEX.parseHex(BASE);
        for (int i = 1; i <= 1000; i++) {
            byte[] product = x25519.agree(k, u);
            u = k;
            k = product;
            if (i == 1) {
                assertThat(HEX.formatHex(k))
                        .isEqualTo("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
            }
        }
        assertThat(HEX.formatHex(k)).isEqualTo("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
    }

    /** RFC 7748 section 6.1. */
    @Test
    void bothSidesAgree() throws Exception {
        KeyPair alice =
                KeyPair.of(x25519, HEX.parseHex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
        KeyPair bob =
                KeyPair.of(x25519, HEX.parseHex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
        assertThat(HEX.formatHex(alice.publicKey()))
                .isEqualTo("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
        assertThat(HEX.formatHex(bob.publicKey()))
                .isEqualTo("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
        byte[] secret = HEX.parseHex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
        assertThat(x25519.agree(alice.privateKey(), bob.publicKey())).isEqualTo(secret);
        assertThat(x25519.agree(bob.privateKey(), alice.publicKey())).isEqualTo(secret);
    }

    /** Every coordinate whose order divides the cofactor, canonical or not, with and without the ignored bit: the secret would be zero. */
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
        byte[] point = HEX.parseHex(coordinate);
        byte[] scalar = new RandomEntropy(1).bytes(32);
        assertThatExceptionOfType(KeyAgreement.InvalidKeyException.class).isThrownBy(() -> x25519.agree(scalar, point));
        point[31] |= (byte) 0x80;
        assertThatExceptionOfType(KeyAgreement.InvalidKeyException.class).isThrownBy(() -> x25519.agree(scalar, point));
    }

    @Test
    void reducesCoordinatesAboveThePrime() throws Exception {
        byte[] primePlusNine = HEX.parseHex("f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
        byte[] scalar = new RandomEntropy(2).bytes(32);
        assertThat(x25519.agree(scalar, primePlusNine)).isEqualTo(x25519.publicKey(scalar));
    }

    @Test
    void clampsTheScalarAndLeavesTheCallersBytes() {
        byte[] scalar = new RandomEntropy(3).bytes(32);
        scalar[0] = (byte) 0xFF;
        scalar[31] = (byte) 0xBF;
        byte[] clamped = scalar.clone();
        clamped[0] &= (byte) 0xF8;
        clamped[31] = (byte) (clamped[31] & 0x7F | 0x40);
        byte[] before = scalar.clone();
        assertThat(x25519.publicKey(scalar)).isEqualTo(x25519.publicKey(clamped));
        assertThat(scalar).isEqualTo(before);
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
