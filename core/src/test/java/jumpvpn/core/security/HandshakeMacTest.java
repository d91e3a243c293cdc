package jumpvpn.core.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** mac1 as wire.md writes it, and that only the right one passes. */
class HandshakeMacTest {
    private final byte[] publicKey = new RandomEntropy(1).bytes(32);
    private final HandshakeMac mac = new HandshakeMac(publicKey);

    @Test
    void isTheWrittenFormula() throws Exception {
        for (int length : new int[] {640, 400}) {
            byte[] message = new RandomEntropy(length).bytes(length);
            mac.write(message);
            byte[] info = Bytes.join("jumpvpn mac1".getBytes(StandardCharsets.US_ASCII), new byte[1]);
            Mac hmac = Mac.getInstance("HmacSHA256");
            hmac.init(new SecretKeySpec(JdkHkdf.derive(new byte[0], publicKey, info, 32), "HmacSHA256"));
            hmac.update(message, 0, length - 32);
            assertThat(Arrays.copyOfRange(message, length - 32, length - 16))
                    .isEqualTo(Arrays.copyOf(hmac.doFinal(), 16));
            assertThat(Arrays.copyOfRange(message, length - 16, length))
                    .as("mac2's place")
                    .containsOnly(0);
            assertThat(mac.check(message)).isTrue();
        }
    }

    @Test
    void aFlippedBitFails() {
        byte[] message = new RandomEntropy(2).bytes(640);
        mac.write(message);
        for (int at = 0; at < message.length; at++) {
            byte[] forged = message.clone();
            forged[at] ^= (byte) (1 << (at & 7));
            assertThat(mac.check(forged)).as("byte " + at).isFalse();
        }
        assertThat(mac.check(message)).as("checking leaves no state").isTrue();
    }

    @Test
    void anotherReceiversMacFails() {
        byte[] message = new byte[400];
        new HandshakeMac(new byte[32]).write(message);
        assertThat(mac.check(message)).isFalse();
    }

    @Test
    void anyLengthIsBorne() {
        for (int length = 0; length < 64; length++) {
            assertThat(mac.check(new byte[length])).isFalse();
        }
        byte[] shortest = new byte[32];
        mac.write(shortest);
        assertThat(mac.check(shortest)).as("nothing but the MACs").isTrue();
    }
}
