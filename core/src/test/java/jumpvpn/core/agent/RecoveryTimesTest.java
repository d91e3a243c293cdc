package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Forwarding;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/** The windows, pauses and bounds of a session that looks for its next binding, and what it says of it. */
class RecoveryTimesTest {
    private static final long MILLI = Script.MILLI;
    private static final long SECOND = 1000 * MILLI;
    private static final long WINDOW = 8 * SECOND;

    private final Script script = Script.attached();

    private List<Long> probeMillis(long since) {
        return script.probes.stream()
                .map(probe -> (probe.nanos() - since) / MILLI)
                .distinct()
                .toList();
    }

    @Test
    void theWindowEndsToTheNanosecondAndProbesFollow() {
        script.silent.add("gw1");
        script.down(1);
        long died = script.now;
        script.runTo(died + WINDOW - 1);
        assertThat(script.state()).isEqualTo(SessionState.RECOVERING);
        assertThat(script.probes).isEmpty();
        script.run(20_000);
        assertThat(script.event("RECOVERING>DEGRADED RECOVERY_WINDOW_EXCEEDED").nanos())
                .isEqualTo(died + WINDOW);
        assertThat(probeMillis(died + WINDOW))
                .containsExactly(0L, 500L, 1500L, 3500L, 7500L, 11_500L, 15_500L, 19_500L);
        assertThat(script.probes.stream()
                        .filter(probe -> probe.nanos() == died + WINDOW)
                        .map(Script.Probe::pathId))
                .as("all paths at once")
                .containsExactly(2, 3, 4);
        int asked = script.requests.size();
        script.run(20_000);
        assertThat(script.requests).as("a probe's answer comes first").hasSize(asked);
    }

    /** The present path answers in 10 ms: of another that has not in 250 it is known enough. */
    @Test
    void theSecondPathIsAskedAfterAQuarterOfASecondOnAFastNetwork() {
        script.down(1);
        script.run(249);
        assertThat(script.asked()).containsOnly("2>gw1");
        script.run(1);
        assertThat(script.asked()).contains("3>gw2");
    }

    @Test
    void aSecondSearchHasAWindowOfItsOwnAndProbesBeginAnew() {
        script.silent.add("gw1");
        script.down(1);
        script.run(30_000);
        Script.Probe probe = script.probes.getLast();
        script.forget();
        script.answer(probe);
        long reopened = script.now;
        assertThat(script.rows()).containsExactly("DEGRADED>RECOVERING CANDIDATE_APPEARED");
        assertThat(script.event("DEGRADED>RECOVERING CANDIDATE_APPEARED").details())
                .containsExactly(
                        new Detail("candidate", script.paths.get(probe.pathId()).name()));
        assertThat(script.requests.getFirst().pathId())
                .as("the one that answered")
                .isEqualTo(probe.pathId());
        script.run(10_000);
        assertThat(script.event("RECOVERING>DEGRADED RECOVERY_WINDOW_EXCEEDED").nanos())
                .isEqualTo(reopened + WINDOW);
        assertThat(probeMillis(reopened + WINDOW)).containsExactly(0L, 500L, 1500L);
    }

    @Test
    void aProbesAnswerIsTakenOnceAndOnlyFromTheLastRound() {
        script.silent.add("gw1");
        script.down(1);
        script.run(8100);
        Script.Probe old = script.probes.getFirst();
        script.run(500);
        script.answer(old);
        assertThat(script.state()).isEqualTo(SessionState.DEGRADED);
        script.answer(script.probes.getLast());
        assertThat(script.state()).isEqualTo(SessionState.RECOVERING);
    }

    @Test
    void withoutABindingTheSessionEndsOneTtlAfterTheLastPacket() {
        Script mortal = Script.attached(Policy.DEFAULT.with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 30 * SECOND));
        mortal.say(new BindingMessage.Ping());
        long heard = mortal.now;
        mortal.silent.add("gw1");
        mortal.silent.add("gw2");
        mortal.run(700);
        mortal.down(1);
        mortal.runTo(heard + 30 * SECOND - 1);
        assertThat(mortal.state()).isEqualTo(SessionState.DEGRADED);
        mortal.runTo(heard + 30 * SECOND);
        assertThat(mortal.rows()).last().isEqualTo("DEGRADED>TERMINATED TTL_TRANSPORT_LOSS_EXPIRED");
    }

    @Test
    void theAnswerThatBoundCountsAsAPacket() {
        Script mortal = Script.attached(Policy.DEFAULT.with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 12 * SECOND));
        mortal.run(4000);
        mortal.down(1);
        mortal.run(100);
        mortal.silent.add("gw1");
        mortal.silent.add("gw2");
        mortal.accept(mortal.requests.getFirst());
        long bound = mortal.now;
        mortal.run(100);
        mortal.down(2);
        mortal.runTo(bound + 12 * SECOND - 1);
        assertThat(mortal.state()).isEqualTo(SessionState.DEGRADED);
        mortal.runTo(bound + 12 * SECOND);
        assertThat(mortal.rows()).last().isEqualTo("DEGRADED>TERMINATED TTL_TRANSPORT_LOSS_EXPIRED");
    }

    @Test
    void aNewBindingEndsAllThatWasWaitedFor() {
        Script mortal = Script.attached(Policy.DEFAULT.with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 12 * SECOND));
        mortal.silent.add("gw1");
        mortal.down(1);
        mortal.run(8600);
        mortal.silent.clear();
        mortal.answer(mortal.probes.getLast());
        mortal.accept(mortal.lastRequest());
        mortal.forget();
        mortal.run(60_000);
        assertThat(mortal.told()).isEmpty();
        assertThat(mortal.probes).isEmpty();
        assertThat(mortal.requests).isEmpty();
    }

    @Test
    void aSearchSaysWhatItDoes() {
        script.down(1);
        String two = script.paths.get(2).name();
        assertThat(script.told())
                .containsExactly(
                        "CANDIDATE CANDIDATE_DOWN",
                        "TRANSPORT_DEAD LINK_DOWN",
                        "ATTACHED>RECOVERING TRANSPORT_DEAD",
                        "REATTACH_REQUEST_SENT TRANSPORT_DEAD",
                        "TRANSPORT_SWITCH CANDIDATE_SELECTED");
        assertThat(script.event("ATTACHED>RECOVERING TRANSPORT_DEAD").details())
                .containsExactly(new Detail("detail", "LINK_DOWN"));
        assertThat(script.event("REATTACH_REQUEST_SENT TRANSPORT_DEAD").path()).isEqualTo(two);
        assertThat(script.event("TRANSPORT_SWITCH CANDIDATE_SELECTED").details())
                .as("all that may be asked, each once")
                .containsExactly(new Detail(
                        "candidates",
                        List.of(
                                two,
                                script.paths.get(3).name(),
                                script.paths.get(4).name())));
        script.forget();
        script.run(1);
        script.up(9, "eth0", "gw1", Script.ONE);
        script.accept(script.lastRequest());
        assertThat(script.told())
                .endsWith("REATTACH_ACK_RECEIVED REATTACH_ACCEPT", "RECOVERING>ATTACHED REATTACH_ACCEPT");
        Event ack = script.event("REATTACH_ACK_RECEIVED REATTACH_ACCEPT");
        assertThat(ack.details()).containsExactly(new Detail("observed", "192.0.2.1:4000"));
        assertThat(ack.version()).isEqualTo(StateVersion.of(2, 0));
        assertThat(ack.path()).isEqualTo(script.paths.get(9).name());
        assertThat(script.status().sinceNanos()).isEqualTo(script.now);
    }

    @Test
    void dataRidesBehindTheFirstRequestForThreeHundredMillisecondsThenItWaits() {
        script.down(1);
        long began = script.now;
        assertThat(script.gate.forwarding()).isInstanceOf(Forwarding.Forward.class);
        assertThat(script.active().dataType()).isEqualTo(PacketLayout.EARLY_DATA);
        assertThat(script.active().epoch).isEqualTo(2);
        Binding early = script.active();
        script.runTo(began + 300 * MILLI - 1);
        assertThat(script.active()).isSameAs(early);
        script.runTo(began + 300 * MILLI);
        assertThat(script.gate.forwarding()).isInstanceOf(Forwarding.Hold.class);
        assertThat(early.sealed(early.dataType(), new byte[20], script.now))
                .as("its key is wiped")
                .isNull();
        script.run(2000);
        assertThat(script.requests.size()).isGreaterThan(2);
        assertThat(script.gate.forwarding()).as("behind no other").isInstanceOf(Forwarding.Hold.class);
        script.accept(script.requests.getFirst());
        assertThat(script.active().dataType()).isEqualTo(PacketLayout.DATA);
        script.run(1000);
        assertThat(script.gate.forwarding()).isInstanceOf(Forwarding.Forward.class);
    }

    @Test
    void anAnswerEndsTheEarlyRideAndWipesItsKey() {
        script.down(1);
        Binding early = script.active();
        script.accept(script.requests.getFirst());
        assertThat(script.active()).isNotSameAs(early);
        assertThat(early.sealed(early.dataType(), new byte[20], script.now)).isNull();
        Binding bound = script.active();
        script.run(400);
        assertThat(script.active()).isSameAs(bound);
    }

    @Test
    void theEndOfTheSessionWipesTheEarlyKey() {
        script.down(1);
        Binding early = script.active();
        script.agent.terminate(script.now);
        assertThat(early.sealed(early.dataType(), new byte[20], script.now)).isNull();
        assertThat(script.gate.forwarding()).isInstanceOf(Forwarding.Drop.class);
        script.run(400);
        assertThat(script.gate.forwarding()).isInstanceOf(Forwarding.Drop.class);
    }

    @Test
    void aJumpIsAbandonedWithItsWindowAndSaysWhy() {
        assertThat(script.agent.jump(script.now, null)).isNull();
        long began = script.now;
        assertThat(script.event("ATTACHED>RECOVERING OPERATOR_JUMP").details())
                .containsExactly(new Detail("target", script.paths.get(2).name()));
        script.runTo(began + WINDOW - 1);
        assertThat(script.state()).isEqualTo(SessionState.RECOVERING);
        assertThat(script.asked().stream().distinct())
                .as("where it was meant to go")
                .containsExactly("2>gw1");
        script.runTo(began + WINDOW);
        assertThat(script.told()).endsWith("SWITCH_DENIED JUMP_ABANDONED", "RECOVERING>ATTACHED JUMP_ABANDONED");
        assertThat(script.events.getLast().details()).containsExactly(new Detail("detail", "RECOVERY_WINDOW_EXCEEDED"));
        int asked = script.requests.size();
        script.run(60_000);
        assertThat(script.requests).hasSize(asked);
        assertThat(script.rows()).hasSize(2);
    }

    @Test
    void aJumpDuringAnotherIsRefusedAndThatIsSaid() {
        assertThat(script.agent.jump(script.now, "2")).isNull();
        assertThat(script.agent.jump(script.now, "2")).isEqualTo(ReasonCode.ILLEGAL_TRANSITION);
        Event refused = script.event("ILLEGAL_TRANSITION ILLEGAL_TRANSITION");
        assertThat(refused.details())
                .containsExactly(new Detail("demanded", "OPERATOR_JUMP"), new Detail("state", "RECOVERING"));
        assertThat(refused.path()).isEqualTo(script.paths.get(2).name());
        assertThat(script.requests).hasSize(1);
    }

    @Test
    void aJumpWhoseTargetGoesFindsAnother() {
        assertThat(script.agent.jump(script.now, "2")).isNull();
        script.down(2);
        assertThat(script.asked()).containsExactly("2>gw1", "3>gw2");
        assertThat(script.state()).isEqualTo(SessionState.RECOVERING);
    }

    @Test
    void aLinkThatWillGoIsLeftForAnyOther() {
        script.agent.linkGoingDown(script.now, 1);
        assertThat(script.rows()).containsExactly("ATTACHED>RECOVERING LINK_GOING_DOWN");
        assertThat(script.told()).contains("REATTACH_REQUEST_SENT LINK_GOING_DOWN");
        script.run(1000);
        assertThat(script.asked().stream().distinct()).containsExactly("2>gw1", "3>gw2", "4>gw2");
        script.run(8000);
        assertThat(script.rows()).last().isEqualTo("RECOVERING>ATTACHED JUMP_ABANDONED");
        script.agent.linkGoingDown(script.now, 2);
        assertThat(script.rows()).as("not the active one").hasSize(2);
    }

    @Test
    void anEndedSessionHasNothingToDoWithPaths() {
        script.silent.add("gw1");
        script.silent.add("gw2");
        script.agent.terminate(script.now);
        script.forget();
        script.agent.linkGoingDown(script.now, 1);
        script.down(1);
        assertThat(script.told()).containsExactly("CANDIDATE CANDIDATE_DOWN");
        assertThat(script.agent.jump(script.now, null)).isEqualTo(ReasonCode.SESSION_NOT_FOUND);
        assertThat(script.requests).isEmpty();
    }

    @Test
    void aRefusedEscapeIsAskedAgainAfterTheRecoveryInterval() {
        Script patient = Script.attached(Policy.DEFAULT.with(PolicyKey.SWITCHING_RECOVERY_INTERVAL, 2 * SECOND));
        patient.down(3);
        patient.down(4);
        patient.down(1);
        patient.run(100);
        patient.refuse(patient.lastRequest(), ReasonCode.DUAL_ACTIVE_FORBIDDEN);
        long refused = patient.now;
        assertThat(patient.event("SWITCH_DENIED DUAL_ACTIVE_FORBIDDEN").path())
                .isEqualTo(patient.paths.get(2).name());
        patient.forget();
        patient.runTo(refused + 2 * SECOND - 1);
        assertThat(patient.requests).isEmpty();
        patient.runTo(refused + 2 * SECOND);
        assertThat(patient.requests).hasSize(1);
    }

    @Test
    void anAnswerThatComesAfterTheSearchWasGivenUpAttachesAllTheSame() {
        script.silent.add("gw1");
        script.down(1);
        script.run(8100);
        assertThat(script.state()).isEqualTo(SessionState.DEGRADED);
        Script.Request asked = script.requests.getFirst();
        script.forget();
        script.accept(asked);
        assertThat(script.rows())
                .containsExactly("DEGRADED>RECOVERING CANDIDATE_APPEARED", "RECOVERING>ATTACHED REATTACH_ACCEPT");
        script.silent.clear();
        script.run(20_000);
        assertThat(script.rows()).hasSize(2);
        assertThat(script.probes).isEmpty();
    }
}
