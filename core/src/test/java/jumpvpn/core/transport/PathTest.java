package jumpvpn.core.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import org.junit.jupiter.api.Test;

/** What operators call a path. */
class PathTest {
    private static final Path PATH = new Path(
            3,
            Protocol.UDP,
            "wlan0",
            LinkKind.WIFI,
            IpAddress.parse("192.0.2.7"),
            "gw1",
            new Endpoint(IpAddress.parse("2001:db8::1"), 4500),
            0);

    @Test
    void isNamedByItsParts() {
        assertThat(PATH).hasToString("udp/wlan0/192.0.2.7>[2001:db8::1]:4500");
    }

    @Test
    void matchesWhatAnOperatorMayMean() {
        for (String word : List.of("3", "wlan0", "udp", "192.0.2.7", "udp/wlan0/192.0.2.7", PATH.name())) {
            assertThat(PATH.matches(word)).as(word).isTrue();
        }
        for (String word : List.of("", "33", "wlan", "wlan01", "tcp", "192.0.2", "udp/wlan0", "2001:db8::1")) {
            assertThat(PATH.matches(word)).as(word).isFalse();
        }
    }

    @Test
    void numbersOnTheWireAreStable() {
        for (int i = 0; i < 4; i++) {
            assertThat(LinkKind.of(i)).isEqualTo(LinkKind.values()[i]);
            assertThat(LinkKind.values()[i].number()).isEqualTo(i);
        }
        assertThat(LinkKind.of(4)).isNull();
        assertThat(LinkKind.of(-1)).isNull();
    }
}
