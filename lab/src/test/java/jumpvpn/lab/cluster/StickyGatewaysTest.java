package jumpvpn.lab.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two gateways' processes without a store: a session is whose its id says (contract section 4). */
@Tag("network")
class StickyGatewaysTest {
    private static final String SET = """
            [ownership]
            mode = "sticky"
            [cluster]
            secret = "cluster.key"
            [[member]]
            name = "gw1"
            number = 1
            endpoints = ["udp://192.0.2.1:4501"]
            %s
            [[member]]
            name = "gw2"
            number = 2
            endpoints = ["udp://192.0.2.2:4500"]
            """;

    private TwoGateways two;
    private Process first;

    @BeforeEach
    void connect() throws IOException {
        two = TwoGateways.open();
        two.gatewayFile(1, SET.formatted(""));
        two.gatewayFile(2, SET.formatted(""));
        first = two.start(1);
        two.startClient();
        two.startPing();
    }

    @AfterEach
    void remove() {
        if (two != null) {
            two.close();
        }
    }

    @Test
    void theOtherNamesTheOwnersEndpointsAndTheClientGoesThere() throws IOException {
        two.start(2);
        two.cut("192.0.2.1", 4500);
        two.until(() -> two.said(TwoGateways.CLIENT, "STATE_CHANGE", "REATTACH_ACCEPT"), TwoGateways.CLIENT);
        two.until(() -> two.said("gw2", "REATTACH_REJECT", "NOT_OWNER"), "gw2");
        two.until(() -> two.said("gw1", "STATE_CHANGE", "REATTACH_ACCEPT"), "gw1");
        assertThat(two.ask(TwoGateways.CLIENT, "status")).contains("192.0.2.1:4501");
    }

    @Test
    void whoHasLeftForGoodLeavesExplicitEnds() throws IOException {
        two.gatewayFile(2, SET.formatted("gone = true"));
        two.start(2);
        first.destroyForcibly();
        two.until(() -> two.said(TwoGateways.CLIENT, "STATE_CHANGE", "OWNER_GONE"), TwoGateways.CLIENT);
        two.until(() -> two.log(TwoGateways.CLIENT).contains("OWNER_GONE"), TwoGateways.CLIENT);
        two.until(() -> two.said("gw2", "STATE_CHANGE", "HANDSHAKE_OK"), "gw2");
    }
}
