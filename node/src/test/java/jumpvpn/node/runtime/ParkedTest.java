package jumpvpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import org.junit.jupiter.api.Test;

class ParkedTest {
    private static final Endpoint FROM = new Endpoint(IpAddress.v4(1), 1);

    private final Parked parked = new Parked(64, Parked.TURN_NANOS);

    @Test
    void keepsOrderAndGivesUpAfterItsTime() {
        parked.add(new byte[] {1}, FROM, 0);
        parked.add(new byte[] {2}, FROM, 5_000_000);
        Parked.Datagram first = parked.remove();
        assertThat(first.bytes()).containsExactly(1);
        assertThat(parked.again(first, 19_999_999)).isTrue();
        assertThat(parked.remove().bytes()).containsExactly(2);
        assertThat(parked.again(parked.remove(), 20_000_000)).isFalse();
        assertThat(parked.isEmpty()).isTrue();
    }

    @Test
    void isBounded() {
        for (int i = 0; i < 64; i++) {
            assertThat(parked.add(new byte[1], FROM, 0)).isTrue();
        }
        assertThat(parked.add(new byte[1], FROM, 0)).isFalse();
        assertThat(parked.size()).isEqualTo(64);
    }
}
