package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.data.Forwarding;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/** When handshakes are tried on which paths, how a birth comes to its end, and what the client shows meanwhile. */
class ConnectTimesTest {
    private static final long MILLI = Script.MILLI;
    private static final long SECOND = 1000 * MILLI;

    private final Script script = new Script();
    private final long start = script.now;

    private List<Long> millis(int pathId) {
        return script.firsts.stream()
                .filter(first -> first.pathId() == pathId)
                .map(first -> (first.nanos() - start) / MILLI)
                .toList();
    }

    private void onePath() {
        script.up(1, "eth0", "gw1", Script.ONE);
    }

    @Test
    void onePathAfterAnotherIsTriedAndEachIsRepeatedMoreSeldomly() {
        script.silent.add("gw1");
        script.silent.add("gw2");
        onePath();
        script.up(2, "wlan0", "gw1", Script.ONE);
        script.up(3, "eth0", "gw2", Script.TWO);
        script.agent.start(start);
        script.run(9_999);
        assertThat(millis(1)).containsExactly(0L, 400L, 1200L, 2800L, 4800L, 6800L, 8800L);
        assertThat(millis(2)).containsExactly(250L, 650L, 1450L, 3050L, 5050L, 7050L, 9050L);
        assertThat(millis(3)).containsExactly(500L, 900L, 1700L, 3300L, 5300L, 7300L, 9300L);
        assertThat(script.told()).doesNotContain("BIRTH>TERMINATED HANDSHAKE_FAIL");
    }

    @Test
    void aRoundIsGivenUpAfterTheHandshakesTimeAndSaysWhatWasTried() {
        script.silent.add("gw1");
        onePath();
        script.up(2, "wlan0", "gw1", Script.ONE);
        script.agent.start(start);
        script.runTo(start + 10 * SECOND - 1);
        assertThat(script.ends).isEmpty();
        assertThat(script.status().state()).isEqualTo(SessionState.BIRTH);
        script.runTo(start + 10 * SECOND);
        String text = "no answer on " + script.paths.get(1).name() + ", "
                + script.paths.get(2).name()
                + "; either nothing passes there, or the public-key in [[gateway]] is not that gateway's";
        assertThat(script.ends).containsExactly("HANDSHAKE_FAIL: " + text);
        assertThat(script.status().lastEnd()).isEqualTo(text);
        assertThat(script.status().reason()).isEqualTo(ReasonCode.HANDSHAKE_FAIL);
        assertThat(script.status().sinceNanos()).isEqualTo(script.now);
        assertThat(script.event("BIRTH>TERMINATED HANDSHAKE_FAIL").details())
                .containsExactly(new Detail("detail", "HANDSHAKE_FAIL"), new Detail("text", text));
    }

    @Test
    void withoutAPathThePausesBetweenRoundsGrowToEightSeconds() {
        script.agent.start(start);
        script.run(100_000);
        assertThat(script.events.stream().map(event -> event.nanos() - start))
                .containsExactly(
                        10 * SECOND,
                        20_500 * MILLI,
                        31_500 * MILLI,
                        43_500 * MILLI,
                        57_500 * MILLI,
                        75_500 * MILLI,
                        93_500 * MILLI);
        assertThat(script.ends.getLast()).startsWith("HANDSHAKE_FAIL: no usable path");
    }

    @Test
    void aFirstPathIsTriedAtOnceAndAnotherAQuarterOfASecondLater() {
        script.silent.add("gw1");
        script.agent.start(start);
        script.run(2000);
        onePath();
        assertThat(millis(1)).containsExactly(2000L);
        script.run(1100);
        script.up(2, "wlan0", "gw1", Script.ONE);
        assertThat(millis(2)).isEmpty();
        script.run(250);
        assertThat(millis(2)).containsExactly(3350L);
    }

    @Test
    void aPathThatComesUpDoesNotPutOffTheNextOne() {
        script.silent.add("gw1");
        onePath();
        script.up(2, "wlan0", "gw1", Script.ONE);
        script.agent.start(start);
        script.run(300);
        script.up(3, "eth0", "gw1", Script.ONE);
        script.run(1000);
        assertThat(millis(2)).startsWith(250L);
        assertThat(millis(3)).startsWith(500L);
    }

    /** A whole family, all of UDP or a link that is dead costs one turn, not one for each of its paths. */
    @Test
    void thePathThatHasLeastInCommonWithTheTriedOnesIsNext() {
        script.silent.add("gw1");
        onePath();
        script.up(2, "eth0", "gw1", Script.ONE);
        script.up(3, Protocol.TCP, "eth0", "gw1", Script.ONE);
        script.up(4, "wlan0", "gw1", Script.ONE);
        script.agent.start(start);
        script.run(1000);
        assertThat(script.firsts.stream().map(first -> first.pathId()).distinct())
                .containsExactly(1, 4, 3, 2);
        assertThat(millis(3)).startsWith(500L);
    }

    /** Where UDP is blocked, QUIC is as well. */
    @Test
    void tcpIsTriedBeforeQuicIsWhenUdpWas() {
        script.silent.add("gw1");
        onePath();
        script.up(2, Protocol.QUIC, "eth0", "gw1", Script.ONE);
        script.up(3, Protocol.TCP, "eth0", "gw1", Script.ONE);
        script.agent.start(start);
        script.run(1000);
        assertThat(script.firsts.stream().map(first -> first.pathId()).distinct())
                .containsExactly(1, 3, 2);
    }

    @Test
    void aPathThatIsGoneIsTriedNoMore() {
        script.silent.add("gw1");
        onePath();
        script.up(2, "wlan0", "gw1", Script.ONE);
        script.agent.start(start);
        script.run(100);
        script.down(1);
        script.run(3000);
        assertThat(millis(1)).containsExactly(0L);
        assertThat(millis(2)).containsExactly(250L, 650L, 1450L, 3050L);
        assertThat(script.told()).contains("CANDIDATE CANDIDATE_DOWN");
    }

    @Test
    void theOthersAreTriedOnAsBefore() {
        script.silent.add("gw1");
        onePath();
        script.up(2, "wlan0", "gw1", Script.ONE);
        script.agent.start(start);
        script.run(600);
        script.down(1);
        script.run(2000);
        assertThat(millis(1)).containsExactly(0L, 400L);
        assertThat(millis(2)).containsExactly(250L, 650L, 1450L);
    }

    @Test
    void aRefusalOfOneGatewayLeavesTheAttemptsAtTheOtherAlone() {
        script.silent.add("gw1");
        script.silent.add("gw2");
        onePath();
        script.up(3, "eth0", "gw2", Script.TWO);
        script.agent.start(start);
        script.run(1000);
        script.silent.clear();
        script.refusing.put("gw1", ReasonCode.POOL_EXHAUSTED);
        script.greet(1, Script.ONE, script.firsts.getFirst().datagram());
        assertThat(script.ends).hasSize(1);
        script.run(1000);
        assertThat(millis(3)).as("the attempt that was under way, repeated").containsExactly(250L, 650L, 1450L);
        assertThat(script.status().gateway()).isEqualTo("gw2");
    }

    @Test
    void aGatewayThatRefusedIsAskedOnNoPathOfThisRound() {
        script.refusing.put("gw1", ReasonCode.POOL_EXHAUSTED);
        script.silent.add("gw2");
        onePath();
        script.up(2, "wlan0", "gw1", Script.ONE);
        script.up(3, "eth0", "gw2", Script.TWO);
        script.agent.start(start);
        script.run(4000);
        assertThat(millis(1)).containsExactly(0L);
        assertThat(millis(2)).isEmpty();
        assertThat(millis(3)).as("at once").startsWith(5L);
        assertThat(script.ends)
                .containsExactly("POOL_EXHAUSTED: gateway gw1 refused the handshake: it has no inner address left; "
                        + "widen [network] address in gateway.toml; trying the next gateway");
    }

    @Test
    void whyAHandshakeWasRefusedIsExplained() {
        for (ReasonCode reason : List.of(ReasonCode.TRANSPORT_NOT_ALLOWED, ReasonCode.STORE_UNAVAILABLE)) {
            Script each = new Script();
            each.refusing.put("gw1", reason);
            each.up(1, "eth0", "gw1", Script.ONE);
            each.agent.start(each.now);
            each.run(10);
            assertThat(each.ends).hasSize(1);
            assertThat(each.status().lastEnd())
                    .startsWith("gateway gw1 refused the handshake: ")
                    .contains(reason == ReasonCode.STORE_UNAVAILABLE ? reason.name() : "transport.allowed");
        }
    }

    @Test
    void theTunIsRaisedWhenWhatIsSentIntoItIsForwarded() {
        onePath();
        script.welcomes = false;
        script.agent.start(start);
        script.run(5);
        assertThat(script.grants).containsExactly("gw1 " + script.served.getFirst().id);
        assertThat(script.sentAtGrant).as("the first message and CONFIRM").isEqualTo(2);
        assertThat(script.gate.inner()).containsExactly(IpAddress.parse("10.77.0.9"));
        assertThat(script.gate.forwarding()).isInstanceOf(Forwarding.Drop.class);
        assertThat(script.status().state()).isEqualTo(SessionState.BIRTH);
        assertThat(script.status().version()).isEqualTo(StateVersion.BIRTH);
        assertThat(script.forwardingWhenAttached).isEmpty();
        script.say(script.welcome());
        assertThat(script.forwardingWhenAttached).containsExactly(true);
        assertThat(script.told()).endsWith("BIRTH>ATTACHED HANDSHAKE_OK");
        assertThat(script.events.getLast().details()).containsExactly(new Detail("inner", List.of("10.77.0.9/24")));
    }

    @Test
    void anAttachedClientShowsItsSession() {
        onePath();
        script.agent.start(start);
        assertThat(script.agent.policy()).isSameAs(Policy.DEFAULT);
        script.run(10);
        AgentStatus status = script.status();
        assertThat(status.state()).isEqualTo(SessionState.ATTACHED);
        assertThat(status.id()).isEqualTo(script.served.getFirst().id);
        assertThat(status.version()).isEqualTo(StateVersion.of(1, 0));
        assertThat(status.reason()).isEqualTo(ReasonCode.HANDSHAKE_OK);
        assertThat(status.path()).isEqualTo(script.paths.get(1));
        assertThat(status.remote()).isEqualTo(Script.ONE);
        assertThat(status.inner()).containsExactly(Prefix.parse("10.77.0.9/24"));
        assertThat(status.gateway()).isEqualTo("gw1");
        assertThat(status.rttNanos()).as("the handshake's").isEqualTo(5 * MILLI);
        assertThat(status.loss()).isZero();
        assertThat(status.sinceNanos()).isEqualTo(start + 10 * MILLI);
        assertThat(status.sentBytes()).as("CONFIRM").isEqualTo(53);
        assertThat(status.receivedBytes()).as("WELCOME").isGreaterThan(800);
        assertThat(status.candidates())
                .containsExactly(new Candidate(script.paths.get(1), false, true, 5 * MILLI, start + 5 * MILLI));
        assertThat(status.lastEnd()).isNull();
    }

    @Test
    void aClientThatWasNotStartedShowsNothingAndDoesNothing() {
        onePath();
        script.run(60_000);
        assertThat(script.firsts).isEmpty();
        assertThat(script.agent.nextNanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(script.status().state()).isEqualTo(SessionState.TERMINATED);
        assertThat(script.status().candidates())
                .containsExactly(new Candidate(script.paths.get(1), false, false, 0, 0));
        assertThat(script.agent.jump(script.now, null)).isEqualTo(ReasonCode.SESSION_NOT_FOUND);
        assertThat(script.agent.terminate(script.now)).isFalse();
    }

    @Test
    void aRepeatedHandshakeTellsNoRoundTrip() {
        onePath();
        script.silent.add("gw1");
        script.agent.start(start);
        script.run(300);
        script.silent.clear();
        script.welcomes = false;
        script.run(105);
        assertThat(script.status().id()).isNotNull();
        assertThat(script.status().rttNanos())
                .as("which of the two was answered is unknown")
                .isZero();
    }

    @Test
    void theSessionIsConfirmedUntilItIsWelcomedOrTheTimeIsOver() {
        onePath();
        script.welcomes = false;
        script.agent.start(start);
        script.run(10_004);
        assertThat(script.times(BindingMessage.Confirm.class).stream().map(at -> (at - start) / MILLI))
                .containsExactly(5L, 105L, 305L, 705L, 1505L, 3105L, 6305L);
        assertThat(script.rows()).isEmpty();
        script.run(1);
        assertThat(script.rows()).containsExactly("BIRTH>TERMINATED HANDSHAKE_FAIL");
        assertThat(script.event("BIRTH>TERMINATED HANDSHAKE_FAIL").nanos()).isEqualTo(start + 10_005 * MILLI);
        assertThat(script.said)
                .as("nobody knows the session, so nobody is told")
                .noneMatch(BindingMessage.Close.class::isInstance);
        script.welcomes = true;
        script.run(499);
        assertThat(script.firsts).hasSize(1);
        script.run(11);
        assertThat(script.firsts).hasSize(2);
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
    }

    @Test
    void onAFarPathAConfirmationHasTwoRoundTrips() {
        onePath();
        script.delayNanos = 80 * MILLI;
        script.welcomes = false;
        script.agent.start(start);
        script.run(1000);
        assertThat(script.times(BindingMessage.Confirm.class).stream().map(at -> (at - start) / MILLI))
                .containsExactly(80L, 240L, 560L);
    }

    @Test
    void aBirthWhosePathGoesFailsAtOnce() {
        onePath();
        script.up(2, "wlan0", "gw1", Script.ONE);
        script.welcomes = false;
        script.agent.start(start);
        script.run(5);
        script.down(2);
        assertThat(script.rows()).isEmpty();
        script.down(1);
        assertThat(script.rows()).containsExactly("BIRTH>TERMINATED HANDSHAKE_FAIL");
        assertThat(script.event("BIRTH>TERMINATED HANDSHAKE_FAIL").details())
                .containsExactly(new Detail("detail", "LINK_DOWN"));
        assertThat(script.status().lastEnd()).startsWith("session ").endsWith(" ended: HANDSHAKE_FAIL");
    }

    @Test
    void anAnswerThatFitsNoAttemptIsNothing() {
        onePath();
        script.silent.add("gw1");
        script.agent.start(start);
        byte[] init = script.firsts.getFirst().datagram();
        script.deliver(1, init);
        script.deliver(1, new byte[] {MessageType.HANDSHAKE_RESPONSE});
        script.deliver(1, new byte[0]);
        assertThat(script.grants).isEmpty();
        script.silent.clear();
        script.run(5);
        assertThat(script.grants).hasSize(1);
        script.greet(1, Script.ONE, init);
        script.run(1000);
        assertThat(script.grants).as("the round is over").hasSize(1);
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
    }

    /** A whole family that is swallowed is known from the first handshake on. */
    @Test
    void whoWasAskedLongBeforeTheOneThatAnsweredIsDead() {
        Script script = new Script();
        script.silent.add("gw1");
        script.up(1, "eth0", "gw1", Script.ONE);
        script.up(3, "eth0", "gw2", Script.TWO);
        script.agent.start(script.now);
        script.run(3000);
        assertThat(script.status().gateway()).isEqualTo("gw2");
        assertThat(script.status().candidates())
                .filteredOn(Candidate::dead)
                .extracting(Candidate::path)
                .containsExactly(script.paths.get(1));
    }
}
