package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.gateway.GatewayConfig;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** From nothing to a session, and what is said when there is none. */
class ConnectTest {
    @ParameterizedTest
    @EnumSource(Suite.class)
    void connectsAndCarriesDataBothWays(Suite suite) {
        Pair pair = new Pair();
        pair.suite = suite;
        pair.startGateway(List.of(pair.client()));
        pair.startClient(pair.gatewayKey.publicKey());
        pair.connect();

        assertThat(pair.status().version()).isEqualTo(StateVersion.of(1, 0));
        assertThat(pair.sessions().getFirst().id()).isEqualTo(pair.status().id());
        assertThat(pair.sessions().getFirst().remote()).isEqualTo(pair.a.outer);
        assertThat(Pair.told(pair.gatewayEvents)).containsExactly("BIRTH>ATTACHED HANDSHAKE_OK");
        pair.chat(0, 100, 3);
        pair.run(100);
        assertThat(pair.atGateway).hasSize(100).isSorted();
        assertThat(pair.atClient).hasSize(100).isSorted();
        assertThat(pair.status().rttNanos()).isBetween(40 * Pair.MILLI, 60 * Pair.MILLI);
    }

    @Test
    void carriesIpv6AndLetsAClientSendOnlyFromItsOwnAddress() {
        Pair pair = Pair.connected();
        IpAddress six = pair.status().inner().getLast().address();
        pair.sendUp(Inner.v6(six, IpAddress.parse("fd77::1"), 6));
        pair.sendUp(Inner.v4(IpAddress.parse("10.77.0.250"), Pair.GATEWAY_INNER, 7));
        pair.sendUp(Inner.v6(IpAddress.parse("fd77::dead"), IpAddress.parse("fd77::1"), 8));
        pair.run(50);
        assertThat(pair.atGateway).containsExactly(6);
        assertThat(pair.gatewayDrops.get(DropReason.FOREIGN_SOURCE)).isEqualTo(2);
    }

    @Test
    void nothingPassesBeforeTheSessionIsCommitted() {
        Pair pair = Pair.ready();
        pair.agent.start(pair.now);
        pair.sendUp(new byte[] {0x45, 0, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0, 10, 77, 0, 9, 10, 77, 0, 1, 0, 0, 0, 1});
        pair.run(45);
        assertThat(pair.clientDrops.get(DropReason.GATE_CLOSED)).isEqualTo(1);
        assertThat(pair.atGateway).isEmpty();
    }

    @Test
    void survivesLossOfEveryHandshakeMessageOnce() {
        Pair pair = Pair.ready();
        boolean[] lost = new boolean[4];
        pair.a.swallowUp = datagram -> !lost[datagram[0] == MessageType.HANDSHAKE_INIT ? 0 : 1]
                && (lost[datagram[0] == MessageType.HANDSHAKE_INIT ? 0 : 1] = true);
        pair.a.swallowDown = datagram -> !lost[datagram[0] == MessageType.HANDSHAKE_RESPONSE ? 2 : 3]
                && (lost[datagram[0] == MessageType.HANDSHAKE_RESPONSE ? 2 : 3] = true);
        pair.b.passes = false;
        pair.agent.start(pair.now);
        pair.await(() -> pair.state() == SessionState.ATTACHED, 6000);
        assertThat(lost).containsOnly(true);
        assertThat(pair.sessions()).hasSize(1);
    }

    @Test
    void anUnknownClientIsRefusedWithAnExplanation() {
        Pair pair = new Pair();
        KeyPair other = KeyPair.generate(pair.crypto);
        pair.startGateway(List.of(new GatewayConfig.Client("other", other.publicKey(), List.of())));
        pair.startClient(pair.gatewayKey.publicKey());
        pair.agent.start(pair.now);
        pair.await(() -> !pair.ends.isEmpty(), 200);
        assertThat(pair.ends.getFirst())
                .startsWith("UNKNOWN_CLIENT: gateway gw1 refused")
                .contains("client add");
        assertThat(pair.status().lastEnd()).contains("refused");
        assertThat(Pair.told(pair.clientEvents)).contains("BIRTH>TERMINATED HANDSHAKE_FAIL");
        assertThat(Pair.count(pair.gatewayEvents, EventType.SECURITY, ReasonCode.UNKNOWN_CLIENT))
                .isOne();
        assertThat(pair.sessions()).isEmpty();
        int before = pair.seen.size();
        pair.run(3000);
        assertThat(pair.seen.size()).as("the client tries again by itself").isGreaterThan(before);
    }

    @Test
    void aClientWithAWrongGatewayKeyHearsNothingAndSaysWhatToLookAt() {
        Pair pair = new Pair();
        pair.startGateway(List.of(pair.client()));
        pair.startClient(KeyPair.generate(pair.crypto).publicKey());
        pair.agent.start(pair.now);
        pair.await(() -> !pair.ends.isEmpty(), 10_500);
        assertThat(pair.seen).allMatch(Pair.Datagram::up);
        assertThat(pair.gatewayEvents).isEmpty();
        assertThat(pair.ends.getFirst())
                .startsWith("HANDSHAKE_FAIL: no answer on udp/eth0/192.0.2.1>203.0.113.1:4500, udp/wlan0/")
                .contains("public-key");
        assertThat(Pair.told(pair.clientEvents)).contains("BIRTH>TERMINATED HANDSHAKE_FAIL");
    }

    @Test
    void aRepeatedFirstMessageGetsTheSameAnswerAndAReplayedOneMakesNoSession() {
        Pair pair = Pair.ready();
        pair.b.passes = false;
        pair.agent.start(pair.now);
        byte[] init = pair.seen.getFirst().bytes();
        pair.inject(pair.a.outer, init);
        pair.inject(pair.a.outer, init);
        byte[] first = pair.seen.get(pair.seen.size() - 2).bytes();
        assertThat(first).hasSize(400).isEqualTo(pair.seen.getLast().bytes());
        pair.agent.close(pair.now);
        pair.run(11_000);
        assertThat(pair.sessions()).isEmpty();
        assertThat(Pair.told(pair.gatewayEvents)).containsExactly("BIRTH>TERMINATED HANDSHAKE_FAIL");
    }

    @Test
    void aReplayedFirstMessageEvictsNobody() {
        Pair pair = Pair.connected();
        byte[] init = pair.seen.getFirst().bytes();
        assertThat(init[0]).isEqualTo(MessageType.HANDSHAKE_INIT);
        pair.inject(pair.b.outer, init);
        pair.run(11_000);
        pair.sendUp(5);
        pair.run(50);
        assertThat(pair.atGateway).containsExactly(5);
        assertThat(pair.sessions()).hasSize(1);
    }

    @Test
    void recordedFirstMessagesPushNoHonestOneOut() {
        Pair pair = Pair.ready();
        pair.a.passes = false;
        pair.b.passes = false;
        java.util.List<byte[]> recorded = new java.util.ArrayList<>();
        for (int i = 0; i < 20; i++) {
            pair.seen.clear();
            pair.startClient(pair.gatewayKey.publicKey());
            pair.agent.start(pair.now);
            recorded.add(pair.seen.getFirst().bytes());
        }
        Endpoint thief = new Endpoint(IpAddress.parse("198.18.0.9"), 666);
        recorded.forEach(datagram -> pair.inject(thief, datagram));
        pair.run(11_000);
        pair.a.passes = true;
        pair.startClient(pair.gatewayKey.publicKey());
        pair.agent.start(pair.now);
        pair.run(25); // the gateway has it, its answer is under way
        recorded.forEach(datagram -> pair.inject(thief, datagram));
        pair.await(() -> pair.state() == SessionState.ATTACHED, 300);
    }

    @Test
    void noAnswerToAnUnprovenMessageIsLongerThanIt() {
        Pair pair = Pair.connected();
        pair.a.passes = false;
        pair.sendUp(1);
        pair.await(() -> pair.status().path().equals(pair.b.path) && pair.state() == SessionState.ATTACHED, 3000);
        int longestUp = 0;
        for (Pair.Datagram datagram : pair.seen) {
            byte type = datagram.bytes()[0];
            if (datagram.up() && type != 0x08 && type != 0x09 && type != 0x0A) {
                longestUp = datagram.bytes().length;
            } else if (!datagram.up() && type != 0x08 && type != 0x09) {
                assertThat(datagram.bytes().length).isLessThanOrEqualTo(longestUp);
            }
        }
    }

    @Test
    void garbageOfEveryLengthIsAnsweredByNobody() {
        Pair pair = Pair.connected();
        pair.forgetEvents();
        for (int length = 0; length <= 1500; length++) {
            byte[] garbage = new byte[length];
            pair.random.nextBytes(garbage);
            if (length > 0) {
                garbage[0] = (byte) (length % 18);
            }
            pair.inject(pair.b.outer, garbage);
            pair.agent.receive(pair.now, 1, garbage);
        }
        assertThat(pair.seen).isEmpty();
        assertThat(pair.sessions()).hasSize(1);
        assertThat(pair.gatewayEvents).allMatch(event -> event.reason() == ReasonCode.BAD_PROOF);
        byte[] cut = Arrays.copyOf(new byte[] {0x0C, 1}, 30);
        pair.agent.receive(pair.now, 1, cut);
        pair.chat(10, 5, 5);
        pair.run(50);
        assertThat(pair.atGateway).hasSize(5);
    }
}
