package jumpvpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import org.junit.jupiter.api.Test;

class EarlyHandshakesTest {
    private final EarlyHandshakes early = new EarlyHandshakes();

    private static Endpoint from(int port) {
        return new Endpoint(IpAddress.parse("192.0.2.1"), port);
    }

    private void keep(long nowNanos, int port, int message) {
        early.keep(nowNanos, 7, from(port), new byte[] {(byte) message});
    }

    private Iterable<Integer> messages(long nowNanos) {
        return early.take(nowNanos).stream()
                .map(each -> (int) each.datagram()[0])
                .toList();
    }

    @Test
    void areGivenOnceInTheirOrder() {
        keep(0, 1, 1);
        keep(1, 2, 2);
        assertThat(early.isEmpty()).isFalse();
        assertThat(early.take(1)).extracting(EarlyHandshakes.Early::from).containsExactly(from(1), from(2));
        assertThat(early.isEmpty()).isTrue();
        assertThat(early.take(1)).isEmpty();
    }

    @Test
    void ofOneAddressTheNewest() {
        keep(0, 1, 1);
        keep(0, 2, 2);
        keep(1, 1, 3);
        assertThat(messages(1)).containsExactly(2, 3);
    }

    @Test
    void notThoseWhoseClientsHaveAskedAgain() {
        keep(0, 1, 1);
        keep(1, 2, 2);
        assertThat(messages(EarlyHandshakes.MOST_NANOS)).containsExactly(2);
    }

    @Test
    void aFloodPushesTheOldestOut() {
        IntStream.rangeClosed(0, EarlyHandshakes.MOST).forEach(port -> keep(0, port + 1, port));
        assertThat(early.take(1))
                .hasSize(EarlyHandshakes.MOST)
                .first()
                .extracting(EarlyHandshakes.Early::from)
                .isEqualTo(from(2));
    }
}
