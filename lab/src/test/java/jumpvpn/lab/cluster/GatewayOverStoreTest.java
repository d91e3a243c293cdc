package jumpvpn.lab.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import jumpvpn.lab.netns.NodeFiles;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Gateways' processes over a real store: how they stop, what a revocation does, and who may not take part. */
@Tag("network")
class GatewayOverStoreTest {
    private static final String STORE = """
            [ownership]
            mode      = "etcd"
            endpoints = ["http://127.0.0.1:2379"]
            [cluster]
            secret    = "%s.key"
            """;

    private TwoGateways two;
    private EtcdProcesses store;

    @BeforeEach
    void build() throws IOException {
        two = TwoGateways.open();
        store = two.startStore();
        two.gatewayFile(1, STORE.formatted("cluster"));
        two.gatewayFile(2, STORE.formatted("cluster"));
    }

    @AfterEach
    void remove() throws IOException {
        if (store != null) {
            store.close();
        }
        if (two != null) {
            two.close();
        }
    }

    private int owners() throws IOException {
        return store.count("jumpvpn/o");
    }

    private void untilLeased(int number) throws IOException {
        String name = "gw" + number;
        two.until(() -> two.ask(name, "cluster").matches("(?s).*, lease \\d.*"), name);
    }

    @Test
    void aStopWithTheStoreWellSendsTheClientToTheOtherAtOnce() throws IOException {
        Process first = two.start(1);
        two.startClient(); // also before there is a lease
        two.start(2);
        untilLeased(2);
        two.until(() -> two.ask("gw1", "cluster").contains("gw2"), "gw1");
        assertThat(TwoGateways.stop(first)).as(two.log("gw1")).isZero();
        assertThat(owners()).as("the lease was given back").isEqualTo(1);
        two.until(() -> two.said("gw2", "STATE_CHANGE", "REATTACH_ACCEPT"), TwoGateways.CLIENT);
        assertThat(two.said(TwoGateways.CLIENT, "STATE_CHANGE", "GATEWAY_DRAINING"))
                .as("it was told, and need not miss it first")
                .isTrue();
    }

    @Test
    void aStopLeavesInTimeWhereTheStoreIsCutOffOrFrozen() throws IOException {
        Process first = two.start(1);
        Process second = two.start(2);
        two.startClient();
        untilLeased(2);
        two.host.shell(
                "nft 'table ip cut { chain o { type filter hook output priority 0; ip daddr 127.0.0.1 tcp dport 2379 drop; }; }'");
        assertThat(TwoGateways.stop(first)).as(two.log("gw1")).isZero();
        two.host.shell("nft delete table ip cut");
        store.stop(0);
        assertThat(TwoGateways.stop(second)).as(two.log("gw2")).isZero();
        store.cont(0);
    }

    @Test
    void aRevocationIsTheOwnersToTell() throws IOException {
        two.start(1);
        two.startClient();
        two.start(2);
        untilLeased(2);
        two.until(() -> two.ask("gw2", "cluster").contains("clients: 1"), "gw2");
        two.ask(
                "gw2",
                "client",
                "revoke",
                TwoGateways.CLIENT,
                "--config",
                two.workspace.file("gw2.toml").toString());
        two.until(() -> two.said(TwoGateways.CLIENT, "STATE_CHANGE", "REVOKED"), TwoGateways.CLIENT);
        two.until(() -> two.said("gw1", "STATE_CHANGE", "REVOKED"), "gw1");
        assertThat(two.events("gw2").stream().filter(event -> event.is("STATE_CHANGE")))
                .isEmpty();
        two.until(() -> two.ask("gw1", "cluster").contains("clients: 0"), "gw1");
    }

    private String add(String gateway, String name) throws IOException {
        return two.ask(
                gateway,
                "client",
                "add",
                name,
                "--endpoint",
                "192.0.2.1",
                "--config",
                two.workspace.file(gateway + ".toml").toString());
    }

    @Test
    void clientsAddedAtTwoGatewaysAreKnownAtBoth() throws IOException {
        Process first = two.start(1);
        two.start(2);
        untilLeased(1);
        untilLeased(2);
        assertThat(add("gw1", "phone")).contains("that the store chooses", "The running gateway admits it");
        two.until(() -> two.said("gw1", "OPERATOR_ACTION", "ACTION_DONE"), "gw1");
        assertThat(add("gw2", "tablet")).contains("The running gateway admits it");
        two.until(() -> two.ask("gw1", "cluster").contains("clients: 3"), "gw1");
        two.until(() -> two.ask("gw2", "cluster").contains("clients: 3"), "gw2");
        TwoGateways.stop(first);
        two.start(1); // whose file has one without an address now
        two.until(() -> two.ask("gw1", "cluster").contains("clients: 3"), "gw1");
        assertThat(two.said("gw1", "STATE_CHANGE", "HANDSHAKE_OK")).isFalse();
        two.startClient("phone");
        two.until(() -> two.said("gw1", "STATE_CHANGE", "HANDSHAKE_OK"), "phone");
        assertThat(two.log("gw1") + two.log("gw2")).doesNotContain("is not admitted", " ERROR ");
    }

    @Test
    void whomTheStoreRefusesIsNotSaidToBeAdmitted() throws IOException {
        two.start(1);
        untilLeased(1);
        Admission.Client other = new Admission.Client(
                "other", NodeFiles.base64(NodeFiles.key().publicKey()), TwoGateways.CLIENT_ADDRESS);
        assertThatThrownBy(() -> Admission.tell(two.workspace.file("gw1.sock"), List.of(other)))
                .hasMessageContaining("CLIENT_REFUSED");
        two.until(() -> two.said("gw1", "OPERATOR_ACTION", "ACTION_REFUSED"), "gw1");
        assertThat(two.said("gw1", "OPERATOR_ACTION", "ACTION_DONE")).isFalse();
    }

    @Test
    void whoHasAnotherSecretSaysSoAndTakesNoPart() throws IOException {
        two.start(1);
        untilLeased(1);
        two.gatewayFile(2, STORE.formatted("gw2"));
        two.start(2);
        two.until(() -> two.log("gw2").contains("another secret"), "gw2");
        two.until(() -> two.ask("gw2", "cluster").contains("no lease"), "gw2");
        assertThat(two.ask("gw2", "cluster")).contains("\"jumpvpn/\"", "[cluster] secret");
        assertThat(two.log("gw2").lines().filter(line -> line.contains(" ERROR ")))
                .hasSize(1);
        assertThat(owners()).isEqualTo(1);
        assertThat(two.log("gw1")).doesNotContain(" ERROR ");
    }
}
