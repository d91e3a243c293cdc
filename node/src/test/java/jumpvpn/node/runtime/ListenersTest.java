package jumpvpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.node.host.Link;
import org.junit.jupiter.api.Test;

class ListenersTest {
    private static Link link(boolean up, boolean loopback, String... addresses) {
        return new Link(
                1,
                "eth0",
                up,
                1500,
                loopback,
                Link.Kind.OTHER,
                Stream.of(addresses).map(Prefix::parse).toList());
    }

    @Test
    void aHostIsReachableAtAddressesOfThatFamilyThatOthersCanUse() {
        List<Link> links = List.of(
                link(true, true, "127.0.0.1/8", "::1/128"),
                link(false, false, "192.0.2.9/24"),
                link(true, false, "192.0.2.1/24", "192.0.2.2/24", "fe80::1/64", "2001:db8::1/64"),
                link(true, false, "198.51.100.1/24"));
        assertThat(Listeners.reachable(IpAddress.parse("0.0.0.0"), links))
                .extracting(IpAddress::toString)
                .containsExactly("192.0.2.1", "192.0.2.2", "198.51.100.1");
        assertThat(Listeners.reachable(IpAddress.parse("::"), links))
                .extracting(IpAddress::toString)
                .containsExactly("2001:db8::1");
    }
}
