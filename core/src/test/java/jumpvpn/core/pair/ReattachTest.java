package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/** The reattach exchange under loss, repetition, replay and restarts. */
class ReattachTest {
    private static final Endpoint ELSEWHERE = new Endpoint(IpAddress.parse("198.18.0.9"), 666);

    private static void cutA(Pair pair) {
        pair.a.passes = false;
        pair.agent.pathDown(pair.now, pair.a.path.id());
    }

    private static byte[] lastRequest(Pair pair) {
        return pair.seen.stream()
                .filter(datagram -> datagram.up() && datagram.bytes()[0] == MessageType.REATTACH_REQUEST)
                .reduce((_, last) -> last)
                .orElseThrow()
                .bytes();
    }

    private static List<byte[]> answers(Pair pair) {
        return pair.seen.stream()
                .filter(datagram -> datagram.bytes()[0] == MessageType.REATTACH_ANSWER)
                .map(Pair.Datagram::bytes)
                .toList();
    }

    @Test
    void aLostAckIsSentAgainFromWhatWasKeptAndBindsOnce() {
        Pair pair = Pair.connected();
        pair.forgetEvents();
        int[] lost = {2};
        pair.b.swallowDown = datagram -> datagram[0] == MessageType.REATTACH_ANSWER && lost[0]-- > 0;
        cutA(pair);
        pair.await(() -> pair.state() == SessionState.ATTACHED, 3000);
        pair.run(500);
        assertThat(answers(pair)).hasSizeGreaterThanOrEqualTo(3);
        assertThat(answers(pair).stream().map(java.nio.ByteBuffer::wrap).distinct())
                .hasSize(1);
        assertThat(Pair.count(pair.gatewayEvents, EventType.TRANSPORT_SWITCH, ReasonCode.BOUND))
                .isOne();
        assertThat(Pair.count(pair.gatewayEvents, EventType.SECURITY, ReasonCode.ANSWER_REPEATED))
                .isZero();
        assertThat(pair.status().version()).isEqualTo(StateVersion.of(2, 0));
        pair.chat(0, 5, 5);
        pair.run(100);
        assertThat(pair.atGateway).hasSize(5);
        assertThat(pair.atClient).hasSize(5);
    }

    @Test
    void aReplayedRequestFromElsewhereIsReportedAndChangesNothing() {
        Pair pair = Pair.connected();
        cutA(pair);
        pair.await(() -> pair.state() == SessionState.ATTACHED, 500);
        byte[] request = lastRequest(pair);
        pair.run(200);
        StateVersion before = pair.sessions().getFirst().version();
        pair.inject(ELSEWHERE, request);
        pair.run(100);
        assertThat(Pair.count(pair.gatewayEvents, EventType.SECURITY, ReasonCode.ANSWER_REPEATED))
                .isOne();
        assertThat(Pair.count(pair.gatewayEvents, EventType.TRANSPORT_SWITCH, ReasonCode.BOUND))
                .isOne();
        assertThat(pair.sessions().getFirst().version()).isEqualTo(before);
        assertThat(pair.sessions().getFirst().remote()).isEqualTo(pair.b.outer);
    }

    @Test
    void anAnswerIsSentAgainNoLongerThanItsRequestIsYoung() {
        Pair pair = Pair.connected();
        pair.run(2000);
        pair.agent.jump(pair.now, "wlan0");
        pair.run(2000);
        byte[] old = lastRequest(pair);
        pair.agent.jump(pair.now, null);
        pair.run(3000);
        pair.inject(ELSEWHERE, old);
        assertThat(Pair.count(pair.gatewayEvents, EventType.SECURITY, ReasonCode.ANSWER_REPEATED))
                .isOne();
        pair.run(2100); // 7.1 s after it was answered
        pair.inject(ELSEWHERE, old);
        assertThat(Pair.count(pair.gatewayEvents, EventType.SECURITY, ReasonCode.ANSWER_REPEATED))
                .isOne();
        assertThat(Pair.count(pair.gatewayEvents, EventType.REATTACH_REJECT, ReasonCode.STALE_STATE_VERSION))
                .isOne();
    }

    @Test
    void replaysOfOldRequestsNeverChangeTheSession() {
        Pair pair = Pair.connected(Policy.DEFAULT.with(PolicyKey.SWITCHING_MAX_REJECTS, 1));
        pair.run(2000);
        pair.agent.jump(pair.now, "wlan0");
        pair.run(2000);
        byte[] old = lastRequest(pair);
        for (int jumps = 0; jumps < 2; jumps++) { // then the old request's answer is kept no more
            pair.run(20_000);
            pair.agent.jump(pair.now, null);
        }
        pair.run(20_000);
        pair.a.passes = false;
        pair.b.passes = false;
        pair.sendDown(1);
        pair.await(() -> pair.sessions().getFirst().state() == SessionState.RECOVERING, 3000);
        StateVersion before = pair.sessions().getFirst().version();
        pair.inject(ELSEWHERE, old);
        pair.inject(ELSEWHERE, old);
        assertThat(pair.sessions()).hasSize(1);
        assertThat(pair.sessions().getFirst().version()).isEqualTo(before);
        assertThat(pair.sessions().getFirst().state()).isEqualTo(SessionState.RECOVERING);
    }

    @Test
    void aFlippedBitAnywhereInARequestMeansSilence() {
        Pair pair = Pair.connected();
        pair.b.swallowUp = datagram -> datagram[0] == MessageType.REATTACH_REQUEST;
        cutA(pair);
        byte[] request = lastRequest(pair);
        StateVersion before = pair.sessions().getFirst().version();
        pair.forgetEvents();
        for (int bit = 8; bit < request.length * 8; bit += 7) {
            byte[] forged = request.clone();
            forged[bit / 8] ^= (byte) (1 << bit % 8);
            pair.inject(pair.b.outer, forged);
        }
        assertThat(pair.seen).isEmpty();
        assertThat(pair.sessions().getFirst().version()).isEqualTo(before);
        assertThat(Pair.count(pair.gatewayEvents, EventType.SECURITY, ReasonCode.BAD_PROOF))
                .isOne();
        pair.inject(pair.b.outer, request);
        assertThat(pair.sessions().getFirst().version()).isEqualTo(StateVersion.of(2, 0));
    }

    @Test
    void theGatewaysNoticeLeadsToAReattach() {
        Pair pair = Pair.connected();
        pair.run(2000);
        pair.forgetEvents();
        pair.a.swallowUp = _ -> true; // the gateway hears nothing, the client all
        pair.b.swallowUp = _ -> true;
        pair.sendDown(1);
        pair.await(() -> pair.state() == SessionState.RECOVERING, 3000);
        assertThat(Pair.told(pair.gatewayEvents)).containsSubsequence("TRANSPORT_DEAD NO_DELIVERY_WINDOW");
        pair.b.swallowUp = _ -> false;
        pair.await(() -> pair.state() == SessionState.ATTACHED, 5000);
        assertThat(Pair.told(pair.clientEvents))
                .containsAnyOf("TRANSPORT_DEAD PEER_RESET", "TRANSPORT_DEAD NO_DELIVERY_WINDOW");
        assertThat(pair.sessions()).hasSize(1);
    }

    @Test
    void packetsOfABindingThatTheGatewayThinksDeadAreAnsweredWithANotice() {
        Pair pair = Pair.connected();
        pair.run(2000);
        pair.a.passes = false;
        pair.sendDown(1);
        pair.await(() -> pair.sessions().getFirst().state() == SessionState.RECOVERING, 3000);
        pair.a.passes = true;
        pair.forgetEvents();
        pair.run(1000);
        assertThat(pair.state()).isEqualTo(SessionState.ATTACHED);
        pair.sendUp(2);
        pair.await(() -> Pair.told(pair.clientEvents).contains("TRANSPORT_DEAD PEER_RESET"), 100);
        pair.await(() -> pair.sessions().getFirst().state() == SessionState.ATTACHED, 500);
        assertThat(pair.atGateway)
                .as("what arrived under the old keys is delivered")
                .contains(2);
        assertThat(pair.sessions().getFirst().version().epoch()).isEqualTo(2);
    }

    @Test
    void aRestartedGatewayMakesTheClientBeginAnewExplicitly() {
        Pair pair = Pair.connected();
        SessionId before = pair.status().id();
        IpAddress inner = pair.inner();
        pair.forgetEvents();
        pair.startGateway(List.of(pair.client()));
        pair.chat(0, 1, 1);
        pair.await(() -> pair.sessions().size() == 1 && pair.state() == SessionState.ATTACHED, 5000);
        assertThat(Pair.told(pair.clientEvents))
                .containsSubsequence(
                        "REATTACH_REJECT SESSION_NOT_FOUND",
                        "RECOVERING>TERMINATED SESSION_NOT_FOUND",
                        "BIRTH>ATTACHED HANDSHAKE_OK");
        assertThat(pair.status().id()).isNotEqualTo(before);
        assertThat(pair.inner()).isEqualTo(inner);
        assertThat(pair.ends.getFirst()).startsWith("SESSION_NOT_FOUND");
        pair.atGateway.clear();
        pair.sendUp(9);
        pair.run(100);
        assertThat(pair.atGateway).containsExactly(9);
    }

    @Test
    void aRestartedClientSupersedesItsOldSessionAndKeepsTheInnerAddress() {
        Pair pair = Pair.connected();
        SessionId before = pair.status().id();
        IpAddress inner = pair.inner();
        pair.forgetEvents();
        pair.startClient(pair.gatewayKey.publicKey());
        pair.connect();
        assertThat(pair.status().id()).isNotEqualTo(before);
        assertThat(pair.inner()).isEqualTo(inner);
        assertThat(pair.sessions())
                .singleElement()
                .satisfies(session ->
                        assertThat(session.id()).isEqualTo(pair.status().id()));
        assertThat(Pair.told(pair.gatewayEvents))
                .containsExactly("ATTACHED>TERMINATED SUPERSEDED", "BIRTH>ATTACHED HANDSHAKE_OK");
        assertThat(pair.table.live()).hasSize(1);
        pair.chat(0, 3, 5);
        pair.run(100);
        assertThat(pair.atGateway).hasSize(3);
        assertThat(pair.atClient).hasSize(3);
    }

    @Test
    void whenAllPathsComeBackLateTheSessionIsFoundByAProbe() {
        Pair pair = Pair.connected();
        SessionId before = pair.status().id();
        pair.forgetEvents();
        pair.a.passes = false;
        pair.b.passes = false;
        pair.sendUp(1);
        pair.await(() -> pair.state() == SessionState.DEGRADED, 12_000);
        pair.run(60_000);
        assertThat(pair.state()).isEqualTo(SessionState.DEGRADED);
        pair.b.passes = true;
        pair.await(() -> pair.state() == SessionState.ATTACHED, 6000);
        assertThat(pair.status().id()).isEqualTo(before);
        assertThat(Pair.told(pair.clientEvents))
                .containsSubsequence(
                        "RECOVERING>DEGRADED RECOVERY_WINDOW_EXCEEDED",
                        "DEGRADED>RECOVERING CANDIDATE_APPEARED",
                        "RECOVERING>ATTACHED REATTACH_ACCEPT");
    }

    @Test
    void aNewPathEndsTheWaitAtOnce() {
        Pair pair = Pair.connected();
        pair.agent.pathDown(pair.now, pair.b.path.id());
        cutA(pair);
        pair.await(() -> pair.state() == SessionState.DEGRADED, 12_000);
        pair.run(10_000);
        pair.agent.pathUp(pair.now, pair.b.path);
        assertThat(pair.await(() -> pair.state() == SessionState.ATTACHED, 500)).isLessThanOrEqualTo(500);
        assertThat(pair.status().path()).isEqualTo(pair.b.path);
    }
}
