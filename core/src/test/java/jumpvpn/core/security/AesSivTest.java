package jumpvpn.core.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Public vectors for the RFC's form, ours against that, the key stream against the JDK's counter mode, and that only what was sealed opens. */
class AesSivTest {
    private static final HexFormat HEX = HexFormat.of();

    private final byte[] key = new RandomEntropy(1).bytes(64);
    private final byte[] associated = new RandomEntropy(2).bytes(16);

    /** Appendix A, and the same with AES-256 from the vectors that SIV was proposed to NIST with. */
    @ParameterizedTest
    @CsvSource({
        "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff,"
                + "101112131415161718191a1b1c1d1e1f2021222324252627, 112233445566778899aabbccddee,"
                + "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c",
        "7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f,"
                + "00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa99887766554433221100"
                + "/102030405060708090a0/09f911029d74e35bd84156c5635688c0,"
                + "7468697320697320736f6d6520706c61696e7465787420746f20656e6372797074207573696e67205349562d414553,"
                + "7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17dba77ceb094fa663b7a3f748ba8af829ea64ad544a272e9c485b62a3fd5c0d",
        "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f06f6e6d6c6b6a69686766656463626160f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff000102030405060708090a0b0c0d0e0f,"
                + "101112131415161718191a1b1c1d1e1f2021222324252627, 112233445566778899aabbccddee,"
                + "f125274c598065cfc26b0e71575029088b035217e380cac8919ee800c126",
        "7f7e7d7c7b7a797877767574737271706f6e6d6c6b6a69686766656463626160404142434445464748494a4b4c4d4e4f505152535455565758595a5b5b5d5e5f,"
                + "00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa99887766554433221100"
                + "/102030405060708090a0/09f911029d74e35bd84156c5635688c0,"
                + "7468697320697320736f6d6520706c61696e7465787420746f20656e6372797074207573696e67205349562d414553,"
                + "85b8167310038db7dc4692c0281ca35868181b2762f3c24f2efa5fb80cb143516ce6c434b898a6fd8eb98a418842f51f66fc67de43ac185a66dd72475bbb08",
    })
    void matchesPublicVectors(String keys, String associated, String text, String expected) {
        RfcAesSiv siv = new RfcAesSiv(HEX.parseHex(keys));
        byte[][] strings =
                Arrays.stream(associated.split("/")).map(HEX::parseHex).toArray(byte[][]::new);
        byte[] sealed = siv.seal(HEX.parseHex(text), strings);
        assertThat(HEX.formatHex(sealed)).isEqualTo(expected);
        assertThat(siv.open(sealed, 0, sealed.length, strings)).isEqualTo(HEX.parseHex(text));
    }

    /** The key stream is AES-CTR of the JDK, from the tag without two bits; many tags, so that the bits and the carry are met. */
    @Test
    void enciphersInCounterMode() throws Exception {
        AesSiv siv = new AesSiv(key);
        for (int seed = 0; seed < 200; seed++) {
            byte[] text = new RandomEntropy(seed).bytes(72);
            byte[] sealed = sealed(siv, text);
            byte[] counter = Arrays.copyOfRange(sealed, 16, 32);
            counter[8] &= 0x7f;
            counter[12] &= 0x7f;
            Cipher ctr = Cipher.getInstance("AES/CTR/NoPadding");
            ctr.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, 32, 32, "AES"), new IvParameterSpec(counter));
            assertThat(Arrays.copyOfRange(sealed, 32, sealed.length)).isEqualTo(ctr.doFinal(text));
        }
    }

    private byte[] sealed(AesSiv siv, byte[] text) {
        byte[] out = Arrays.copyOf(associated, 16 + 16 + text.length);
        siv.seal(text, out, 0, 0, 1);
        return out;
    }

    /** Also when it has sealed more, or fewer, before. */
    @Test
    void sealsManyAsTheRfcSealsEach() {
        AesSiv siv = new AesSiv(key);
        RfcAesSiv rfc = new RfcAesSiv(key);
        for (int length = 16; length < 100; length++) {
            byte[] text = new RandomEntropy(length).bytes(length);
            int count = 1 + length % 5;
            int stride = 16 + 16 + length + 3;
            byte[] out = new byte[count * stride];
            for (int i = 0; i < count; i++) {
                System.arraycopy(new RandomEntropy(i).bytes(16), 0, out, i * stride, 16);
            }
            siv.seal(text, out, 0, stride, count);
            for (int i = 0; i < count; i++) {
                byte[] under = new RandomEntropy(i).bytes(16);
                byte[] expected = Bytes.join(under, rfc.seal(text, under), new byte[3]);
                assertThat(Arrays.copyOfRange(out, i * stride, (i + 1) * stride))
                        .isEqualTo(expected);
                assertThat(siv.open(out, i * stride, stride - 3)).isEqualTo(text);
            }
        }
    }

    @Test
    void aFlippedBitAnywhereOpensNothing() {
        AesSiv siv = new AesSiv(key);
        byte[] sealed = sealed(siv, new byte[40]);
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] forged = sealed.clone();
            forged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(siv.open(forged, 0, forged.length)).as("bit " + bit).isNull();
        }
        assertThat(siv.open(sealed, 0, sealed.length)).isEqualTo(new byte[40]);
        byte[] otherKey = key.clone();
        otherKey[0] ^= 1;
        assertThat(new AesSiv(otherKey).open(sealed, 0, sealed.length)).isNull();
    }

    @Test
    void callersBytesStayAsTheyAre() {
        byte[] text = new RandomEntropy(3).bytes(40);
        byte[] sealed = sealed(new AesSiv(key), text);
        byte[] kept = sealed.clone();
        new AesSiv(key).open(sealed, 0, sealed.length);
        assertThat(sealed).isEqualTo(kept).startsWith(associated);
        assertThat(text).isEqualTo(new RandomEntropy(3).bytes(40));
        assertThat(associated).isEqualTo(new RandomEntropy(2).bytes(16));
    }
}
