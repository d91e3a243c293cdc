package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import jumpvpn.core.control.MessageType;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import org.junit.jupiter.api.Test;

/** How sessions end, by whose word and by which clock. */
class EndTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void theGatewaysOperatorEndsASessionAndTheClientComesBackWithANewOne() {
        Pair pair = Pair.connected();
        SessionId before = pair.status().id();
        assertThat(pair.gateway.terminate(pair.now, before)).isTrue();
        assertThat(pair.gateway.terminate(pair.now, before)).isFalse();
        pair.sendDown(1);
        assertThat(pair.gatewayDrops.get(DropReason.NO_ROUTE)).isOne();
        pair.run(25);
        assertThat(pair.status().id()).isNull();
        assertThat(Pair.told(pair.clientEvents)).contains("ATTACHED>TERMINATED OPERATOR_TERMINATE");
        assertThat(pair.table.live()).isEmpty();
        pair.await(() -> pair.state() == SessionState.ATTACHED, 3000);
        assertThat(pair.status().id()).isNotEqualTo(before);
    }

    @Test
    void theClientSaysGoodbyeAndStaysAway() {
        Pair pair = Pair.connected();
        pair.agent.close(pair.now);
        assertThat(pair.state()).isEqualTo(SessionState.TERMINATED);
        assertThat(pair.agent.nextNanos()).isEqualTo(Long.MAX_VALUE);
        pair.run(25);
        assertThat(pair.sessions()).isEmpty();
        assertThat(Pair.told(pair.gatewayEvents)).last().isEqualTo("ATTACHED>TERMINATED PEER_CLOSED");
        assertThat(Pair.told(pair.clientEvents)).last().isEqualTo("ATTACHED>TERMINATED OPERATOR_TERMINATE");
        pair.run(60_000);
        assertThat(pair.sessions()).isEmpty();
    }

    @Test
    void aGoodbyeSurvivesTheLossOfTwoOfItsThreeCopies() {
        Pair pair = Pair.connected();
        int[] copies = {0};
        pair.a.swallowUp = _ -> copies[0]++ < 2;
        pair.agent.close(pair.now);
        pair.run(25);
        assertThat(copies[0]).isEqualTo(3);
        assertThat(pair.sessions()).isEmpty();
    }

    @Test
    void theClientsOperatorEndsASessionAndTheAgentConnectsAnew() {
        Pair pair = Pair.connected();
        SessionId before = pair.status().id();
        assertThat(pair.agent.terminate(pair.now)).isTrue();
        pair.await(() -> pair.state() == SessionState.ATTACHED, 3000);
        assertThat(pair.status().id()).isNotEqualTo(before);
        assertThat(Pair.told(pair.gatewayEvents)).contains("ATTACHED>TERMINATED PEER_CLOSED");
    }

    @Test
    void aClosingGatewayTellsItsClients() {
        Pair pair = Pair.connected();
        pair.gateway.close(pair.now);
        assertThat(pair.sessions()).isEmpty();
        pair.run(25);
        assertThat(Pair.told(pair.clientEvents)).contains("ATTACHED>TERMINATED OPERATOR_TERMINATE");
    }

    @Test
    void aLifetimeEndsOnTimeAtBothEnds() {
        Pair pair = Pair.connected(Policy.DEFAULT.with(PolicyKey.SESSION_MAX_LIFETIME, 60 * SECOND));
        SessionId before = pair.status().id();
        boolean[] silent = {true}; // no successor can be had
        pair.a.swallowUp = datagram -> silent[0] && datagram[0] == MessageType.HANDSHAKE_INIT;
        pair.b.swallowUp = pair.a.swallowUp;
        pair.run(58_000);
        assertThat(pair.status().id()).isEqualTo(before);
        pair.run(2_000);
        assertThat(Pair.told(pair.gatewayEvents)).contains("ATTACHED>TERMINATED TTL_SESSION_EXPIRED");
        assertThat(Pair.told(pair.clientEvents)).contains("ATTACHED>TERMINATED TTL_SESSION_EXPIRED");
        silent[0] = false;
        pair.await(() -> pair.state() == SessionState.ATTACHED, 3000);
        assertThat(pair.status().id()).isNotEqualTo(before);
    }

    @Test
    void aSuccessorDeliversNothingBeforeItIsWelcomed() {
        Pair pair = Pair.connected(Policy.DEFAULT.with(PolicyKey.SESSION_MAX_LIFETIME, 60 * SECOND));
        SessionId before = pair.status().id();
        pair.a.swallowDown =
                datagram -> datagram[0] == PacketLayout.CONTROL; // WELCOME, and the end of the older session
        pair.b.swallowDown = pair.a.swallowDown;
        pair.await(() -> !pair.sessions().getFirst().id().equals(before), 60_000);
        pair.sendDown(1);
        pair.run(50);
        assertThat(pair.status().id()).isEqualTo(before);
        assertThat(pair.atClient).isEmpty();
        assertThat(pair.clientDrops.get(DropReason.GATE_CLOSED)).isEqualTo(1);
    }

    @Test
    void aSessionWithoutAPathEndsWithItsTransportLossTtlCountedFromTheLastPacket() {
        Pair pair = Pair.connected(Policy.DEFAULT.with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 30 * SECOND));
        pair.chat(0, 3, 10);
        pair.run(100);
        long heard = pair.now;
        pair.a.passes = false;
        pair.b.passes = false;
        pair.run(10_000);
        pair.sendUp(1);
        pair.sendDown(1);
        pair.await(() -> pair.sessions().isEmpty(), 40_000);
        assertThat(pair.now - heard).as("gateway").isBetween(29 * SECOND, 30 * SECOND);
        pair.await(
                () -> Pair.told(pair.clientEvents).stream()
                        .anyMatch(told -> told.endsWith("TTL_TRANSPORT_LOSS_EXPIRED")),
                40_000);
        assertThat(pair.now - heard).as("client").isBetween(29 * SECOND, 31 * SECOND);
        assertThat(Pair.told(pair.gatewayEvents))
                .containsSubsequence(
                        "RECOVERING>DEGRADED RECOVERY_WINDOW_EXCEEDED",
                        "DEGRADED>TERMINATED TTL_TRANSPORT_LOSS_EXPIRED");
    }

    @Test
    void recoveringEndsWithinItsWindow() {
        Pair pair = Pair.connected(Policy.DEFAULT.with(PolicyKey.SWITCHING_RECOVERY_WINDOW, 3 * SECOND));
        pair.a.passes = false;
        pair.b.passes = false;
        pair.agent.pathDown(pair.now, pair.a.path.id());
        pair.run(2990);
        assertThat(pair.state()).isEqualTo(SessionState.RECOVERING);
        pair.run(20);
        assertThat(pair.state()).isEqualTo(SessionState.DEGRADED);
    }

    @Test
    void terminatedMeansThatNothingPassesAnyMore() {
        Pair pair = Pair.connected();
        pair.sendUp(1);
        byte[] data = pair.seen.getLast().bytes();
        pair.gateway.terminate(pair.now, pair.status().id());
        pair.inject(pair.a.outer, data);
        assertThat(pair.atGateway).isEmpty();
        assertThat(pair.gatewayDrops.get(DropReason.UNKNOWN_WIRE_ID)).isOne();
        pair.a.swallowUp = datagram -> datagram[0] == MessageType.HANDSHAKE_INIT;
        pair.b.passes = false;
        pair.run(100);
        pair.sendUp(Inner.v4(jumpvpn.core.net.IpAddress.parse("10.77.0.9"), Pair.GATEWAY_INNER, 2));
        assertThat(pair.clientDrops.get(DropReason.GATE_CLOSED)).isOne();
    }
}
