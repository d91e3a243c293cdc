package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a client leaves a path that delivers badly, when it looks for another and for how long it shuns the one it left. */
class DepartureTest {
    private static final long MILLI = Script.MILLI;
    private static final long SECOND = 1000 * MILLI;

    private Script script = alone(Policy.DEFAULT);
    private long began;

    /** No path leads to another gateway. */
    private static Script alone(Policy policy) {
        Script script = Script.attached(policy);
        script.down(3);
        script.down(4);
        script.forget();
        return script;
    }

    /** The active path loses packets until that is noticed. */
    private void getsLossy() {
        script.lossy = true;
        for (int i = 0; script.state() != SessionState.VOLATILE; i++) {
            assertThat(i).isLessThan(50);
            script.chat(3, 10);
        }
        began = script.event("ATTACHED>VOLATILE LOSS_SPIKE").nanos();
    }

    private void stays(long seconds) {
        script.chat((int) seconds * 100, 10);
    }

    private List<Long> probeMillis() {
        return script.probes.stream()
                .map(probe -> (probe.nanos() - began) / MILLI)
                .toList();
    }

    /** The path of this probe answers it, and of its trial all but so many. */
    private void passes(Script.Probe probe, int lost) {
        script.probes.clear();
        script.answer(probe);
        script.probes.stream().skip(lost).toList().forEach(script::answer);
    }

    private void movesTo(int path) {
        script.accept(script.lastRequest());
        assertThat(script.status().path().id()).isEqualTo(path);
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
    }

    @Test
    void theOtherPathsOfTheGatewayAreProbedAtOnceThenMoreSeldom() {
        getsLossy();
        assertThat(script.told()).contains("VOLATILITY_SIGNAL LOSS_SPIKE");
        assertThat(probeMillis()).containsExactly(0L);
        assertThat(script.probes.getFirst().pathId()).isEqualTo(2);
        stays(40);
        assertThat(probeMillis()).containsExactly(0L, 500L, 1500L, 3500L, 7500L, 15_500L, 31_500L);
        assertThat(script.event("VOLATILE>DEGRADED NO_VALID_CANDIDATE").nanos()).isEqualTo(began + 3500 * MILLI);
        assertThat(script.event("VOLATILE>DEGRADED NO_VALID_CANDIDATE").details())
                .containsExactly(new Detail("detail", "NO_VALID_CANDIDATE"));
        assertThat(script.told().stream().filter("SWITCH_DENIED NO_VALID_CANDIDATE"::equals))
                .as("said once")
                .hasSize(1);
        assertThat(script.requests).isEmpty();
        script.probes.clear();
        stays(70);
        assertThat(probeMillis()).as("every half minute").containsExactly(61_500L, 91_500L);
    }

    @Test
    void ofAPathThatAnswersAProbeTheRoundTripIsKnown() {
        getsLossy();
        script.run(15);
        Script.Probe probe = script.probes.getFirst();
        script.answer(probe);
        assertThat(script.status().candidates().get(1))
                .isEqualTo(new Candidate(script.paths.get(2), false, false, script.now - probe.nanos(), script.now));
        assertThat(script.now).isGreaterThan(probe.nanos());
    }

    @Test
    void theFirstThatAnswersIsPutOnTrialAndGoneTo() {
        getsLossy();
        passes(script.probes.getFirst(), 0);
        assertThat(script.rows()).endsWith("VOLATILE>RECOVERING BETTER_PATH");
        assertThat(script.event("VOLATILE>RECOVERING BETTER_PATH").details())
                .containsExactly(new Detail("target", script.paths.get(2).name()));
        assertThat(script.asked()).containsExactly("2>gw1");
        movesTo(2);
        script.lossy = false;
        script.forget();
        stays(5);
        assertThat(script.probes).as("the spell is over").isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"3, 1, true", "3, 2, false", "0, 3, true", "0, 6, false"})
    void aPathMayLoseOneOfItsTrialOrMoreWhereThisOneLosesMuch(int whole, int lost, boolean goes) {
        while (script.state() != SessionState.VOLATILE) {
            script.lossy = true;
            script.chat(3, 10);
            script.lossy = false;
            script.chat(whole, 10);
        }
        passes(script.probes.getFirst(), lost);
        assertThat(script.probes).hasSize(48).extracting(Script.Probe::pathId).containsOnly(2);
        assertThat(script.asked()).isEqualTo(goes ? List.of("2>gw1") : List.of());
    }

    @Test
    void aPathThatFailedItsTrialIsAskedAgainAfterAMinute() {
        getsLossy();
        passes(script.probes.getFirst(), 6);
        long failed = script.now;
        script.probes.clear();
        while (script.probes.isEmpty()) {
            script.chat(1, 10);
            assertThat(script.now).isLessThan(failed + 125 * SECOND);
        }
        assertThat(script.probes).hasSize(1);
        assertThat(script.now).isGreaterThan(failed + 60 * SECOND);
        assertThat(script.requests).isEmpty();
    }

    @Test
    void thePathThatWasLeftIsShunnedForAMinute() {
        getsLossy();
        passes(script.probes.getFirst(), 0);
        long left = script.now;
        movesTo(2);
        script.forget();
        getsLossy();
        while (script.probes.isEmpty()) {
            script.chat(1, 10);
            assertThat(script.state()).isNotEqualTo(SessionState.RECOVERING);
        }
        assertThat(script.probes.getFirst().pathId()).isEqualTo(1);
        assertThat(script.probes.getFirst().nanos()).isBetween(left + 60 * SECOND, left + 95 * SECOND);
    }

    @Test
    void theMinuteOfShunningEndsToTheNanosecond() {
        getsLossy();
        passes(script.probes.getFirst(), 0);
        long left = script.now;
        movesTo(2);
        getsLossy();
        while (script.now < left + 59 * SECOND) {
            script.chat(1, 10);
        }
        script.probes.clear();
        script.runTo(left + 60 * SECOND - 1);
        script.up(5, "wwan0", "strange", Script.TWO); // the round is begun anew, now
        assertThat(script.probes).isEmpty();
        script.runTo(left + 60 * SECOND);
        script.up(6, "wwan0", "strange", Script.TWO);
        assertThat(script.probes).extracting(Script.Probe::pathId).containsExactly(1);
    }

    @Test
    void whenThePathIsWellAgainNobodyIsAskedAnyMore() {
        getsLossy();
        script.lossy = false;
        stays(10);
        assertThat(script.rows()).endsWith("VOLATILE>ATTACHED HEALTH_RECOVERED");
        int probes = script.probes.size();
        long well = script.event("VOLATILE>ATTACHED HEALTH_RECOVERED").nanos();
        assertThat(script.probes).allMatch(probe -> probe.nanos() < well);
        stays(20);
        assertThat(script.probes).hasSize(probes);
        script.forget();
        getsLossy();
        assertThat(probeMillis()).as("the next spell begins anew").containsExactly(0L);
        stays(2);
        assertThat(probeMillis()).containsExactly(0L, 500L, 1500L);
    }

    @Test
    void aPathThatComesUpInASpellIsAskedAtOnce() {
        getsLossy();
        script.run(200);
        long up = script.now;
        script.up(9, "eth0", "gw1", Script.ONE);
        assertThat(script.probes.stream().filter(probe -> probe.nanos() == up).map(Script.Probe::pathId))
                .contains(9);
    }

    @Test
    void aPathThatComesUpWhileAllIsWellIsNotAsked() {
        script.up(9, "eth0", "gw1", Script.ONE);
        script.run(1000);
        assertThat(script.probes).isEmpty();
    }

    @Test
    void anAnswerOnAPathThatWentMeanwhileLeadsNowhere() {
        getsLossy();
        script.down(2);
        script.answer(script.probes.getFirst());
        assertThat(script.requests).isEmpty();
        assertThat(script.state()).isEqualTo(SessionState.VOLATILE);
    }

    @Test
    void inTheCooldownItWaitsAndSaysSo() {
        script = alone(Policy.DEFAULT.with(PolicyKey.SWITCHING_COOLDOWN, 10 * SECOND));
        getsLossy();
        passes(script.probes.getFirst(), 0);
        assertThat(script.told()).endsWith("SWITCH_DENIED COOLDOWN_ACTIVE", "VOLATILE>DEGRADED SWITCH_RATE_LIMITED");
        assertThat(script.events.getLast().details()).containsExactly(new Detail("detail", "COOLDOWN_ACTIVE"));
        assertThat(script.requests).isEmpty();
        script.probes.clear();
        long allowed = Script.ATTACHED_NANOS + 10 * SECOND;
        while (script.probes.isEmpty()) {
            script.chat(1, 10);
        }
        assertThat(script.probes.getFirst().nanos()).as("when it may again").isEqualTo(allowed);
        passes(script.probes.getFirst(), 0);
        assertThat(script.rows()).endsWith("DEGRADED>RECOVERING BETTER_PATH");
    }

    @Test
    void aPathThatWouldNotHaveUsIsShunnedToo() {
        getsLossy();
        passes(script.probes.getFirst(), 0);
        script.refuse(script.lastRequest(), ReasonCode.COOLDOWN_ACTIVE);
        assertThat(script.event("RECOVERING>ATTACHED JUMP_ABANDONED").details())
                .containsExactly(new Detail("detail", "COOLDOWN_ACTIVE"));
        long refused = script.now;
        script.probes.clear();
        stays(58);
        assertThat(script.probes).isEmpty();
        while (script.probes.isEmpty()) {
            script.chat(1, 10);
            assertThat(script.now).isLessThan(refused + 125 * SECOND);
        }
        assertThat(script.probes.getFirst().nanos()).isGreaterThanOrEqualTo(refused + 60 * SECOND);
    }

    @Test
    void aSlowPathIsLeftOnlyForAFasterOne() {
        script = alone(Policy.DEFAULT
                .with(PolicyKey.VOLATILITY_HEARTBEAT_MISSED, 20)
                .with(PolicyKey.VOLATILITY_DEAD_AFTER, 60 * SECOND));
        script.delayNanos = 200 * MILLI;
        for (int i = 0; script.state() != SessionState.VOLATILE; i++) {
            assertThat(i).isLessThan(200);
            script.chat(1, 40);
        }
        assertThat(script.rows()).endsWith("ATTACHED>VOLATILE LATENCY_SPIKE");
        Script.Probe probe = script.probes.getLast();
        long asFast = Math.max(150 * MILLI, script.status().rttNanos());
        script.runTo(probe.nanos() + asFast + 40 * MILLI);
        assertThat(script.status().rttNanos()).isLessThan(asFast + 40 * MILLI);
        script.answer(probe);
        assertThat(script.requests).as("as slow as this one").isEmpty();
        while (script.probes.getLast() == probe) {
            script.chat(1, 40);
        }
        script.run(100);
        script.answer(script.probes.getLast());
        assertThat(script.asked()).containsExactly("2>gw1");
    }

    @Test
    void theNextSpellBeginsAtOnceHoweverFarTheLastOneHadCome() {
        getsLossy();
        stays(3);
        script.lossy = false;
        while (script.state() != SessionState.ATTACHED) {
            script.chat(1, 10);
        }
        script.forget();
        getsLossy();
        assertThat(probeMillis()).containsExactly(0L);
    }

    @Test
    void lossIsShownAndAnyBindBeginsACooldown() {
        script = alone(Policy.DEFAULT.with(PolicyKey.SWITCHING_COOLDOWN, 10 * SECOND));
        script.run(10_000);
        script.down(1);
        script.accept(script.lastRequest());
        script.run(100);
        script.up(7, "eth0", "gw1", Script.ONE);
        script.forget();
        getsLossy();
        assertThat(script.status().loss()).isGreaterThanOrEqualTo(0.15);
        passes(script.probes.getLast(), 0);
        assertThat(script.told()).endsWith("SWITCH_DENIED COOLDOWN_ACTIVE", "VOLATILE>DEGRADED SWITCH_RATE_LIMITED");
    }
}
