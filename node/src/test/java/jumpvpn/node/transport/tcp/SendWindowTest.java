package jumpvpn.node.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How much a kernel in this state is given. */
class SendWindowTest {
    private static final int RTT_MICROS = 40_000;

    private final SendWindow window = new SendWindow();

    @Test
    void whatLeavesInAMillisecondLessWhatIsUnsent() {
        window.seen(400, 1448, RTT_MICROS, 0);
        assertThat(window.roomBytes()).isEqualTo(14_480).isEqualTo(window.recordBytes());
        window.taken(4_480);
        assertThat(window.roomBytes()).isEqualTo(10_000).isEqualTo(window.recordBytes());
        window.seen(400, 1448, RTT_MICROS, 14_000);
        assertThat(window.roomBytes()).isEqualTo(480);
        window.seen(400, 1448, RTT_MICROS, 20_000);
        assertThat(window.roomBytes()).isZero();
    }

    @Test
    void twoPacketsAtLeastSoThatASmallWindowIsUsedUp() {
        window.seen(4, 1448, RTT_MICROS, 0);
        assertThat(window.roomBytes()).isEqualTo(TcpSettings.LEAST_BYTES);
        assertThat(window.recordBytes()).isEqualTo(TcpSettings.LEAST_BYTES);
        window.seen(4, 1448, RTT_MICROS, 1000);
        assertThat(window.roomBytes()).isEqualTo(TcpSettings.LEAST_BYTES - 1000);
    }

    @Test
    void aWideWindowIsGivenFourRecordsAtATimeWhateverIsUnsentOfItsMillisecond() {
        window.seen(1000, 1448, 100, 100_000);
        assertThat(window.roomBytes()).isEqualTo(TcpSettings.MOST_BYTES);
        assertThat(window.recordBytes()).isEqualTo(TcpSettings.CHUNK_BYTES);
        window.seen(1000, 1448, 0, 0);
        assertThat(window.roomBytes()).as("no round trip yet").isEqualTo(TcpSettings.MOST_BYTES);
    }

    @Test
    void itIsAskedAgainWhenAPacketMayHaveLeft() {
        window.seen(40, 1448, RTT_MICROS, 0);
        assertThat(window.pauseMicros()).isEqualTo(1000);
        window.seen(4, 1448, RTT_MICROS, 0);
        assertThat(window.pauseMicros()).isEqualTo(2000);
        window.seen(0, 1448, 100, 0);
        assertThat(window.pauseMicros()).isEqualTo(500);
    }
}
