package jumpvpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.gateway.GatewayPort;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.ownership.Member;
import jumpvpn.core.ownership.Owner;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClusterPortTest {
    private static final long SELF = Owner.number("gw1");
    private static final List<Prefix> INNER = List.of(Prefix.parse("10.77.0.2/32"));
    private static final Endpoint CLIENT = new Endpoint(IpAddress.parse("192.0.2.1"), 4500);

    private final List<String> led = new ArrayList<>();
    private final List<String> sent = new ArrayList<>();
    private final ClusterPort port = new ClusterPort(
            new GatewayPort() {
                @Override
                public void transmit(int socketId, Endpoint to, byte[] datagram) {
                    sent.add(socketId + " " + to + " " + datagram.length);
                }

                @Override
                public boolean isConnected(int socketId) {
                    return socketId == 7;
                }
            },
            new ClusterPort.Inside() {
                @Override
                public void owns(List<Prefix> inner) {
                    led.add("owns " + inner);
                }

                @Override
                public void handsOn(List<Prefix> inner) {
                    led.add("hands on");
                }

                @Override
                public void confirms(List<Prefix> inner) {
                    led.add("confirms");
                }

                @Override
                public void releases(List<Prefix> inner, @Nullable IpAddress via) {
                    led.add("releases " + via);
                }

                @Override
                public void elsewhere(List<Prefix> inner, @Nullable IpAddress via) {
                    led.add("elsewhere " + via);
                }
            },
            SELF,
            List.of(member("gw2", IpAddress.parse("10.88.0.12")), member("gw3", null)));

    private static Member member(String name, @Nullable IpAddress inside) {
        return new Member(name, 2, List.of(), inside, false);
    }

    private static Owner owner(String name) {
        return new Owner(Owner.number(name), 1);
    }

    @Test
    void packetsGoToTheSockets() {
        port.transmit(3, CLIENT, new byte[5]);
        assertThat(sent).containsExactly("3 " + CLIENT + " 5");
        assertThat(port.isConnected(7)).isTrue();
        assertThat(port.isConnected(8)).isFalse();
    }

    @Test
    void whatIsTakenOverIsLedToTheGatewayThatHasIt() {
        port.owns(INNER);
        port.handsOn(INNER);
        port.releases(INNER, Owner.number("gw2"));
        port.releases(INNER, Owner.number("gw3"));
        port.releases(INNER, 0);
        assertThat(led)
                .containsExactly("owns " + INNER, "hands on", "releases 10.88.0.12", "releases null", "releases null");
    }

    @Test
    void whatTheStoreTellsOfOthersIsLedToThem() {
        port.heard(INNER, owner("gw2"));
        port.heard(INNER, owner("a gateway of another file"));
        port.heard(INNER, null);
        assertThat(led).containsExactly("elsewhere 10.88.0.12", "elsewhere null", "elsewhere null");
    }

    @Test
    void whatTheStoreTellsOfThisOneIsKnownBetterHere() {
        port.heard(INNER, new Owner(SELF, 1));
        assertThat(led).containsExactly("confirms");
    }
}
