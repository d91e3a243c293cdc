package jumpvpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jumpvpn.core.net.IpAddress;
import org.junit.jupiter.api.Test;

/** Which gateways a host name stands for, and what becomes of them when it is looked up again. */
class NamedAddressesTest {
    private static final IpAddress ONE = IpAddress.parse("198.51.100.1");
    private static final IpAddress TWO = IpAddress.parse("198.51.100.2");
    private static final IpAddress SIX = IpAddress.parse("2001:db8::1");

    private static Map<IpAddress, String> merged(
            Map<IpAddress, String> before, Set<IpAddress> needed, IpAddress... found) {
        return NamedAddresses.merged("gw", before, Arrays.asList(found), needed);
    }

    @Test
    void oneOfEachFamilyIsOneGateway() {
        assertThat(merged(Map.of(), Set.of(), ONE, SIX)).isEqualTo(Map.of(ONE, "gw", SIX, "gw"));
    }

    @Test
    void severalOfAFamilyAreAGatewayEach() {
        assertThat(merged(Map.of(), Set.of(), TWO, ONE, ONE, SIX))
                .isEqualTo(Map.of(ONE, "gw/198.51.100.1", TWO, "gw/198.51.100.2", SIX, "gw"));
    }

    @Test
    void aGatewayKeepsItsNameWhenAnotherComes() {
        Map<IpAddress, String> before = merged(Map.of(), Set.of(), ONE);
        assertThat(merged(before, Set.of(), ONE, TWO)).isEqualTo(Map.of(ONE, "gw", TWO, "gw/198.51.100.2"));
    }

    @Test
    void whatIsNeededStaysThoughItIsNotNamedAnyMore() {
        Map<IpAddress, String> before = merged(Map.of(), Set.of(), ONE, TWO);
        assertThat(merged(before, Set.of(ONE), SIX).keySet()).isEqualTo(Set.of(ONE, SIX));
        assertThat(merged(before, Set.of(), TWO)).isEqualTo(Map.of(TWO, "gw/198.51.100.2"));
        assertThat(List.copyOf(merged(before, Set.of(TWO), ONE).values()))
                .containsExactly("gw/198.51.100.1", "gw/198.51.100.2");
    }
}
