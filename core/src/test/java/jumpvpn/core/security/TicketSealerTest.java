package jumpvpn.core.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tickets: layout, key rotation, and that only ours open. */
class TicketSealerTest {
    private static final byte[] MASTER = new RandomEntropy(1).bytes(32);

    private final Entropy entropy = new RandomEntropy(2);
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
        AesSiv key = new AesSiv(JdkHkdf.derive(new byte[0], MASTER, info, 64));
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

    @Test
    void noTwoLookAlike() {
        TicketSealer sealer = sealer(1, 0);
        List<byte[]> two = sealer.seal(ticket, 2);
        byte[] first = two.getFirst();
        byte[] second = two.getLast();
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
        assertThat(new TicketSealer(entropy, new byte[32], 1, 0).open(seal(sealer(1, 0)), 0))
                .isNull();
    }

    @Test
    void namesWrongSizes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TicketSealer(entropy, new byte[31], 1, 0))
                .withMessageContaining("not 31");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TicketSealer(entropy, MASTER, 1, -1))
                .withMessageContaining("-1");
        Ticket wrong = new Ticket(new byte[15], 1, 1, 1, new byte[32], 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sealer(1, 0).seal(wrong, 1))
                .withMessageContaining("15");
    }

    private byte[] seal(TicketSealer sealer) {
        return sealer.seal(ticket, 1).getFirst();
    }

    private TicketSealer sealer(int currentKey, int olderKeys) {
        return new TicketSealer(entropy, MASTER, currentKey, olderKeys);
    }
}
