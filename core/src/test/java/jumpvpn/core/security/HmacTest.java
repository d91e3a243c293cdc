package jumpvpn.core.security;

import static org.assertj.core.api.Assertions.assertThat;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Against the JDK's own HMAC, at key lengths around the block's and message lengths around the padding's. */
class HmacTest {
    @Test
    void equalsTheJdks() throws Exception {
        for (int keyLength : new int[] {1, 31, 32, 63, 64, 65, 200}) {
            byte[] key = new RandomEntropy(keyLength).bytes(keyLength);
            Hmac hmac = new Hmac(key);
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            for (int length : new int[] {0, 1, 55, 56, 63, 64, 65, 119, 120, 1100}) {
                byte[] message = new RandomEntropy(length).bytes(length);
                assertThat(hmac.of(message)).isEqualTo(mac.doFinal(message));
            }
        }
    }

    @Test
    void anEmptyKeyIsOneOfZeros() {
        assertThat(new Hmac(new byte[0]).of(new byte[] {1})).isEqualTo(new Hmac(new byte[32]).of(new byte[] {1}));
    }

    @Test
    void theKeyIsCopied() {
        byte[] key = {1, 2, 3};
        Hmac hmac = new Hmac(key);
        byte[] before = hmac.of(new byte[] {4});
        key[0] = 9;
        assertThat(hmac.of(new byte[] {4})).isEqualTo(before);
    }
}
