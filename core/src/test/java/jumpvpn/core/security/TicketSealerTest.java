package jumpvpn.core.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Tickets: layout, key rotation, and that only ours open. */
class TicketSealerTest {
    private static final byte[] MASTER = new RandomEntropy(1).bytes(32);

    private final Crypto crypto = Crypto.jdk(new RandomEntropy(2));
    private final Ticket ticket = new Ticket(
            new RandomEntropy(3).bytes(16),
            0x1122334455667788L,
            -2,
            0x80000001,
            new RandomEntropy(4).bytes(32),
            1_800_000_000L);

    @Test
    void opensWhatItSealed() {
        byte[] sealed = sealer(7, 0).seal(ticket);
        assertThat(sealed).hasSize(104).startsWith(0, 0, 0, 7);
        assertThat(sealer(7, 0).open(sealed)).usingRecursiveComparison().isEqualTo(ticket);
    }

    /** wire.md, Ticket, opened by hand. */
    @Test
    void hasTheWrittenLayout() throws Exception {
        byte[] sealed = sealer(0x01020304, 0).seal(ticket);
        byte[] nonce = Arrays.copyOfRange(sealed, 4, 16);
        byte[] info = Bytes.join("jumpvpn ticket".getBytes(StandardCharsets.US_ASCII), new byte[] {0, 1, 2, 3, 4});
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
                Cipher.DECRYPT_MODE,
                new SecretKeySpec(JdkHkdf.derive(nonce, MASTER, info, 32), "AES"),
                new GCMParameterSpec(128, new byte[12]));
        cipher.updateAAD(sealed, 0, 4);
        ByteBuffer plain = ByteBuffer.wrap(cipher.doFinal(sealed, 16, 88));
        byte[] sessionId = new byte[16];
        byte[] proofKey = new byte[32];
        plain.get(sessionId);
        assertThat(sessionId).isEqualTo(ticket.sessionId());
        assertThat(plain.getLong()).isEqualTo(ticket.owner());
        assertThat(plain.getInt()).isEqualTo(ticket.epoch());
        assertThat(plain.getInt()).isEqualTo(ticket.generation());
        plain.get(proofKey);
        assertThat(proofKey).isEqualTo(ticket.proofKey());
        assertThat(plain.getLong()).isEqualTo(ticket.expirySeconds());
        assertThat(plain.remaining()).isZero();
    }

    @Test
    void noTwoLookAlike() {
        TicketSealer sealer = sealer(1, 0);
        byte[] first = sealer.seal(ticket);
        byte[] second = sealer.seal(ticket);
        for (int at = 4; at < 100; at += 8) {
            assertThat(Arrays.copyOfRange(first, at, at + 8))
                    .as("bytes from " + at)
                    .isNotEqualTo(Arrays.copyOfRange(second, at, at + 8));
        }
    }

    @Test
    void opensKeyNumbersInForceOnly() {
        byte[] sealed = sealer(10, 0).seal(ticket);
        assertThat(sealer(10, 2).open(sealed)).isNotNull();
        assertThat(sealer(12, 2).open(sealed)).as("two keys old").isNotNull();
        assertThat(sealer(13, 2).open(sealed)).as("three keys old").isNull();
        assertThat(sealer(8, 2).open(sealed)).as("the clock was set back").isNotNull();
        assertThat(sealer(7, 2).open(sealed)).as("set back too far").isNull();
        assertThat(sealer(1, 2).open(sealer(-1, 0).seal(ticket)))
                .as("across the number's wrap")
                .isNotNull();
    }

    @Test
    void aFlippedBitOpensNothing() {
        TicketSealer sealer = sealer(10, 255);
        byte[] sealed = sealer.seal(ticket);
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] forged = sealed.clone();
            forged[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(sealer.open(forged)).as("bit " + bit).isNull();
        }
        assertThat(sealer.open(sealed)).isNotNull();
    }

    @Test
    void anyLengthIsBorne() {
        for (int length = 0; length <= 256; length++) {
            assertThat(sealer(0, 0).open(new byte[length])).isNull();
        }
    }

    @Test
    void anotherMastersTicketDoesNotOpen() {
        assertThat(new TicketSealer(crypto, new byte[32], 1, 0)
                        .open(sealer(1, 0).seal(ticket)))
                .isNull();
    }

    @Test
    void namesWrongSizes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TicketSealer(crypto, new byte[31], 1, 0))
                .withMessageContaining("not 31");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TicketSealer(crypto, MASTER, 1, -1))
                .withMessageContaining("-1");
        Ticket wrong = new Ticket(new byte[15], 1, 1, 1, new byte[32], 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sealer(1, 0).seal(wrong))
                .withMessageContaining("15");
    }

    private TicketSealer sealer(int currentKey, int olderKeys) {
        return new TicketSealer(crypto, MASTER, currentKey, olderKeys);
    }
}
