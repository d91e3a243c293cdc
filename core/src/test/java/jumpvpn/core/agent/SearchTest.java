package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The search for a new binding: when requests go out and where, how old they may be, and what a late answer does. */
class SearchTest {
    private final Script script = Script.attached();

    private static Script withOneWay() {
        return withOneWay(Policy.DEFAULT);
    }

    private static Script withOneWay(Policy policy) {
        Script script = Script.attached(policy);
        script.down(3);
        script.down(4);
        script.down(2);
        script.forget();
        return script;
    }

    private List<Long> millisSince(long start, Script of) {
        return of.requests.stream()
                .map(request -> (request.nanos() - start) / Script.MILLI)
                .toList();
    }

    /** A dead spot's end, or a gateway's restart, is noticed within a third of a second, whenever in the window it comes. */
    @Test
    void whatIsSilentIsAskedThreeTimesASecondAsLongAsTheWindowLasts() {
        Script alone = withOneWay();
        long start = alone.now;
        alone.say(new BindingMessage.Notice(alone.status().version()));
        alone.run(8000);
        List<Long> often = new ArrayList<>(List.of(0L, 150L));
        for (long at = 450; at <= 4050; at += 300) {
            often.add(at);
        }
        for (long at = 4200; at <= 7800; at += 300) { // a new one, of 4050
            often.add(at);
        }
        assertThat(millisSince(start, alone)).isEqualTo(often);
        assertThat(alone.requests.stream()
                        .map(request -> request.proven().nonce())
                        .distinct())
                .as("made anew before it is too old for gate C")
                .hasSize(2);
        assertThat(alone.state()).isEqualTo(SessionState.DEGRADED);
    }

    @Test
    void inALongWindowItIsAskedEverySecondFromTheNinthOn() {
        Script alone = withOneWay(Policy.DEFAULT.with(PolicyKey.SWITCHING_RECOVERY_WINDOW, 20_000 * Script.MILLI));
        long start = alone.now;
        alone.say(new BindingMessage.Notice(alone.status().version()));
        alone.run(12_000);
        assertThat(millisSince(start, alone).stream().filter(at -> at > 9300)).hasSizeBetween(2, 4);
    }

    @Test
    void repeatsAreTheSameBytesAndANewOneListsTheOld() {
        Script alone = withOneWay();
        alone.say(new BindingMessage.Notice(alone.status().version()));
        alone.run(5000);
        assertThat(alone.requests.get(1).datagram())
                .isEqualTo(alone.requests.get(0).datagram());
        assertThat(alone.lastRequest().body().unanswered())
                .containsExactly(alone.requests.getFirst().proven().nonce());
        assertThat(alone.lastRequest().body().expectedEpoch()).isEqualTo(1);
    }

    @Test
    void theTimeSinceTheTokenCountsSuspend() {
        script.now += 3_600_000 * Script.MILLI;
        script.down(1);
        long issued = script.lastRequest().body().token().issuedNanos();
        assertThat(issued + script.lastRequest().body().tokenAgeNanos())
                .as("the gateway's clock now, but for the way that the token took")
                .isBetween(
                        script.token(Script.ONE).issuedNanos() - 10 * Script.MILLI,
                        script.token(Script.ONE).issuedNanos());
    }

    /** A client's clock that runs 0.1 % too fast or slow says an age that is seconds off after an hour: one more round trip, no more. */
    @Test
    void aClockThatDriftsCostsOneRoundTrip() {
        script.now += 3_600_000 * Script.MILLI;
        script.down(1);
        script.refuse(script.lastRequest(), ReasonCode.STALE_REQUEST);
        assertThat(script.requests).hasSize(2);
        assertThat(script.lastRequest().nanos()).isEqualTo(script.now);
        assertThat(script.lastRequest().body().tokenAgeNanos()).isZero();
        assertThat(script.lastRequest().body().token()).isEqualTo(script.token(Script.ONE));
        script.accept(script.lastRequest());
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
    }

    @Test
    void aRequestThatWasSleptOverIsMadeAnew() {
        script.down(1);
        script.now += 5_000 * Script.MILLI;
        script.run(1);
        Script.Request anew = script.lastRequest();
        assertThat(anew.proven().nonce())
                .isNotEqualTo(script.requests.getFirst().proven().nonce());
        assertThat(anew.body().tokenAgeNanos()).isGreaterThan(5_000 * Script.MILLI);
    }

    @Test
    void aSearchThatWasSleptOverGoesOnByProbes() {
        script.down(1);
        script.now += 60_000 * Script.MILLI;
        script.run(1);
        assertThat(script.state()).isEqualTo(SessionState.DEGRADED);
        assertThat(script.probes).hasSize(3);
        script.answer(script.probes.getFirst());
        assertThat(script.rows()).endsWith("DEGRADED>RECOVERING CANDIDATE_APPEARED");
        assertThat(script.lastRequest().body().tokenAgeNanos())
                .as("the probe brought a fresh one")
                .isZero();
        script.accept(script.lastRequest());
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
    }

    @Test
    void whatStaysSilentMakesRoomForTheOthers() {
        Script many = new Script();
        for (int id = 5; id <= 9; id++) {
            many.up(id, id % 2 == 0 ? "wlan0" : "eth0", "gw1", Script.ONE);
        }
        Script.attached(many, Policy.DEFAULT.with(PolicyKey.TRANSPORT_MAX_CANDIDATES, 2));
        many.silent.add("gw1");
        many.down(many.status().path().id());
        many.run(60_000);
        TreeSet<Integer> reached = new TreeSet<>();
        many.requests.forEach(request -> reached.add(request.pathId()));
        many.probes.forEach(probe -> reached.add(probe.pathId()));
        assertThat(reached).contains(2, 5, 6, 7, 8, 9);
    }

    @Test
    void aPathThatWillGoComesLastUntilItAnswers() {
        script.up(5, "eth0", "gw1", Script.ONE);
        script.agent.linkGoingDown(script.now, 2);
        assertThat(script.state()).as("it is not in use").isEqualTo(SessionState.ATTACHED);
        script.down(1);
        script.run(460);
        assertThat(script.asked().stream().distinct()).containsExactly("5>gw1", "2>gw1");
        script.refuse(
                script.requests.stream()
                        .filter(request -> request.pathId() == 2)
                        .findFirst()
                        .orElseThrow(),
                ReasonCode.DUAL_ACTIVE_FORBIDDEN);
        script.accept(script.requests.getFirst());
        script.run(3000);
        script.forget();
        script.say(new BindingMessage.Notice(script.status().version()));
        assertThat(script.asked()).as("it is still the session's").containsExactly("5>gw1");
    }

    @Test
    void aPathThatComesUpDuringTheSearchIsAskedAtOnce() {
        Script alone = withOneWay();
        alone.down(1);
        assertThat(alone.requests).isEmpty();
        alone.up(7, "wlan0", "gw1", Script.ONE);
        assertThat(alone.asked()).containsExactly("7>gw1");
    }

    @Test
    void aPathThatComesUpAfterTheSearchReopensIt() {
        Script alone = withOneWay();
        alone.down(1);
        alone.run(9000);
        assertThat(alone.state()).isEqualTo(SessionState.DEGRADED);
        alone.up(7, "wlan0", "gw1", Script.ONE);
        assertThat(alone.rows()).endsWith("DEGRADED>RECOVERING CANDIDATE_APPEARED");
        assertThat(alone.asked()).containsExactly("7>gw1");
    }

    @Test
    void aPathToAnotherGatewayIsACandidateTooAndOnesOwnIsAskedFirst() {
        Script alone = withOneWay();
        alone.down(1);
        alone.run(30_000);
        alone.forget();
        alone.up(7, "wlan0", "gw2", Script.TWO);
        assertThat(alone.rows()).endsWith("DEGRADED>RECOVERING CANDIDATE_APPEARED");
        assertThat(alone.asked()).containsExactly("7>gw2");
        Script silent = Script.attached();
        silent.silent.add("gw1");
        silent.down(1);
        silent.down(3);
        silent.run(30_000);
        silent.forget();
        silent.up(3, "eth0", "gw2", Script.TWO);
        assertThat(silent.rows()).endsWith("DEGRADED>RECOVERING CANDIDATE_APPEARED");
        assertThat(silent.asked()).containsExactly("2>gw1");
    }

    @Test
    void aPathThatPolicyForbidsIsNotAsked() {
        Script udpOnly = Script.attached(Policy.DEFAULT.with(PolicyKey.TRANSPORT_ALLOWED, Protocol.UDP.number()));
        udpOnly.up(9, Protocol.TCP, "eth0", "gw1", Script.ONE);
        assertThat(udpOnly.agent.jump(udpOnly.now, "9")).isEqualTo(ReasonCode.TRANSPORT_NOT_ALLOWED);
        udpOnly.down(2);
        udpOnly.down(3);
        udpOnly.down(4);
        udpOnly.down(1);
        udpOnly.run(9000);
        udpOnly.up(10, Protocol.TCP, "wlan0", "gw1", Script.ONE);
        udpOnly.run(1000);
        assertThat(udpOnly.requests).isEmpty();
        assertThat(udpOnly.probes).isEmpty();
        assertThat(udpOnly.state()).isEqualTo(SessionState.DEGRADED);
    }

    @Test
    void aRefusedPathWaitsForTheIntervalAndIsAskedAgain() {
        script.down(1);
        script.down(3);
        script.down(4);
        long start = script.now;
        script.refuse(script.lastRequest(), ReasonCode.SWITCH_RATE_LIMITED);
        assertThat(script.told()).endsWith("REATTACH_REJECT SWITCH_RATE_LIMITED", "SWITCH_DENIED SWITCH_RATE_LIMITED");
        script.run(499);
        assertThat(script.requests).hasSize(1);
        script.run(1);
        assertThat(millisSince(start, script)).containsExactly(0L, 500L);
        assertThat(script.lastRequest().body().unanswered())
                .as("a copy of the first may still be accepted")
                .containsExactly(script.requests.getFirst().proven().nonce());
    }

    @Test
    void aRefusalOfALastingKindIsNotListed() {
        script.down(1);
        script.refuse(script.lastRequest(), ReasonCode.TRANSPORT_NOT_ALLOWED);
        script.run(500);
        assertThat(script.requests.size()).isGreaterThan(1);
        assertThat(script.lastRequest().body().unanswered()).isEmpty();
    }

    /** The gateway keeps no such answer and spends no nonce on it: a copy of the request may be judged again, and pass. */
    @ParameterizedTest
    @EnumSource(names = {"DUAL_ACTIVE_FORBIDDEN", "STORE_UNAVAILABLE", "SWITCH_RATE_LIMITED"})
    void aRequestWhoseNonceIsNotSpentStaysListed(ReasonCode reason) {
        script.down(1);
        script.refuse(script.lastRequest(), reason);
        script.run(500);
        assertThat(script.requests.size()).isGreaterThan(1);
        assertThat(script.lastRequest().body().unanswered())
                .contains(script.requests.getFirst().proven().nonce());
    }

    /** Else it would be ATTACHED by a binding that the gateway has left. */
    @Test
    void anAckOfAnEpochThatIsKnownToBeOverBindsNothing() {
        script.down(1);
        Script.Request first = script.lastRequest();
        byte[] late = script.bind(first);
        script.run(500);
        Script.Request second = script.requests.stream()
                .filter(request ->
                        !request.proven().nonce().equals(first.proven().nonce()))
                .findFirst()
                .orElseThrow();
        byte[] newer = script.bind(second);
        script.refuse(first, ReasonCode.STORE_UNAVAILABLE); // names epoch 3, and isn't kept
        script.deliver(first.pathId(), late);
        assertThat(script.state()).isEqualTo(SessionState.RECOVERING);
        script.deliver(second.pathId(), newer);
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
        assertThat(script.status().version().epoch()).isEqualTo(3);
    }

    @Test
    void anElectiveJumpThatIsRefusedIsAbandonedAtOnce() {
        assertThat(script.agent.jump(script.now, "wlan0")).isNull();
        assertThat(script.lastRequest().body().cause()).isEqualTo(BindCause.OPERATOR_JUMP);
        script.refuse(script.lastRequest(), ReasonCode.COOLDOWN_ACTIVE);
        assertThat(script.rows())
                .containsExactly("ATTACHED>RECOVERING OPERATOR_JUMP", "RECOVERING>ATTACHED JUMP_ABANDONED");
        script.run(20_000);
        assertThat(script.requests).hasSize(1);
    }

    @Test
    void aRefusalAfterTheSearchChangesNothing() {
        script.agent.jump(script.now, "wlan0");
        Script.Request asked = script.lastRequest();
        script.run(9000);
        assertThat(script.rows()).endsWith("RECOVERING>ATTACHED JUMP_ABANDONED");
        script.forget();
        script.refuse(asked, ReasonCode.COOLDOWN_ACTIVE);
        assertThat(script.told()).containsExactly("REATTACH_REJECT COOLDOWN_ACTIVE");
        script.refuse(asked, ReasonCode.COOLDOWN_ACTIVE);
        assertThat(script.told()).as("said once").hasSize(1);
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
    }

    @Test
    void aRefusalFromAnEarlierSearchDoesNotDisturbThePresentOne() {
        script.agent.jump(script.now, "wlan0");
        Script.Request asked = script.lastRequest();
        script.run(9000);
        script.down(1);
        int before = script.requests.size();
        script.refuse(asked, ReasonCode.SWITCH_RATE_LIMITED);
        assertThat(script.told()).doesNotContain("SWITCH_DENIED SWITCH_RATE_LIMITED");
        assertThat(script.requests).hasSize(before);
        script.accept(script.lastRequest());
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
    }

    @Test
    void anAckAfterTheSearchStillMovesTheSessionSinceTheGatewayHas() {
        script.agent.jump(script.now, "wlan0");
        Script.Request asked = script.lastRequest();
        script.run(9000);
        script.forget();
        script.accept(asked);
        assertThat(script.told()).contains("REATTACH_ACK_RECEIVED REATTACH_ACCEPT", "TRANSPORT_SWITCH BOUND");
        assertThat(script.status().version()).isEqualTo(StateVersion.of(2, 0));
        assertThat(script.status().path().id()).isEqualTo(2);
        script.run(1000);
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
        assertThat(script.said).as("proved under the new keys").isNotEmpty();
    }

    @Test
    void anAckForAPathThatWentMeanwhileIsTakenAndLeftAgain() {
        script.down(1);
        Script.Request asked = script.lastRequest();
        byte[] ack = script.bind(asked);
        script.down(2);
        script.deliver(2, ack);
        assertThat(script.status().version().epoch()).isEqualTo(2);
        assertThat(script.state()).isEqualTo(SessionState.RECOVERING);
        assertThat(script.rows()).endsWith("RECOVERING>ATTACHED REATTACH_ACCEPT", "ATTACHED>RECOVERING TRANSPORT_DEAD");
    }

    @Test
    void anOlderBindThanThePresentOneIsOvertaken() {
        script.silent.add("gw1");
        script.down(1);
        script.run(460);
        byte[] first = script.bind(script.requests.getFirst());
        byte[] second = script.bind(script.lastRequest(Script.TWO));
        script.deliver(3, second);
        assertThat(script.status().version().epoch()).isEqualTo(3);
        script.deliver(2, first);
        assertThat(script.status().version().epoch()).isEqualTo(3);
        assertThat(script.status().path().id()).isEqualTo(3);
    }

    @Test
    void aForgedOrForeignAnswerIsNothing() {
        script.down(1);
        byte[] ack = script.bind(script.lastRequest());
        for (int at = 12; at < ack.length; at += 5) {
            byte[] forged = ack.clone();
            forged[at] ^= 1;
            script.deliver(2, forged);
        }
        byte[] foreign = ack.clone();
        foreign[5] ^= 1;
        script.deliver(2, foreign);
        script.deliver(2, new byte[0]);
        script.deliver(2, new byte[] {0x0C});
        assertThat(script.state()).isEqualTo(SessionState.RECOVERING);
        script.deliver(2, ack);
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
    }

    @Test
    void whatEndsTheSessionEndsItExplicitlyForEachReason() {
        for (ReasonCode reason : List.of(
                ReasonCode.SESSION_NOT_FOUND,
                ReasonCode.SESSION_EXPIRED,
                ReasonCode.TRANSPORT_TTL_EXPIRED,
                ReasonCode.OWNERSHIP_AMBIGUOUS,
                ReasonCode.OWNER_GONE)) {
            Script each = Script.attached();
            each.down(1);
            each.refuse(each.lastRequest(), reason);
            assertThat(each.rows()).last().isEqualTo("RECOVERING>TERMINATED " + reason);
            each.run(2000);
            assertThat(each.served).as("a new one after " + reason).hasSize(2);
            assertThat(each.status().id()).isEqualTo(each.served.getLast().id);
        }
    }
}
