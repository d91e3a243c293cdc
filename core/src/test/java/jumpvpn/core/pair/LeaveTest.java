package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import org.junit.jupiter.api.Test;

/** Leaving in time: a path that delivers badly, one that will go, and a session that grows old. */
class LeaveTest {
    private static final long SECOND = 1_000_000_000L;

    private static void lossy(Link link) {
        int[] packets = {0};
        link.swallowUp = datagram -> datagram[0] == 0x08 && packets[0]++ % 3 == 0;
    }

    private static List<String> rows(Pair pair) {
        return Pair.told(pair.clientEvents).stream()
                .filter(told -> told.contains(">"))
                .toList();
    }

    @Test
    void aPathWorseThanItsThresholdsIsLeftWhenAnotherAnswersAProbe() {
        Pair pair = Pair.connected();
        pair.run(2000);
        pair.forgetEvents();
        lossy(pair.a);
        pair.chat(0, 300, 10);
        assertThat(rows(pair))
                .containsExactly(
                        "ATTACHED>VOLATILE LOSS_SPIKE",
                        "VOLATILE>RECOVERING BETTER_PATH",
                        "RECOVERING>ATTACHED REATTACH_ACCEPT");
        assertThat(pair.status().path()).isEqualTo(pair.b.path);
        assertThat(Pair.told(pair.gatewayEvents)).contains("ATTACHED>RECOVERING BETTER_PATH");
        assertThat(pair.clientEvents).noneMatch(event -> event.type() == EventType.TRANSPORT_DEAD);
    }

    @Test
    void twoBadPathsAreNotFlappedBetween() {
        Pair pair = Pair.connected();
        pair.run(2000);
        lossy(pair.a);
        lossy(pair.b);
        pair.chat(0, 5500, 10);
        assertThat(Pair.count(pair.gatewayEvents, EventType.TRANSPORT_SWITCH, ReasonCode.BOUND))
                .isOne();
        assertThat(pair.state()).isEqualTo(SessionState.DEGRADED);
        assertThat(Pair.told(pair.clientEvents))
                .contains("SWITCH_DENIED NO_VALID_CANDIDATE", "VOLATILE>DEGRADED NO_VALID_CANDIDATE");
        pair.chat(6000, 3000, 10);
        assertThat(Pair.count(pair.gatewayEvents, EventType.TRANSPORT_SWITCH, ReasonCode.BOUND))
                .as("after a minute the other is worth a try again")
                .isEqualTo(2);
    }

    @Test
    void theClientKnowsItsLimitsAndDoesNotAskInVain() {
        Pair pair = Pair.connected(Policy.DEFAULT.with(PolicyKey.SWITCHING_MAX_PER_MINUTE, 1));
        pair.run(2000);
        assertThat(pair.agent.jump(pair.now, "wlan0")).isNull();
        pair.run(2000);
        pair.forgetEvents();
        lossy(pair.b);
        pair.chat(0, 1000, 10);
        assertThat(rows(pair)).containsExactly("ATTACHED>VOLATILE LOSS_SPIKE", "VOLATILE>DEGRADED SWITCH_RATE_LIMITED");
        assertThat(Pair.count(pair.clientEvents, EventType.SWITCH_DENIED, ReasonCode.SWITCH_RATE_LIMITED))
                .isOne();
        assertThat(pair.seen)
                .noneMatch(datagram -> datagram.up() && datagram.bytes()[0] == MessageType.REATTACH_REQUEST);
        pair.chat(2000, 5500, 10);
        assertThat(rows(pair)).as("when the minute is over").contains("DEGRADED>RECOVERING BETTER_PATH");
        assertThat(pair.status().path()).isEqualTo(pair.a.path);
    }

    @Test
    void theOnlyPathIsKeptHoweverBadAndTheSessionHeals() {
        Pair pair = Pair.connected();
        pair.agent.pathDown(pair.now, pair.b.path.id());
        pair.run(2000);
        pair.forgetEvents();
        lossy(pair.a);
        pair.chat(0, 600, 10);
        assertThat(rows(pair)).containsExactly("ATTACHED>VOLATILE LOSS_SPIKE", "VOLATILE>DEGRADED NO_VALID_CANDIDATE");
        pair.a.swallowUp = _ -> false;
        pair.chat(1000, 600, 10);
        assertThat(rows(pair)).last().isEqualTo("DEGRADED>ATTACHED EXIT_DEGRADED");
    }

    @Test
    void aCandidateThatComesUpIsTakenAtOnce() {
        Pair pair = Pair.connected();
        pair.agent.pathDown(pair.now, pair.b.path.id());
        pair.run(2000);
        lossy(pair.a);
        pair.chat(0, 600, 10);
        assertThat(pair.state()).isEqualTo(SessionState.DEGRADED);
        pair.agent.pathUp(pair.now, pair.b.path);
        pair.chat(1000, 40, 10);
        assertThat(pair.status().path()).isEqualTo(pair.b.path);
        assertThat(rows(pair)).contains("DEGRADED>RECOVERING BETTER_PATH");
    }

    @Test
    void aSlowPathIsNotLeftForASlowerOne() {
        Pair pair = Pair.connected();
        pair.run(2000);
        pair.b.delayNanos = 400 * Pair.MILLI;
        pair.forgetEvents();
        pair.a.delayNanos = 150 * Pair.MILLI;
        pair.chat(0, 700, 10);
        assertThat(rows(pair))
                .containsExactly("ATTACHED>VOLATILE LATENCY_SPIKE", "VOLATILE>DEGRADED VOLATILE_PERSISTED");
        assertThat(pair.status().path()).isEqualTo(pair.a.path);
        pair.chat(1000, 7000, 10);
        assertThat(rows(pair))
                .as("what is so for good becomes the measure")
                .contains("DEGRADED>ATTACHED EXIT_DEGRADED");
    }

    @Test
    void jitterIsNoticed() {
        Pair pair = Pair.connected();
        pair.agent.pathDown(pair.now, pair.b.path.id());
        pair.run(2000);
        pair.forgetEvents();
        for (int i = 0; i < 40; i++) {
            pair.a.delayNanos = (i % 2 == 0 ? 20 : 60) * Pair.MILLI;
            pair.chat(i * 10, 2, 50);
        }
        assertThat(rows(pair)).contains("ATTACHED>VOLATILE JITTER_SPIKE");
    }

    @Test
    void aLinkThatWillGoIsLeftWhileItStillDelivers() {
        Pair pair = Pair.connected();
        pair.chat(0, 100, 10);
        pair.agent.linkGoingDown(pair.now, pair.a.path.id());
        pair.chat(100, 20, 10);
        pair.agent.pathDown(pair.now, pair.a.path.id());
        pair.a.passes = false;
        pair.chat(120, 80, 10);
        pair.run(200);
        assertThat(rows(pair)).endsWith("ATTACHED>RECOVERING LINK_GOING_DOWN", "RECOVERING>ATTACHED REATTACH_ACCEPT");
        assertThat(Pair.told(pair.gatewayEvents)).contains("ATTACHED>RECOVERING LINK_GOING_DOWN");
        assertThat(pair.atGateway)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 200).boxed().toList());
        assertThat(pair.atClient)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 200).boxed().toList());
    }

    @Test
    void theLastLinkIsUsedUntilItIsGone() {
        Pair pair = Pair.connected();
        pair.agent.pathDown(pair.now, pair.b.path.id());
        pair.forgetEvents();
        pair.agent.linkGoingDown(pair.now, pair.a.path.id());
        assertThat(Pair.told(pair.clientEvents)).containsExactly("SWITCH_DENIED NO_VALID_CANDIDATE");
        pair.chat(0, 10, 10);
        pair.run(100);
        assertThat(pair.atGateway).hasSize(10);
    }

    @Test
    void aSuccessorTakesOverBeforeTheLifetimeIsOver() {
        Pair pair = Pair.connected(Policy.DEFAULT.with(PolicyKey.SESSION_MAX_LIFETIME, 60 * SECOND));
        SessionId first = pair.status().id();
        pair.run(50_000);
        pair.forgetEvents();
        pair.chat(0, 900, 10);
        pair.run(100);
        assertThat(pair.status().id()).isNotEqualTo(first);
        assertThat(pair.sessions()).hasSize(1);
        assertThat(rows(pair)).containsExactly("ATTACHED>TERMINATED SUPERSEDED", "BIRTH>ATTACHED HANDSHAKE_OK");
        assertThat(Pair.told(pair.gatewayEvents))
                .containsExactly("ATTACHED>TERMINATED SUPERSEDED", "BIRTH>ATTACHED HANDSHAKE_OK");
        assertThat(pair.atClient).as("down").hasSize(900);
        assertThat(pair.atGateway)
                .as("up: but for what was sent within one round trip of 40 ms")
                .hasSizeGreaterThanOrEqualTo(895);
    }

    @Test
    void theGatewayEndsTheOldSessionEvenIfItsWordIsLost() {
        Pair pair = Pair.connected(Policy.DEFAULT.with(PolicyKey.SESSION_MAX_LIFETIME, 60 * SECOND));
        SessionId first = pair.status().id();
        pair.run(50_000);
        pair.forgetEvents();
        pair.a.swallowDown = datagram -> datagram[0] == 0x09 && datagram.length < 60; // CLOSE
        pair.run(5000);
        assertThat(pair.status().id()).isNotEqualTo(first);
        assertThat(rows(pair)).containsExactly("ATTACHED>TERMINATED SUPERSEDED", "BIRTH>ATTACHED HANDSHAKE_OK");
    }

    @Test
    void aSuccessorThatFailsLeavesThePresentSessionAlone() {
        Pair pair = Pair.connected(Policy.DEFAULT
                .with(PolicyKey.SESSION_MAX_LIFETIME, 60 * SECOND)
                .with(PolicyKey.SESSION_HANDSHAKE_TIMEOUT, SECOND));
        SessionId first = pair.status().id();
        pair.run(50_000);
        pair.forgetEvents();
        boolean[] deaf = {true};
        pair.a.swallowDown = datagram -> deaf[0] && datagram[0] == 0x09 && datagram.length > 800; // WELCOME
        pair.a.swallowUp = datagram -> deaf[0] && datagram[0] == 0x09 && datagram.length == 53; // CONFIRM, PING
        pair.chat(0, 500, 10);
        assertThat(pair.status().id()).isEqualTo(first);
        assertThat(rows(pair)).contains("BIRTH>TERMINATED HANDSHAKE_FAIL").doesNotContain("ATTACHED>TERMINATED");
        deaf[0] = false;
        pair.chat(500, 400, 10);
        pair.run(100);
        assertThat(pair.status().id()).isNotEqualTo(first);
        assertThat(rows(pair)).endsWith("ATTACHED>TERMINATED SUPERSEDED", "BIRTH>ATTACHED HANDSHAKE_OK");
        assertThat(pair.atGateway).hasSizeGreaterThanOrEqualTo(880);
    }
}
