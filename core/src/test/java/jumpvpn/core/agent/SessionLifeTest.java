package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Forwarding;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a live session does by the clock and by its gateway's word, and how it ends. */
class SessionLifeTest {
    private static final long MILLI = Script.MILLI;
    private static final long SECOND = 1000 * MILLI;
    private static final long MINUTE = 60 * SECOND;

    private Script script = Script.attached();
    private final long attached = Script.ATTACHED_NANOS;

    @Test
    void anIdleBindingIsKeptOpenAtTheNatsEveryTwentySeconds() {
        long last = Math.max(
                script.active().delivery.sentNanos(), script.active().delivery.receivedNanos());
        script.runTo(last + 20 * SECOND - 1);
        assertThat(script.said).isEmpty();
        script.runTo(last + 30 * SECOND);
        assertThat(script.times(BindingMessage.EchoAfter.class)).containsExactly(last + 20 * SECOND);
        script.runTo(last + 50 * SECOND);
        assertThat(script.times(BindingMessage.EchoAfter.class)).hasSize(2);
        assertThat(script.told()).isEmpty();
    }

    @Test
    void aSessionEndsWithItsLifetimeToTheNanosecond() {
        script = Script.living(MINUTE);
        script.silent.add("gw1");
        script.silent.add("gw2");
        script.runTo(attached + MINUTE - 1);
        assertThat(script.rows()).doesNotContain("ATTACHED>TERMINATED TTL_SESSION_EXPIRED");
        Binding last = script.served.getFirst().binding;
        script.runTo(attached + MINUTE);
        assertThat(script.rows()).last().asString().endsWith(">TERMINATED TTL_SESSION_EXPIRED");
        assertThat(last).isNotNull();
    }

    @Test
    void theOperatorsWordEndsItAndIsToldThriceAndANewOneIsMadeAfterAPause() {
        Binding old = script.active();
        long ended = script.now;
        assertThat(script.agent.terminate(ended)).isTrue();
        assertThat(script.rows()).containsExactly("ATTACHED>TERMINATED OPERATOR_TERMINATE");
        assertThat(script.gate.forwarding()).isInstanceOf(Forwarding.Drop.class);
        assertThat(old.sealed(PacketLayout.CONTROL, new byte[1], ended))
                .as("its keys are wiped")
                .isNull();
        assertThat(script.status().state()).as("another is on its way").isEqualTo(SessionState.BIRTH);
        assertThat(script.status().id()).isNull();
        assertThat(script.status().lastEnd()).endsWith(" ended: OPERATOR_TERMINATE");
        script.run(600);
        assertThat(Collections.frequency(script.said, new BindingMessage.Close(ReasonCode.OPERATOR_TERMINATE)))
                .isEqualTo(3);
        assertThat(script.handshakes()).containsExactly(ended + 500 * MILLI);
        assertThat(script.ends).hasSize(1);
    }

    @Test
    void afterASessionThatLivedThePauseIsShortAgain() {
        script.silent.add("gw1");
        script.silent.add("gw2");
        script.agent.terminate(script.now);
        script.run(60_000);
        script.silent.clear();
        script.run(20_000);
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
        script.forget();
        long ended = script.now;
        script.agent.terminate(ended);
        script.run(510);
        assertThat(script.handshakes()).containsExactly(ended + 500 * MILLI);
    }

    /** A reason that would be no end here can't be the end's. */
    @ParameterizedTest
    @EnumSource(names = {"OPERATOR_TERMINATE", "SUPERSEDED", "REVOKED", "TTL_SESSION_EXPIRED", "PEER_CLOSED"})
    void theGatewaysGoodbyeEndsItForTheReasonThatItNames(ReasonCode reason) {
        script.say(new BindingMessage.Close(reason));
        assertThat(script.rows()).containsExactly("ATTACHED>TERMINATED " + reason);
    }

    @ParameterizedTest
    @EnumSource(names = {"LOSS_SPIKE", "BOUND", "TRANSPORT_DEAD"})
    void aGoodbyeForAReasonThatEndsNothingIsJustAGoodbye(ReasonCode reason) {
        script.say(new BindingMessage.Close(reason));
        assertThat(script.rows()).containsExactly("ATTACHED>TERMINATED PEER_CLOSED");
    }

    @Test
    void aNoticeTeachesTheVersionAndMeansThatTheBindingIsDead() {
        script.say(new BindingMessage.Notice(StateVersion.of(1, 7)));
        assertThat(script.status().version()).isEqualTo(StateVersion.of(1, 7));
        assertThat(script.told()).startsWith("TRANSPORT_DEAD PEER_RESET", "ATTACHED>RECOVERING TRANSPORT_DEAD");
        assertThat(script.events.get(1).details().getFirst().value()).isEqualTo("PEER_RESET");
        assertThat(script.asked()).as("its path is as good as before").containsExactly("1>gw1");
        script.say(new BindingMessage.Notice(StateVersion.of(1, 8)));
        assertThat(script.requests).as("it is dead already").hasSize(1);
        assertThat(script.status().version()).isEqualTo(StateVersion.of(1, 8));
    }

    /** The gateway found the death first: it hears nothing more of the path, on which its own word still comes. */
    @Test
    void aNoticeWhileAnAnswerIsLateMeansThatTheOtherPathsAreAskedFirst() {
        script.silent.add("gw1");
        script.chat(20, 10);
        assertThat(script.state()).as("not dead by its own clock").isEqualTo(SessionState.VOLATILE);
        script.say(new BindingMessage.Notice(StateVersion.of(1, 7)));
        assertThat(script.told()).contains("TRANSPORT_DEAD PEER_RESET");
        assertThat(script.asked()).containsExactly("2>gw1");
    }

    @Test
    void aNoticeInABindingThatWasLeftTeachesTheVersionOnly() {
        byte[] late = script.served
                .getLast()
                .binding
                .sealed(PacketLayout.CONTROL, new BindingMessage.Notice(StateVersion.of(2, 1)).encode(), script.now);
        script.agent.jump(script.now, "wlan0");
        script.accept(script.lastRequest());
        script.run(100);
        script.forget();
        script.hears(late);
        assertThat(script.status().version()).isEqualTo(StateVersion.of(2, 1));
        assertThat(script.told()).isEmpty();
    }

    @Test
    void aBindingThatWasLeftHearsForTwoSeconds() {
        Binding left = script.served.getLast().binding;
        script.agent.jump(script.now, "wlan0");
        script.accept(script.lastRequest());
        long bound = script.now;
        script.runTo(bound + 2 * SECOND - 1);
        script.hears(left.sealed(
                PacketLayout.CONTROL, new BindingMessage.Notice(StateVersion.of(2, 1)).encode(), script.now));
        assertThat(script.status().version()).isEqualTo(StateVersion.of(2, 1));
        script.runTo(bound + 2 * SECOND);
        script.hears(left.sealed(
                PacketLayout.CONTROL, new BindingMessage.Notice(StateVersion.of(2, 2)).encode(), script.now));
        assertThat(script.status().version()).isEqualTo(StateVersion.of(2, 1));
    }

    @Test
    void aChallengeIsAnsweredInTheBindingInWhichItCame() {
        byte[] late = script.served
                .getLast()
                .binding
                .sealed(PacketLayout.CONTROL, new BindingMessage.Challenge(77).encode(), script.now);
        Binding left = script.served.getLast().binding;
        script.say(new BindingMessage.Challenge(42));
        script.run(5);
        assertThat(script.said).containsExactly(new BindingMessage.ChallengeAnswer(42));
        script.agent.jump(script.now, "wlan0");
        script.accept(script.lastRequest());
        script.run(100);
        long before = left.delivery.received();
        script.forget();
        script.hears(late);
        script.run(5);
        assertThat(script.said).containsExactly(new BindingMessage.ChallengeAnswer(77));
        assertThat(left.delivery.received()).isEqualTo(before + 1);
    }

    @Test
    void aPingIsAnsweredAtOnceWithNothingInIt() {
        long before = script.served.getLast().binding.delivery.received();
        script.say(new BindingMessage.Ping());
        script.run(5);
        assertThat(script.served.getLast().binding.delivery.received()).isEqualTo(before + 1);
        assertThat(script.said).isEmpty();
    }

    @Test
    void whatOnlyAClientSaysMeansNothingToIt() {
        long before = script.active().delivery.sentBytes();
        long received = script.served.getLast().binding.delivery.received();
        for (BindingMessage each : List.of(
                new BindingMessage.Confirm(),
                new BindingMessage.ChallengeAnswer(1),
                new BindingMessage.Rekey(1, new byte[32]),
                new BindingMessage.Renew(0, 1))) {
            script.say(each);
        }
        assertThat(script.active().delivery.sentBytes()).isEqualTo(before);
        script.run(5);
        assertThat(script.served.getLast().binding.delivery.received()).isEqualTo(received);
        assertThat(script.told()).isEmpty();
        assertThat(script.rows()).isEmpty();
    }

    @Test
    void aSecondWelcomeChangesNothing() {
        script.say(new BindingMessage.Welcome(StateVersion.of(5, 0), script.token(Script.TWO), List.of()));
        assertThat(script.status().version()).isEqualTo(StateVersion.of(1, 0));
        assertThat(script.told()).isEmpty();
        script.down(1);
        assertThat(script.lastRequest().body().token().incarnation())
                .isEqualTo(script.token(Script.ONE).incarnation());
    }

    @Test
    void bytesCountOverAllBindings() {
        long sent = script.status().sentBytes();
        long received = script.status().receivedBytes();
        assertThat(sent).isPositive();
        script.agent.jump(script.now, "wlan0");
        script.accept(script.lastRequest());
        script.run(100);
        assertThat(script.status().sentBytes())
                .isEqualTo(sent + script.active().delivery.sentBytes());
        assertThat(script.status().receivedBytes())
                .isEqualTo(received + script.active().delivery.receivedBytes());
        assertThat(script.active().delivery.receivedBytes()).isPositive();
    }

    @Test
    void datagramsForNobodyAreNothing() {
        script.deliver(1, new byte[] {MessageType.PROBE_ANSWER, 1, 2});
        script.deliver(1, new byte[] {MessageType.REATTACH_ANSWER});
        script.deliver(1, new byte[] {MessageType.HANDSHAKE_RESPONSE});
        assertThat(script.told()).isEmpty();
        script.agent.pathDown(script.now, 99);
        script.agent.linkGoingDown(script.now, 99);
        assertThat(script.told()).isEmpty();
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
    }

    @Test
    void whatIsSaidInItsSuccessorsBindingIsNoneOfItsBusiness() {
        script = Script.living(MINUTE);
        script.welcomes = false;
        script.runTo(attached + 54 * SECOND + 6 * MILLI);
        SessionId present = script.status().id();
        script.say(new BindingMessage.Close(ReasonCode.OPERATOR_TERMINATE));
        script.say(new BindingMessage.Notice(StateVersion.of(1, 9)));
        assertThat(script.rows()).isEmpty();
        assertThat(script.status().id()).isEqualTo(present);
        assertThat(script.status().version()).isEqualTo(StateVersion.of(1, 0));
    }

    @Test
    void aSuccessorWhosePathGoesIsSoughtAgainAndThePresentSessionGoesOn() {
        script = Script.living(MINUTE);
        script.agent.jump(script.now, "2");
        script.accept(script.lastRequest());
        script.welcomes = false;
        script.runTo(attached + 54 * SECOND + 6 * MILLI);
        assertThat(script.firsts).extracting(Script.First::pathId).containsExactly(1);
        script.forget();
        script.down(1);
        long gone = script.now;
        assertThat(script.rows()).containsExactly("BIRTH>TERMINATED HANDSHAKE_FAIL");
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
        script.welcomes = true;
        script.run(600);
        assertThat(script.handshakes()).containsExactly(gone + 500 * MILLI);
        assertThat(script.rows()).endsWith("ATTACHED>TERMINATED SUPERSEDED", "BIRTH>ATTACHED HANDSHAKE_OK");
    }

    @Test
    void theKeysOfBindingsThatWereLeftAreWipedWhenTheyHaveDrained() {
        Binding first = script.active();
        script.agent.jump(script.now, "2");
        script.accept(script.lastRequest());
        long bound = script.now;
        Binding second = script.active();
        script.run(1500);
        script.agent.jump(script.now, "1");
        script.accept(script.lastRequest());
        script.runTo(bound + 2 * SECOND - 1);
        assertThat(first.sealed(PacketLayout.CONTROL, new byte[1], script.now)).isNotNull();
        script.runTo(bound + 2 * SECOND);
        assertThat(first.sealed(PacketLayout.CONTROL, new byte[1], script.now)).isNull();
        assertThat(second.sealed(PacketLayout.CONTROL, new byte[1], script.now)).isNotNull();
        script.runTo(bound + 4 * SECOND);
        assertThat(second.sealed(PacketLayout.CONTROL, new byte[1], script.now)).isNull();
    }

    @Test
    void anAnswerThatBindsBringsTicketsTokenAndRoundTripOfTheNewBinding() {
        script.agent.jump(script.now, "2");
        script.run(40);
        script.accept(script.lastRequest());
        long bound = script.now;
        assertThat(script.status().rttNanos()).isEqualTo(40 * MILLI);
        script.forget();
        script.run(5);
        assertThat(script.times(BindingMessage.Ping.class))
                .as("proves our address")
                .containsExactly(bound);
        script.runTo(bound + 3 * SECOND);
        script.down(2);
        assertThat(script.lastRequest().proven().ticket().epoch()).isEqualTo(2);
        assertThat(script.lastRequest().proven().ticket().generation()).isEqualTo(1);
        assertThat(script.lastRequest().body().tokenAgeNanos()).isEqualTo(3 * SECOND);
    }

    @Test
    void aRepeatedRequestTellsNoRoundTrip() {
        script.agent.jump(script.now, "2");
        script.run(160);
        assertThat(script.requests).hasSize(2);
        script.accept(script.lastRequest());
        assertThat(script.status().rttNanos()).isZero();
    }

    private Candidate candidate(int id) {
        return script.status().candidates().get(id - 1);
    }

    @Test
    void ofAPathItIsKnownWhenAnAnswerCameThereAndHowLongItTook() {
        assertThat(candidate(1))
                .as("the handshake's")
                .isEqualTo(new Candidate(script.paths.get(1), false, true, 5 * MILLI, attached - 5 * MILLI));
        assertThat(candidate(2)).isEqualTo(new Candidate(script.paths.get(2), false, false, 0, 0));
        script.agent.jump(script.now, "2");
        script.run(40);
        script.accept(script.lastRequest());
        assertThat(candidate(2)).isEqualTo(new Candidate(script.paths.get(2), false, true, 40 * MILLI, script.now));
        assertThat(script.status().heardNanos()).isEqualTo(script.now);
    }

    @Test
    void aPathThatDiedKeepsWhatItsBindingHeardLast() {
        script.chat(50, 10);
        script.silent.add("gw1");
        script.chat(20, 10);
        AgentStatus before = script.status();
        assertThat(before.bindingAlive()).isTrue();
        assertThat(before.heardNanos()).isGreaterThan(attached + SECOND);
        assertThat(candidate(1).dead()).isFalse();
        script.nextRequest(3000);
        assertThat(script.status().bindingAlive()).isFalse();
        assertThat(candidate(1))
                .isEqualTo(new Candidate(script.paths.get(1), true, false, before.rttNanos(), before.heardNanos()));
    }

    @Test
    void aPathThatWasLeftKeepsWhatItsBindingHeardLast() {
        script.chat(50, 10);
        script.agent.jump(script.now, "2");
        AgentStatus before = script.status();
        assertThat(before.bindingAlive()).as("while it jumps").isTrue();
        script.accept(script.lastRequest());
        assertThat(candidate(1))
                .isEqualTo(new Candidate(script.paths.get(1), false, true, before.rttNanos(), before.heardNanos()));
    }

    @Test
    void aSessionThatEndsLeavesWhatItHeard() {
        script.chat(50, 10);
        AgentStatus before = script.status();
        script.agent.terminate(script.now);
        assertThat(candidate(1))
                .isEqualTo(new Candidate(script.paths.get(1), false, true, before.rttNanos(), before.heardNanos()));
    }

    @Test
    void whatTheGatewaySaysIsAcknowledgedThoughThereIsNothingToSay() {
        long before = script.served.getLast().binding.delivery.received();
        script.say(new BindingMessage.Confirm()); // means nothing, but asks for an acknowledgement
        script.agent.watch(script.now, script.active());
        script.run(5);
        assertThat(script.served.getLast().binding.delivery.received())
                .as("it may wait for a packet to ride in")
                .isEqualTo(before);
        script.run(45);
        assertThat(script.served.getLast().binding.delivery.received()).isEqualTo(before + 1);
        assertThat(script.said).isEmpty();
    }
}
