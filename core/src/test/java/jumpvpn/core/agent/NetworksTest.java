package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.LinkKind;
import jumpvpn.core.transport.Path;
import org.junit.jupiter.api.Test;

/** Which paths begin in the same network, and how many networks are remembered. */
class NetworksTest {
    private final Networks networks = new Networks();

    private static Path path(Protocol protocol, String link, String local) {
        Endpoint remote = new Endpoint(IpAddress.parse("203.0.113.1"), 4500);
        return new Path(1, protocol, link, LinkKind.WIFI, IpAddress.parse(local), "gw1", remote, 0);
    }

    private Networks.Network of(String link, String local) {
        return networks.of(path(Protocol.UDP, link, local));
    }

    /** Paths are sorted by the answer: who asks of many networks must not make it forget some of them meanwhile. */
    @Test
    void nothingIsForgottenByAsking() {
        of("wlan0", "192.168.1.7").carried = Protocol.TCP;
        for (int other = 0; other < 100; other++) {
            assertThat(networks.carried(path(Protocol.TCP, "docker" + other, "172.17.0.1")))
                    .isFalse();
        }
        assertThat(networks.carried(path(Protocol.TCP, "wlan0", "192.168.1.7"))).isTrue();
        assertThat(networks.carried(path(Protocol.UDP, "wlan0", "192.168.1.7"))).isFalse();
    }

    @Test
    void aNetworkIsALinkAndAPrefix() {
        Networks.Network home = of("wlan0", "192.168.1.7");
        assertThat(of("wlan0", "192.168.1.200")).isSameAs(home);
        assertThat(of("wlan0", "192.168.2.7")).isNotSameAs(home);
        assertThat(of("eth0", "192.168.1.7")).isNotSameAs(home);
        assertThat(of("wlan0", "2001:db8:1:2::7")).isSameAs(of("wlan0", "2001:db8:1:2:ffff::1"));
        assertThat(of("wlan0", "2001:db8:1:2::7")).isNotSameAs(of("wlan0", "2001:db8:1:3::7"));
    }

    @Test
    void theSixteenThatWereUsedLastAreRemembered() {
        Networks.Network home = of("wlan0", "192.168.1.7");
        Networks.Network gone = of("wlan0", "192.168.2.7");
        assertThat(of("wlan0", "192.168.1.7")).isSameAs(home);
        for (int other = 0; other < 15; other++) {
            of("wlan0", "10.0." + other + ".7");
        }
        assertThat(of("wlan0", "192.168.1.7")).isSameAs(home);
        assertThat(of("wlan0", "192.168.2.7")).isNotSameAs(gone);
    }
}
