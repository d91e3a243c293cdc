package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** SIGTERM at an awkward moment. */
@Tag("network")
class StopTest {
    private static final Duration STOP = Duration.ofSeconds(3);

    private TwoHosts hosts;

    @BeforeEach
    void build() throws IOException {
        hosts = TwoHosts.open();
        hosts.gatewayFile(text -> text.replace("masquerade  = false", "masquerade  = true"));
        hosts.clientFile("client.toml", UnaryOperator.identity());
    }

    @AfterEach
    void remove() {
        if (hosts != null) {
            hosts.close();
        }
    }

    @Test
    void aKeptTableKeepsTheSessionOverAStop() throws IOException {
        hosts.gatewayFile(text -> text.replace("events ", "state = \"gw1.state\"\nevents "));
        Process gateway = hosts.startGateway(List.of());
        Process client = hosts.startClient(List.of());
        gateway.destroy();
        assertThat(TwoHosts.exitCode(gateway, STOP)).as(hosts.log("gw1.log")).isZero();
        Process again = hosts.startGateway(List.of());
        hosts.client.shell(
                "for i in $(seq 20); do ping -n -c 1 -W 1 %s && exit 0; done; exit 1".formatted(TwoHosts.INSIDE));
        hosts.until(
                () -> hosts.events(TwoHosts.CLIENT).stream()
                        .anyMatch(event ->
                                event.becomes("ATTACHED") && event.reason().equals("REATTACH_ACCEPT")),
                client,
                "laptop.log");
        assertThat(hosts.events(TwoHosts.CLIENT).stream().filter(event -> event.becomes("TERMINATED")))
                .isEmpty();
        assertThat(again.isAlive()).isTrue();
    }

    @Test
    void duringRecoveryEverythingIsPutBack() throws IOException {
        String clientBefore = hosts.footprint(hosts.client);
        String gatewayBefore = hosts.footprint(hosts.gateway);
        Process gateway = hosts.startGateway(List.of());
        Process client = hosts.startClient(List.of());
        assertThat(hosts.footprint(hosts.client))
                .as("the comparison sees what a client changes")
                .contains("10.88.0.0/24 dev jvpn0");
        assertThat(hosts.footprint(hosts.gateway)).as("and a gateway").contains("jumpvpn_jvpn0", "10.77.0.1");

        hosts.client.shell("ip address del 192.0.2.3/24 dev cable0 && ip address del 192.0.2.2/24 dev cable0");
        hosts.until(
                () -> hosts.events(TwoHosts.CLIENT).stream().anyMatch(event -> event.becomes("RECOVERING")),
                client,
                "laptop.log");
        client.destroy();
        assertThat(TwoHosts.exitCode(client, STOP)).as(hosts.log("laptop.log")).isZero();
        hosts.client.shell("ip address add 192.0.2.2/24 dev cable0 && ip address add 192.0.2.3/24 dev cable0");
        assertThat(hosts.footprint(hosts.client)).isEqualTo(clientBefore);

        gateway.destroy();
        assertThat(TwoHosts.exitCode(gateway, STOP)).as(hosts.log("gw1.log")).isZero();
        assertThat(hosts.footprint(hosts.gateway)).isEqualTo(gatewayBefore);
    }
}
