package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/** Switches: forced by a dead path and chosen while the old one still delivers. */
class JumpTest {
    private static List<Object> gates(Pair pair, ReasonCode reason) {
        return pair.gatewayEvents.stream()
                .filter(event -> event.type() == EventType.REATTACH_REQUEST_RECEIVED && event.reason() == reason)
                .map(event -> event.details().getFirst())
                .filter(detail -> detail.name().equals("gates"))
                .map(Event.Detail::value)
                .toList();
    }

    @Test
    void aBlackHoleIsNoticedAndTheSessionGoesOnInTheSeedsOrder() {
        Pair pair = Pair.connected();
        SessionId id = pair.status().id();
        pair.chat(0, 20, 5);
        pair.forgetEvents();
        pair.a.passes = false;
        for (int i = 0; pair.state() != SessionState.RECOVERING; i++) {
            assertThat(i).as("looks until the death was noticed").isLessThan(100);
            pair.chat(100 + i, 1, 10);
        }
        pair.await(() -> pair.state() == SessionState.ATTACHED, 500);

        assertThat(Pair.told(pair.clientEvents))
                .containsSubsequence(
                        "VOLATILITY_SIGNAL HEARTBEAT_MISSED", // t1
                        "ATTACHED>VOLATILE HEARTBEAT_MISSED", // t2
                        "TRANSPORT_DEAD NO_DELIVERY_WINDOW", // t3
                        "VOLATILE>RECOVERING TRANSPORT_DEAD", // t4
                        "REATTACH_REQUEST_SENT TRANSPORT_DEAD", // t5
                        "TRANSPORT_SWITCH CANDIDATE_SELECTED", // t6
                        "REATTACH_ACK_RECEIVED REATTACH_ACCEPT", // t7
                        "RECOVERING>ATTACHED REATTACH_ACCEPT"); // t8
        assertThat(Pair.told(pair.gatewayEvents))
                .containsSubsequence(
                        "REATTACH_REQUEST_RECEIVED PEER_REPORTED",
                        "TRANSPORT_SWITCH BOUND",
                        "RECOVERING>ATTACHED REATTACH_ACCEPT",
                        "REATTACH_ACK_SENT REATTACH_ACCEPT");
        assertThat(gates(pair, ReasonCode.PEER_REPORTED)).containsExactly(List.of("A", "B", "C", "D", "E", "F"));
        assertThat(pair.status().id())
                .isEqualTo(id)
                .isEqualTo(pair.sessions().getFirst().id());
        assertThat(pair.status().path()).isEqualTo(pair.b.path);
        assertThat(pair.sessions().getFirst().version().epoch()).isEqualTo(2);
        pair.atGateway.clear();
        pair.atClient.clear();
        pair.chat(500, 10, 5);
        pair.run(100);
        assertThat(pair.atGateway)
                .containsSubsequence(IntStream.range(500, 510).boxed().toList());
        assertThat(pair.atClient)
                .containsSubsequence(IntStream.range(500, 510).boxed().toList());
    }

    @Test
    void aLinkThatGoesDownIsLeftAtOnce() {
        Pair pair = Pair.connected();
        pair.forgetEvents();
        pair.a.passes = false;
        pair.agent.pathDown(pair.now, pair.a.path.id());
        long waited = pair.await(() -> pair.state() == SessionState.ATTACHED, 200);
        assertThat(waited).as("one round trip on the other path").isLessThanOrEqualTo(71);
        assertThat(Pair.told(pair.clientEvents))
                .containsExactly(
                        "CANDIDATE CANDIDATE_DOWN",
                        "TRANSPORT_DEAD LINK_DOWN",
                        "ATTACHED>RECOVERING TRANSPORT_DEAD",
                        "REATTACH_REQUEST_SENT TRANSPORT_DEAD",
                        "TRANSPORT_SWITCH CANDIDATE_SELECTED",
                        "REATTACH_ACK_RECEIVED REATTACH_ACCEPT",
                        "RECOVERING>ATTACHED REATTACH_ACCEPT");
        assertThat(Pair.told(pair.gatewayEvents))
                .containsExactly(
                        "TRANSPORT_DEAD PEER_REPORTED",
                        "ATTACHED>RECOVERING PEER_REPORTED",
                        "REATTACH_REQUEST_RECEIVED PEER_REPORTED",
                        "TRANSPORT_SWITCH BOUND",
                        "RECOVERING>ATTACHED REATTACH_ACCEPT",
                        "REATTACH_ACK_SENT REATTACH_ACCEPT");
        List<StateVersion> rows = pair.gatewayEvents.stream()
                .filter(event -> event.type() == EventType.STATE_CHANGE)
                .map(Event::version)
                .toList();
        assertThat(rows).containsExactly(StateVersion.of(1, 1), StateVersion.of(2, 0));
    }

    @Test
    void aPlannedJumpLosesNothing() {
        Pair pair = Pair.connected();
        pair.run(2000);
        pair.chat(0, 100, 10);
        assertThat(pair.agent.jump(pair.now, "wlan0")).isNull();
        pair.chat(100, 400, 10);
        pair.run(200);
        assertThat(pair.status().path()).isEqualTo(pair.b.path);
        assertThat(pair.atGateway)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 500).boxed().toList());
        assertThat(pair.atClient)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 500).boxed().toList());
        assertThat(pair.sessions().getFirst().version()).isEqualTo(StateVersion.of(2, 0));
        assertThat(Pair.count(pair.clientEvents, EventType.TRANSPORT_DEAD, ReasonCode.PEER_RESET))
                .isZero();
        assertThat(pair.clientEvents).noneMatch(event -> event.type() == EventType.TRANSPORT_DEAD);
        assertThat(Pair.told(pair.gatewayEvents)).contains("ATTACHED>RECOVERING OPERATOR_JUMP");
    }

    @Test
    void aPlannedJumpFromTheSlowPathToTheFastOneLosesNothingToo() {
        Pair pair = Pair.connected();
        pair.run(2000);
        assertThat(pair.agent.jump(pair.now, "2")).isNull();
        pair.run(2000);
        pair.atGateway.clear();
        pair.atClient.clear();
        pair.chat(0, 50, 10);
        assertThat(pair.agent.jump(pair.now, null)).isNull();
        pair.chat(50, 50, 10);
        pair.run(200);
        assertThat(pair.status().path()).isEqualTo(pair.a.path);
        assertThat(pair.atGateway)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 100).boxed().toList());
        assertThat(pair.atClient)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 100).boxed().toList());
        assertThat(pair.sessions().getFirst().version().epoch()).isEqualTo(3);
    }

    @Test
    void theOldBindingDrainsForTwoSecondsAndNoLonger() {
        Pair pair = Pair.connected();
        pair.run(2000);
        pair.a.delayNanos = 1500 * Pair.MILLI;
        pair.sendUp(1);
        pair.a.delayNanos = 2500 * Pair.MILLI;
        pair.sendUp(2);
        pair.a.delayNanos = 20 * Pair.MILLI;
        pair.agent.jump(pair.now, "wlan0");
        pair.run(3000);
        assertThat(pair.atGateway).as("late by 1.5 s, not by 2.5 s").containsExactly(1);
    }

    @Test
    void aJumpTooEarlyIsAbandonedAndTheOldBindingGoesOn() {
        Pair pair = Pair.connected();
        pair.run(2000);
        pair.agent.jump(pair.now, "wlan0");
        pair.await(() -> pair.state() == SessionState.ATTACHED, 200);
        pair.forgetEvents();
        assertThat(pair.agent.jump(pair.now, "eth0")).isNull();
        pair.run(100);
        assertThat(Pair.told(pair.clientEvents))
                .containsSubsequence(
                        "ATTACHED>RECOVERING OPERATOR_JUMP",
                        "REATTACH_REJECT COOLDOWN_ACTIVE",
                        "SWITCH_DENIED COOLDOWN_ACTIVE",
                        "RECOVERING>ATTACHED JUMP_ABANDONED");
        assertThat(gates(pair, ReasonCode.OPERATOR_JUMP)).containsExactly(List.of("A", "B", "C", "D", "E"));
        assertThat(pair.status().path()).isEqualTo(pair.b.path);
        pair.chat(0, 10, 5);
        pair.run(100);
        assertThat(pair.atGateway).hasSize(10);
        assertThat(pair.atClient).hasSize(10);
    }

    @Test
    void electiveSwitchesPerMinuteAreLimited() {
        Pair pair = Pair.connected(
                Policy.DEFAULT.with(PolicyKey.SWITCHING_MAX_PER_MINUTE, 2).with(PolicyKey.SWITCHING_COOLDOWN, 0));
        for (int i = 0; i < 2; i++) {
            pair.run(1000);
            assertThat(pair.agent.jump(pair.now, null)).isNull();
        }
        pair.run(1000);
        assertThat(pair.sessions().getFirst().version().epoch()).isEqualTo(3);
        pair.agent.jump(pair.now, null);
        pair.run(1000);
        assertThat(pair.sessions().getFirst().version().epoch()).isEqualTo(3);
        assertThat(Pair.told(pair.clientEvents)).contains("SWITCH_DENIED SWITCH_RATE_LIMITED");
        pair.run(60_000);
        pair.agent.jump(pair.now, null);
        pair.run(1000);
        assertThat(pair.sessions().getFirst().version().epoch()).isEqualTo(4);
    }

    @Test
    void aJumpWithoutAnotherPathIsDenied() {
        Pair pair = Pair.connected();
        assertThat(pair.agent.jump(pair.now, "eth0")).isEqualTo(ReasonCode.NO_VALID_CANDIDATE);
        assertThat(pair.agent.jump(pair.now, "nowhere")).isEqualTo(ReasonCode.NO_VALID_CANDIDATE);
        pair.agent.pathDown(pair.now, pair.b.path.id());
        assertThat(pair.agent.jump(pair.now, null)).isEqualTo(ReasonCode.NO_VALID_CANDIDATE);
        assertThat(Pair.told(pair.clientEvents)).contains("SWITCH_DENIED NO_VALID_CANDIDATE");
        assertThat(pair.state()).isEqualTo(SessionState.ATTACHED);
        assertThat(pair.status().version()).isEqualTo(StateVersion.of(1, 0));
    }

    @Test
    void aJumpIntoABlackHoleIsAbandonedWhenItsWindowIsOver() {
        Pair pair = Pair.connected();
        pair.run(2000);
        pair.b.passes = false;
        pair.forgetEvents();
        pair.agent.jump(pair.now, "wlan0");
        pair.chat(0, 900, 10);
        pair.run(100);
        assertThat(Pair.told(pair.clientEvents))
                .containsSubsequence("ATTACHED>RECOVERING OPERATOR_JUMP", "RECOVERING>ATTACHED JUMP_ABANDONED");
        assertThat(pair.atGateway).hasSize(900);
        assertThat(pair.atClient).hasSize(900);
        assertThat(pair.gatewayEvents).isEmpty();
    }

    @Test
    void aJumpWhosePathDiesUnderWayBecomesAnEscape() {
        Pair pair = Pair.connected();
        pair.run(2000);
        pair.b.swallowUp = datagram -> datagram[0] == 0x0B;
        pair.agent.jump(pair.now, "wlan0");
        pair.run(20);
        pair.a.passes = false;
        pair.agent.pathDown(pair.now, pair.a.path.id());
        assertThat(pair.state()).isEqualTo(SessionState.RECOVERING);
        pair.b.swallowUp = _ -> false;
        pair.await(() -> pair.state() == SessionState.ATTACHED, 2000);
        assertThat(pair.status().path()).isEqualTo(pair.b.path);
        assertThat(pair.sessions()).hasSize(1);
    }

    @Test
    void everyBindHasFreshWireIdentifiers() {
        Pair pair = Pair.connected();
        pair.run(2000);
        pair.chat(0, 5, 5);
        pair.agent.jump(pair.now, null);
        pair.run(500);
        pair.chat(10, 5, 5);
        List<Long> receivers = pair.seen.stream()
                .filter(datagram -> datagram.bytes()[0] == 0x08)
                .map(datagram -> java.nio.ByteBuffer.wrap(datagram.bytes()).getLong(4))
                .distinct()
                .toList();
        assertThat(receivers).as("two bindings, two directions").hasSize(4);
    }
}
