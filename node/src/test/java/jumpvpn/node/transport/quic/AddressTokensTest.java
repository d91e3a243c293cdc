package jumpvpn.node.transport.quic;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AddressTokensTest {
    private static final InetSocketAddress CLIENT = new InetSocketAddress("192.0.2.1", 4_000);
    private static final byte[] FIRST = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    private static final ByteBuf GIVEN = Unpooled.wrappedBuffer(new byte[QuicSettings.CONNECTION_ID_BYTES]);

    private final ByteBuf token = Unpooled.buffer();
    private long nowNanos = 5_000_000_000L;
    private boolean isCrowded = true;
    private final AddressTokens tokens = tokens();

    private AddressTokens tokens() {
        return new AddressTokens(() -> isCrowded, () -> nowNanos);
    }

    @BeforeEach
    void write() {
        assertThat(tokens.writeToken(token, Unpooled.wrappedBuffer(FIRST), CLIENT))
                .isTrue();
        assertThat(token.readableBytes()).isLessThanOrEqualTo(tokens.maxTokenLength());
    }

    private boolean holds(AddressTokens reader, InetSocketAddress from, ByteBuf given) {
        return reader.validateToken(token.slice(), from, given).isValid();
    }

    @Test
    void itHoldsForItsAddressAndGivesTheFirstIdentifierBack() {
        int at = tokens.validateToken(token.slice(), CLIENT);
        byte[] first = new byte[token.readableBytes() - at];
        token.getBytes(at, first);
        assertThat(first).isEqualTo(FIRST);
        assertThat(holds(tokens, CLIENT, GIVEN)).isTrue();
    }

    @Test
    void inCalmNobodyNeedsOne() {
        isCrowded = false;
        assertThat(tokens.writeToken(Unpooled.buffer(), Unpooled.wrappedBuffer(FIRST), CLIENT))
                .isFalse();
        assertThat(holds(tokens, CLIENT, GIVEN)).as("who has one keeps it").isTrue();
    }

    @Test
    void itHoldsForNoOtherAddressPortGatewayOrLength() {
        assertThat(holds(tokens, new InetSocketAddress("192.0.2.2", 4_000), GIVEN))
                .isFalse();
        assertThat(holds(tokens, new InetSocketAddress("192.0.2.1", 4_001), GIVEN))
                .isFalse();
        assertThat(holds(tokens(), CLIENT, GIVEN)).isFalse();
        assertThat(holds(tokens, CLIENT, GIVEN.slice(0, 7))).isFalse();
    }

    @Test
    void itHoldsTenSeconds() {
        nowNanos += 10_000_000_000L;
        assertThat(holds(tokens, CLIENT, GIVEN)).isTrue();
        nowNanos++;
        assertThat(holds(tokens, CLIENT, GIVEN)).isFalse();
    }

    @Test
    void noByteOfItMayChangeOrLack() {
        for (int i = 0; i < token.readableBytes(); i++) {
            token.setByte(i, token.getByte(i) ^ 1);
            assertThat(holds(tokens, CLIENT, GIVEN)).as("byte " + i).isFalse();
            token.setByte(i, token.getByte(i) ^ 1);
            assertThat(tokens.validateToken(token.slice(0, i), CLIENT))
                    .as("the first " + i)
                    .isEqualTo(-1);
        }
        token.writeZero(100);
        assertThat(holds(tokens, CLIENT, GIVEN)).isFalse();
    }
}
