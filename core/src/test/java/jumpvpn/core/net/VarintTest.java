package jumpvpn.core.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Every long comes back, those near zero from few bytes. */
class VarintTest {
    private static int length(long value) {
        ByteBuffer buffer = ByteBuffer.allocate(10);
        Varint.put(buffer, value);
        int length = buffer.position();
        assertThat(Varint.get(buffer.flip())).isEqualTo(value);
        assertThat(buffer.hasRemaining()).isFalse();
        return length;
    }

    @Test
    void isShortNearZeroAndHoldsEverything() {
        assertThat(length(0)).isOne();
        assertThat(length(-64)).isOne();
        assertThat(length(63)).isOne();
        assertThat(length(64)).isEqualTo(2);
        assertThat(length(Long.MAX_VALUE)).isEqualTo(10);
        assertThat(length(Long.MIN_VALUE)).isEqualTo(10);
        for (int bits = 0; bits < 63; bits++) {
            length(1L << bits);
            length(-(1L << bits) - 1);
        }
    }

    @Test
    void endsWhereTheBytesEnd() {
        byte[] endless = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0};
        assertThatThrownBy(() -> Varint.get(ByteBuffer.wrap(new byte[] {-1, -1})))
                .isInstanceOf(BufferUnderflowException.class);
        assertThatThrownBy(() -> Varint.get(ByteBuffer.wrap(endless))).isInstanceOf(BufferUnderflowException.class);
    }
}
