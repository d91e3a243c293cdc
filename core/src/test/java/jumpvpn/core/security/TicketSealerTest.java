package jumpvpn.core.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Tickets: layout, key rotation, and that only ours open. */
class TicketSealerTest {
    private static final byte[] MASTER = new RandomEntropy(1).bytes(32);

    private final byte[] seed = new RandomEntropy(2).bytes(16);
    private final Ticket ticket = new Ticket(
            new RandomEntropy(3).bytes(16),
            0x1122334455667788L,
            -2,
            0x80000001,
            new RandomEntropy(4).bytes(32),
            1_800_000_000L);

    @Test
    void opensWhatItSealed() {
        byte[] sealed = seal(sealer(7, 0));
        assertThat(sealed).hasSize(104).startsWith(0, 0, 0, 7);
        assertThat(sealer(7, 0).open(sealed, 0)).usingRecursiveComparison().isEqualTo(ticket);
    }

    /** wire.md, Ticket, opened by hand. */
    @Test
    void hasTheWrittenLayout() throws Exception {
        byte[] sealed = seal(sealer(0x01020304, 0));
        byte[] info = Bytes.join("jumpvpn ticket".getBytes(StandardCharsets.US_ASCII), new byte[] {0, 1, 2, 3, 4});
        RfcAesSiv key = new RfcAesSiv(JdkHkdf.derive(new byte[0], MASTER, info, 64));
        byte[] text = key.open(sealed, 16, 88, Arrays.copyOf(sealed, 16));
        assertThat(text).isNotNull();
        ByteBuffer plain = ByteBuffer.wrap(text);
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

    /** wire.md, Ticket: the blur, enciphered by hand. */
    @Test
    void blursAsWritten() throws Exception {
        byte[] info = Bytes.join("jumpvpn ticket blur".getBytes(StandardCharsets.US_ASCII), new byte[] {0, 0, 0, 0, 9});
        Cipher aes = Cipher.getInstance("AES/ECB/NoPadding");
        aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(JdkHkdf.derive(new byte[0], MASTER, info, 32), "AES"));
        byte[] block = seed.clone();
        block[15] ^= 2;
        byte[] third = sealer(9, 0).seal(9, ticket, 3, seed).getLast();
        assertThat(Arrays.copyOfRange(third, 4, 16)).isEqualTo(Arrays.copyOfRange(aes.doFinal(block), 4, 16));
    }

    /** An answer can be made once more, also when the day has changed since. */
    @Test
    void makesTheSameTicketsOfTheSameSeed() {
        List<byte[]> made = sealer(7, 1).seal(7, ticket, 8, seed);
        List<byte[]> again = sealer(8, 1).seal(7, ticket, 8, seed);
        for (int i = 0; i < made.size(); i++) {
            assertThat(again.get(i)).isEqualTo(made.get(i));
        }
    }

    @Test
    void makesOtherTicketsOfAnotherSeed() {
        byte[] other = seed.clone();
        other[0] ^= 1;
        byte[] one = sealer(7, 0).seal(7, ticket, 1, seed).getFirst();
        byte[] two = sealer(7, 0).seal(7, ticket, 1, other).getFirst();
        assertLooksDifferent(one, two);
    }

    @Test
    void noTwoLookAlike() {
        TicketSealer sealer = sealer(1, 0);
        List<byte[]> two = sealer.seal(1, ticket, 2, seed);
        assertLooksDifferent(two.getFirst(), two.getLast());
    }

    private static void assertLooksDifferent(byte[] first, byte[] second) {
        for (int at = 4; at < 100; at += 8) {
            assertThat(Arrays.copyOfRange(first, at, at + 8))
                    .as("bytes from " + at)
                    .isNotEqualTo(Arrays.copyOfRange(second, at, at + 8));
        }
    }

    @Test
    void opensKeyNumbersInForceOnly() {
        byte[] sealed = seal(sealer(10, 0));
        assertThat(sealer(10, 2).open(sealed, 0)).isNotNull();
        assertThat(sealer(12, 2).open(sealed, 0)).as("two keys old").isNotNull();
        assertThat(sealer(13, 2).open(sealed, 0)).as("three keys old").isNull();
        assertThat(sealer(8, 2).open(sealed, 0)).as("the clock was set back").isNotNull();
        assertThat(sealer(7, 2).open(sealed, 0)).as("set back too far").isNull();
        assertThat(sealer(1, 2).open(seal(sealer(-1, 0)), 0))
                .as("across the number's wrap")
                .isNotNull();
    }

    @Test
    void aFlippedBitOpensNothing() {
        TicketSealer sealer = sealer(10, 255);
        byte[] sealed = seal(sealer);
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] forged = sealed.clone();
            forged[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(sealer.open(forged, 0)).as("bit " + bit).isNull();
        }
        assertThat(sealer.open(sealed, 0)).isNotNull();
    }

    @Test
    void opensInsideALongerArray() {
        byte[] sealed = seal(sealer(7, 0));
        byte[] longer = Bytes.join(new byte[9], sealed, new byte[5]);
        assertThat(sealer(7, 0).open(longer, 9)).usingRecursiveComparison().isEqualTo(ticket);
        assertThat(sealer(7, 0).open(longer, 8)).isNull();
    }

    @Test
    void anotherMastersTicketDoesNotOpen() {
        assertThat(new TicketSealer(new byte[32], 1, 0).open(seal(sealer(1, 0)), 0))
                .isNull();
    }

    @Test
    void namesWrongSizes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TicketSealer(new byte[31], 1, 0))
                .withMessageContaining("not 31");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TicketSealer(MASTER, 1, -1))
                .withMessageContaining("-1");
        Ticket wrong = new Ticket(new byte[15], 1, 1, 1, new byte[32], 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sealer(1, 0).seal(1, wrong, 1, seed))
                .withMessageContaining("15");
    }

    private byte[] seal(TicketSealer sealer) {
        return sealer.seal(sealer.currentKey(), ticket, 1, seed).getFirst();
    }

    private TicketSealer sealer(int currentKey, int olderKeys) {
        return new TicketSealer(MASTER, currentKey, olderKeys);
    }
}
