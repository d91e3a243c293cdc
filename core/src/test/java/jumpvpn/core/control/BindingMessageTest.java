package jumpvpn.core.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import jumpvpn.core.session.ReasonCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Control messages inside a binding: kinds and fields of docs/protocol/wire.md. */
class BindingMessageTest {
    private static final byte[] KEY = "w".repeat(32).getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    static Stream<BindingMessage> messages() {
        return Stream.of(
                new BindingMessage.Confirm(),
                new BindingMessage.Ping(),
                new BindingMessage.EchoAfter(255),
                new BindingMessage.Draining(),
                new BindingMessage.Close(ReasonCode.SUPERSEDED),
                new BindingMessage.Notice(Samples.VERSION),
                new BindingMessage.Challenge(0x0102_0304_0506_0708L),
                new BindingMessage.ChallengeAnswer(0x0102_0304_0506_0708L),
                new BindingMessage.Rekey(0x0102_0304, KEY),
                new BindingMessage.RekeyAnswer(-1, KEY),
                new BindingMessage.Renew(0x0102_0304, 7),
                new BindingMessage.Renewed(0x0102_0304, 7, 0x0506_0708),
                new BindingMessage.Welcome(Samples.VERSION, Samples.TOKEN, List.of()));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void surviveTheWire(BindingMessage message) {
        assertThat(BindingMessage.decode(message.encode()))
                .usingRecursiveComparison()
                .isEqualTo(message);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void truncatedAndRandomBytesAreNullOrAMessageButNeverAnError(BindingMessage message) {
        byte[] whole = message.encode();
        for (byte[] bytes : Samples.mutilated(whole, 11)) {
            assertThatNoException().isThrownBy(() -> BindingMessage.decode(bytes));
        }
        for (int length = 0; length < whole.length; length++) {
            assertThat(BindingMessage.decode(java.util.Arrays.copyOf(whole, length)))
                    .isNull();
        }
    }

    @Test
    void haveTheDocumentsLayout() {
        assertThat(new BindingMessage.Confirm().encode()).containsExactly(1);
        assertThat(new BindingMessage.Ping().encode()).containsExactly(3);
        assertThat(new BindingMessage.EchoAfter(20).encode()).containsExactly(15, 20);
        assertThat(new BindingMessage.Close(ReasonCode.PEER_CLOSED).encode()).containsExactly(4, 0, 26);
        assertThat(new BindingMessage.Notice(Samples.VERSION).encode())
                .containsExactly(5, 0x21, 0x22, 0x23, 0x24, 0x31, 0x32, 0x33, 0x34);
        assertThat(new BindingMessage.Challenge(0x0102_0304_0506_0708L).encode())
                .containsExactly(6, 1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(new BindingMessage.ChallengeAnswer(1).encode()).containsExactly(7, 0, 0, 0, 0, 0, 0, 0, 1);
        assertThat(new BindingMessage.Renew(0x0102_0304, 7).encode()).containsExactly(11, 1, 2, 3, 4, 0, 0, 0, 7);
        assertThat(new BindingMessage.Renewed(0x0102_0304, 7, 0x0506_0708).encode())
                .containsExactly(12, 1, 2, 3, 4, 0, 0, 0, 7, 5, 6, 7, 8);
        for (byte kind = 8; kind <= 9; kind++) {
            byte[] rekey = kind == 8
                    ? new BindingMessage.Rekey(0x0102_0304, KEY).encode()
                    : new BindingMessage.RekeyAnswer(0x0102_0304, KEY).encode();
            assertThat(rekey).hasSize(39).startsWith(kind, 1, 2, 3, 4, 0x77).endsWith(0x77, 0, 0);
        }
        assertThat(new BindingMessage.Draining().encode()).containsExactly(10);
        ByteBuffer welcome = ByteBuffer.wrap(
                new BindingMessage.Welcome(Samples.VERSION, Samples.TOKEN, Samples.tickets(8)).encode());
        assertThat(welcome.remaining()).isEqualTo(1 + 8 + 16 + 1 + 8 * 104).isLessThanOrEqualTo(1024);
        assertThat(welcome.get(0)).isEqualTo((byte) 2);
        assertThat(welcome.getLong(1)).isEqualTo(Samples.VERSION.packed());
        assertThat(welcome.getLong(9)).isEqualTo(Samples.TOKEN.incarnation());
        assertThat(welcome.getLong(17)).isEqualTo(Samples.TOKEN.issuedNanos());
        assertThat(welcome.get(25)).isEqualTo((byte) 8);
        assertThat(welcome.get(26)).isEqualTo((byte) 0xa0);
        assertThat(welcome.get(26 + 7 * 104)).isEqualTo((byte) 0xa7);
    }

    @Test
    void ticketsSurviveTheWire() {
        BindingMessage.Welcome read = (BindingMessage.Welcome) BindingMessage.decode(
                new BindingMessage.Welcome(Samples.VERSION, Samples.TOKEN, Samples.tickets(3)).encode());
        assertThat(read).isNotNull();
        assertThat(read.tickets()).usingRecursiveComparison().isEqualTo(Samples.tickets(3));
    }

    /** Who offers a post-quantum part must not be answered as if it had offered none. */
    @Test
    void aKeyWithAPostQuantumPartIsNotUnderstoodYet() {
        byte[] rekey = new BindingMessage.Rekey(1, KEY).encode();
        rekey[38] = 4;
        assertThat(BindingMessage.decode(java.util.Arrays.copyOf(rekey, 43))).isNull();
    }

    @Test
    void unknownKindsAndReasonsAreNull() {
        assertThat(BindingMessage.decode(new byte[] {13, 0, 0})).isNull();
        assertThat(BindingMessage.decode(new byte[] {0})).isNull();
        assertThat(BindingMessage.decode(new byte[] {4, 0, 127})).isNull();
        assertThat(BindingMessage.decode(new byte[] {4, -1, -1})).isNull();
    }
}
