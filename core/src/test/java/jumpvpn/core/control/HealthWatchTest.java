package jumpvpn.core.control;

import static org.assertj.core.api.Assertions.assertThat;

import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.transport.PathHealth.Counts;
import jumpvpn.core.transport.PathMtu;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Hold times, calm and owed acknowledgements, to the nanosecond. */
class HealthWatchTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1000 * MILLI;
    private static final long START = 100 * SECOND;
    private static final long NORMAL_RTT = 50 * MILLI;
    private static final int FULL = 1452;

    private final HealthWatch watch = watch(Policy.DEFAULT, NORMAL_RTT);
    private int packets;

    private static HealthWatch watch(Policy policy, long rttNanos) {
        return new HealthWatch(policy, PathMtu.of(Protocol.UDP, FULL), rttNanos);
    }

    private static HealthWatch.Finding look(HealthWatch watch, long nowNanos, SessionState state, Counts counts) {
        return watch.look(nowNanos, state, counts, counts.sentAsking() + 1, false);
    }

    /** Nothing outstanding, nothing owed. */
    private static Counts quiet(long sentNanos, long receivedNanos) {
        return new Counts(-1, -1, 0, 0, 0, sentNanos, receivedNanos, 0);
    }

    private HealthWatch.Finding wellAt(long nowNanos, SessionState state) {
        return look(watch, nowNanos, state, quiet(nowNanos, nowNanos));
    }

    /** A packet was delivered, and that took this long. */
    private HealthWatch.Finding delivered(long nowNanos, SessionState state, long rttNanos) {
        packets++;
        return look(
                watch,
                nowNanos,
                state,
                new Counts(packets, packets, nowNanos, packets, rttNanos, nowNanos, nowNanos, 0));
    }

    private HealthWatch.Finding slowAt(long nowNanos, SessionState state) {
        return delivered(nowNanos, state, 20 * NORMAL_RTT);
    }

    /** So many slow packets that a threshold is passed; returns what the last look found. */
    private HealthWatch.Finding slowFrom(long nowNanos, SessionState state) {
        for (int i = 0; i < 7; i++) {
            assertThat(slowAt(nowNanos + i * 40 * MILLI, state).reason())
                    .as("too few to tell")
                    .isNull();
        }
        return slowAt(nowNanos + 280 * MILLI, state);
    }

    @Test
    void aVolatileSessionIsWellWhenNoThresholdWasPassedForTheHoldTime() {
        slowFrom(START, SessionState.ATTACHED);
        long last = START + SECOND; // the window still has it
        assertThat(wellAt(last, SessionState.VOLATILE).reason()).isNull();
        assertThat(wellAt(last + 2 * SECOND - 1, SessionState.VOLATILE).reason())
                .isNull();
        assertThat(wellAt(last + 2 * SECOND, SessionState.VOLATILE).reason()).isEqualTo(ReasonCode.HEALTH_RECOVERED);
    }

    @ParameterizedTest
    @EnumSource(names = {"VOLATILE", "DEGRADED"})
    void theHoldTimeOfANewBindingBeginsWithItsFirstLook(SessionState state) {
        assertThat(wellAt(START, state).reason()).isNull();
        assertThat(wellAt(START + 2 * SECOND - 1, state).reason()).isNull();
        assertThat(wellAt(START + 2 * SECOND, state).reason())
                .isEqualTo(state == SessionState.VOLATILE ? ReasonCode.HEALTH_RECOVERED : ReasonCode.EXIT_DEGRADED);
    }

    @Test
    void aBreachBeginsTheHoldTimeAnew() {
        wellAt(START, SessionState.DEGRADED);
        assertThat(slowFrom(START + SECOND, SessionState.DEGRADED).reason()).isNull();
        assertThat(wellAt(START + 2 * SECOND, SessionState.DEGRADED).reason()).isNull();
    }

    @Test
    void aSessionThatStaysVolatileIsDegraded() {
        for (long at = START; at <= START + 1000 * MILLI; at += 50 * MILLI) {
            wellAt(at, SessionState.ATTACHED);
        }
        long since = START + 1000 * MILLI;
        for (long at = since + 50 * MILLI; at < since + 4 * SECOND; at += 50 * MILLI) {
            assertThat(slowAt(at, SessionState.VOLATILE).reason()).isNull();
        }
        assertThat(slowAt(since + 4 * SECOND - 1, SessionState.VOLATILE).reason())
                .isNull();
        assertThat(slowAt(since + 4 * SECOND, SessionState.VOLATILE).reason()).isEqualTo(ReasonCode.VOLATILE_PERSISTED);
    }

    @Test
    void aSlowPathIsSaidToBeSlowAndWorse() {
        assertThat(delivered(START - 5 * SECOND, SessionState.ATTACHED, NORMAL_RTT)
                        .worse())
                .isFalse();
        HealthWatch.Finding finding = slowFrom(START + 50 * MILLI, SessionState.ATTACHED);
        assertThat(finding.reason()).isEqualTo(ReasonCode.LATENCY_SPIKE);
        assertThat(finding.worse()).isTrue();
        assertThat(finding.dead()).isFalse();
        assertThat(finding.ping()).isFalse();
    }

    @Test
    void aLossyPathIsSaidToBeLossyAndHowMuch() {
        look(watch, START, SessionState.ATTACHED, new Counts(0, 0, START, 1, NORMAL_RTT, START, START, 0));
        long now = START + 50 * MILLI;
        HealthWatch.Finding finding =
                look(watch, now, SessionState.ATTACHED, new Counts(100, 100, now, 61, NORMAL_RTT, now, now, 0));
        assertThat(finding.reason()).isEqualTo(ReasonCode.LOSS_SPIKE);
        assertThat(watch.loss(now)).isBetween(0.35, 0.45);
        assertThat(watch.rttNanos()).isEqualTo(NORMAL_RTT);
        assertThat(watch.patienceNanos()).isGreaterThanOrEqualTo(NORMAL_RTT);
    }

    @Test
    void aSilentPathIsAskedThenShakenThenDeadAndNeverWorse() {
        boolean asked = false;
        ReasonCode shaken = null;
        for (long at = START; ; at += 10 * MILLI) {
            assertThat(at).isLessThan(START + 2 * SECOND);
            HealthWatch.Finding finding =
                    look(watch, at, SessionState.ATTACHED, new Counts(0, -1, 0, 0, 0, START, START, 0));
            asked |= finding.ping();
            shaken = finding.reason() == null ? shaken : finding.reason();
            assertThat(finding.worse()).as("it is silent, not bad").isFalse();
            if (finding.dead()) {
                break;
            }
            assertThat(finding.calm()).isFalse();
        }
        assertThat(asked).isTrue();
        assertThat(shaken).isEqualTo(ReasonCode.HEARTBEAT_MISSED);
    }

    @ParameterizedTest
    @EnumSource(names = {"BIRTH", "RECOVERING", "TERMINATED"})
    void elsewhereNothingIsJudged(SessionState state) {
        slowAt(START, state);
        assertThat(slowAt(START + 10 * SECOND, state).reason()).isNull();
    }

    @Test
    void itIsCalmWhenNothingWasSentOrHeardForMoreThanASecond() {
        assertThat(look(watch, START + SECOND, SessionState.ATTACHED, quiet(START, START - 5))
                        .calm())
                .isFalse();
        assertThat(look(watch, START + SECOND + 1, SessionState.ATTACHED, quiet(START, START - 5))
                        .calm())
                .isTrue();
        assertThat(look(watch, START + SECOND + 1, SessionState.ATTACHED, quiet(START - 5, START + 1))
                        .calm())
                .isFalse();
        assertThat(look(watch, START + 9 * SECOND, SessionState.VOLATILE, quiet(START, START))
                        .calm())
                .isFalse();
        assertThat(look(watch, START + 9 * SECOND, SessionState.DEGRADED, quiet(START, START))
                        .calm())
                .isFalse();
    }

    @Test
    void itIsNotCalmWhileSomethingIsOutstandingOrOwed() {
        long now = START + 5 * SECOND;
        assertThat(look(watch, now, SessionState.ATTACHED, new Counts(3, 2, START, 3, 0, START, START, 0))
                        .calm())
                .isFalse();
        assertThat(look(watch, now, SessionState.ATTACHED, new Counts(3, 3, START, 4, 0, START, START, START + 1))
                        .calm())
                .isFalse();
        assertThat(look(watch, now, SessionState.ATTACHED, new Counts(3, 3, START, 4, 0, START, START, START))
                        .calm())
                .isTrue();
    }

    @Test
    void anAcknowledgementThatIsOwedWaitsHalfOfItsTime() {
        assertThat(owedAt(START + 10 * MILLI - 1, START)).isFalse();
        assertThat(owedAt(START + 10 * MILLI, START)).isTrue();
        assertThat(owedAt(START + SECOND, START - 1))
                .as("what was sent since brought it")
                .isFalse();
    }

    private boolean owedAt(long nowNanos, long askedNanos) {
        return look(watch, nowNanos, SessionState.ATTACHED, new Counts(-1, -1, 0, 0, 0, START - 1, START, askedNanos))
                .acknowledge();
    }

    @Test
    void theNextLookComesSoonerOnAQuickPath() {
        HealthWatch unknown = watch(Policy.DEFAULT, 0);
        assertThat(look(unknown, START, SessionState.ATTACHED, quiet(START, START))
                        .againNanos())
                .isEqualTo(START + 25 * MILLI);
        assertThat(unknown.rttNanos()).isZero();
        HealthWatch quick = watch(Policy.DEFAULT.with(PolicyKey.VOLATILITY_HEARTBEAT_INTERVAL, 50 * MILLI), MILLI);
        assertThat(look(quick, START, SessionState.ATTACHED, quiet(START, START))
                        .againNanos())
                .isBetween(START + 5 * MILLI, START + 13 * MILLI);
    }

    @Test
    void aLengthIsAskedForOnceWhereSomethingLongerWasToBeSentAndItIsNotCalmUntilItArrived() {
        Counts counts = quiet(START - 2 * SECOND, START - 2 * SECOND);
        HealthWatch.Finding asking = watch.look(START, SessionState.ATTACHED, counts, 5, true);
        assertThat(asking.askBytes()).isEqualTo(FULL);
        assertThat(asking.calm()).isFalse();
        HealthWatch.Finding waiting = watch.look(START + MILLI, SessionState.ATTACHED, counts, 7, true);
        assertThat(waiting.askBytes()).isZero();
        assertThat(waiting.quiet()).isFalse();
        assertThat(watch.longest()).isEqualTo(Protocol.LEAST_DATAGRAM);
        watch.arrived(FULL);
        assertThat(watch.longest()).isEqualTo(FULL);
        assertThat(watch.look(START + 2 * MILLI, SessionState.ATTACHED, counts, 7, true)
                        .calm())
                .isTrue();
    }

    @Test
    void aQuestionThatGotLostIsNoLossOfThePath() {
        watch.look(START, SessionState.ATTACHED, new Counts(9, 9, START, 10, NORMAL_RTT, START, START, 0), 10, false);
        long asked = 0;
        long now = START;
        for (int sealed = 10; sealed < 110; ) {
            now += 50 * MILLI;
            Counts counts = new Counts(sealed - 1, sealed - 1, now, sealed - asked, NORMAL_RTT, now, now, 0);
            HealthWatch.Finding finding = watch.look(now, SessionState.ATTACHED, counts, sealed, true);
            assertThat(finding.reason()).isNull();
            asked += finding.askBytes() > 0 ? 1 : 0;
            sealed += finding.askBytes() > 0 ? 2 : 1;
        }
        assertThat(asked).isGreaterThan(20);
        assertThat(watch.loss(now)).isZero();
    }
}
