package jumpvpn.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What names a session: 16 bytes, the same in every form. */
class SessionIdTest {
    private static final SessionId ID = new SessionId(0x8001020304050607L, 0x08090a0b0c0d0e0fL);

    @Test
    void isSixteenBytesAndThirtyTwoDigits() {
        assertThat(ID).hasToString("800102030405060708090a0b0c0d0e0f");
        assertThat(SessionId.of(ID.bytes())).isEqualTo(ID);
        ByteBuffer out = ByteBuffer.allocate(SessionId.LENGTH);
        ID.encode(out);
        assertThat(out.array())
                .containsExactly(ID.bytes())
                .startsWith(0x80, 1, 2)
                .endsWith(0x0e, 0x0f);
    }

    @Test
    void isOrderedByItsBytes() {
        assertThat(ID)
                .isGreaterThan(new SessionId(0x7fffffffffffffffL, -1))
                .isLessThan(new SessionId(ID.high(), -1))
                .isGreaterThan(new SessionId(ID.high(), 7))
                .isEqualByComparingTo(SessionId.of(ID.bytes()));
    }
}
