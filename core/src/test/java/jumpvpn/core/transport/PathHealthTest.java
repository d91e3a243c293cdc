package jumpvpn.core.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.transport.PathHealth.Breach;
import jumpvpn.core.transport.PathHealth.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When a path is dead, shaken or well, from counts alone. */
class PathHealthTest {
    private static final long MILLI = 1_000_000;
    private static final long START = 9_000_000 * MILLI;

    private long sent = -1;
    private long acked = -1;
    private long peerReceived;
    private long progress;
    private long rtt;

    private static PathHealth.Limits limits(long deadAfterMillis) {
        return new PathHealth.Limits(500 * MILLI, 3, deadAfterMillis * MILLI, 0.15, 2000 * MILLI, 3.0);
    }

    private final PathHealth health = new PathHealth(limits(1500), 40 * MILLI);

    private Verdict look(PathHealth on, long millis) {
        return on.look(
                START + millis * MILLI,
                new PathHealth.Counts(sent, acked, progress, peerReceived, rtt, START, START, 0));
    }

    /** Looks every 10 ms from here to there; gives when the verdict came, or -1. */
    private long until(PathHealth on, Verdict wanted, long fromMillis, long toMillis) {
        for (long at = fromMillis; at <= toMillis; at += 10) {
            if (look(on, at) == wanted) {
                return at;
            }
        }
        return -1;
    }

    private void acknowledged(long millis) {
        acked = sent;
        peerReceived = sent + 1;
        progress = START + millis * MILLI;
    }

    @Test
    void whatAskedForNoAnswerTellsNoRoundTrip() {
        sent = 1;
        acknowledged(10);
        look(health, 10);
        long before = health.rttNanos();
        acked = 7; // acknowledgements of ours, told seconds later by a clock that drifts
        rtt = MILLI;
        look(health, 5000);
        assertThat(health.rttNanos()).isEqualTo(before);
        sent = 8;
        acknowledged(5100);
        look(health, 5100);
        assertThat(health.rttNanos()).isNotEqualTo(before);
    }

    @Test
    void isQuietForeverWhileNothingIsOutstanding() {
        assertThat(until(health, Verdict.DEAD, 0, 20_000)).isEqualTo(-1);
        sent = 4;
        acknowledged(20_000);
        assertThat(look(health, 20_010)).isEqualTo(Verdict.QUIET);
        assertThat(until(health, Verdict.PING, 20_020, 40_000)).isEqualTo(-1);
        assertThat(health.breach(START + 40_000 * MILLI)).isNull();
    }

    @Test
    void asksForASignOfLifeThenGivesUp() {
        sent = 0;
        assertThat(look(health, 0)).isEqualTo(Verdict.WAITING);
        long ping = until(health, Verdict.PING, 10, 2000);
        assertThat(ping)
                .as("after a round trip, its variation and the peer's delay")
                .isBetween(130L, 160L);
        long dead = until(health, Verdict.DEAD, ping + 10, 2000);
        assertThat(dead).isBetween(480L, 510L);
    }

    /** With a tenth lost each way 0.19 of the round trips are lost: 0.19^13 is rare enough, and the packet that began it is one of the 13. */
    @ParameterizedTest
    @ValueSource(longs = {1, 5, 20, 40, 70, 100, 200, 300, 400})
    void asksTwelveTimesAtLeastThatCouldBeAnsweredBeforeItGivesUp(long rttMillis) {
        PathHealth path = steady(rttMillis);
        List<Long> asked = new ArrayList<>();
        long at = 0;
        sent++;
        for (Verdict verdict = Verdict.WAITING; verdict != Verdict.DEAD; at += path.nextLookNanos()) {
            verdict = path.look(
                    START + 60_000 * MILLI + at,
                    new PathHealth.Counts(sent, acked, progress, peerReceived, rtt, START, START, 0));
            if (verdict == Verdict.PING) {
                asked.add(at);
            }
        }
        long dead = at;
        assertThat(asked.stream().filter(time -> time + rttMillis * MILLI <= dead))
                .hasSizeGreaterThanOrEqualTo(12);
        assertThat(asked).hasSizeLessThan(50);
    }

    /** A path whose round trip has been the same for a minute. */
    private PathHealth steady(long rttMillis) {
        PathHealth path = new PathHealth(limits(1500), rttMillis * MILLI);
        rtt = rttMillis * MILLI;
        for (long at = 0; at < 60_000; at += 50) {
            sent++;
            acknowledged(at);
            look(path, at);
        }
        return path;
    }

    @Test
    void progressStartsTheWaitAnew() {
        sent = 0;
        assertThat(until(health, Verdict.DEAD, 0, 400)).isEqualTo(-1);
        sent = 1;
        acked = 0;
        peerReceived = 1;
        progress = START + 400 * MILLI;
        assertThat(until(health, Verdict.DEAD, 410, 2000)).isBetween(880L, 910L);
    }

    @Test
    void aTrickleOfProgressNeverDies() {
        for (long at = 0; at < 10_000; at += 10) {
            sent = at / 10;
            acked = Math.max(-1, at / 10 - 20);
            peerReceived = acked + 1;
            progress = START + at * MILLI;
            assertThat(look(health, at)).isNotEqualTo(Verdict.DEAD);
        }
    }

    @Test
    void aLateLookIsNotHeldAgainstThePeer() {
        sent = 0;
        look(health, 0);
        look(health, 20);
        assertThat(look(health, 3_600_000)).as("nobody looked for an hour").isEqualTo(Verdict.WAITING);
        assertThat(until(health, Verdict.DEAD, 3_600_010, 3_602_000)).isBetween(3_600_350L, 3_600_500L);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1500, 1230, 1250",
        "1, 1500, 250, 260",
        "40, 1500, 480, 500",
        "40, 100, 100, 110",
        "900, 1500, 1490, 1510"
    })
    void deadAfterAdaptsToTheRoundTripAndIsBoundedByPolicy(
            long rttMillis, long deadAfterMillis, long least, long most) {
        PathHealth path = new PathHealth(limits(deadAfterMillis), rttMillis * MILLI);
        sent = 0;
        assertThat(until(path, Verdict.DEAD, 0, 5000)).isBetween(least, most);
    }

    @Test
    void missedHeartbeatsAreABreachBeforeDeath() {
        sent = 0;
        long breach = -1;
        for (long at = 0; look(health, at) != Verdict.DEAD; at += 10) {
            if (breach < 0 && health.breach(START + at * MILLI) == Breach.HEARTBEAT) {
                breach = at;
            }
        }
        assertThat(breach).as("three intervals of 140 ms").isBetween(420L, 440L);
    }

    @ParameterizedTest
    @CsvSource({"10, false", "14, false", "16, true", "50, true"})
    void lossAboveTheThresholdIsABreach(int lostPercent, boolean breach) {
        for (int i = 0; i <= 200; i++) {
            sent = i;
            acked = i;
            peerReceived = i - (long) i * lostPercent / 100;
            progress = START + i * 10 * MILLI;
            look(health, i * 10);
        }
        assertThat(health.breach(START + 2000 * MILLI) == Breach.LOSS).isEqualTo(breach);
        assertThat(health.loss(START + 2000 * MILLI)).isBetween(lostPercent / 100.0 - 0.02, lostPercent / 100.0 + 0.02);
        assertThat(health.breach(START + 5000 * MILLI))
                .as("the window has moved on")
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({"40, 140, false", "40, 160, true", "100, 290, false", "100, 310, true"})
    void latencyAboveThreeBaselinesAndAbove150MillisIsABreach(long baseMillis, long laterMillis, boolean breach) {
        PathHealth path = new PathHealth(limits(1500), baseMillis * MILLI);
        rtt = laterMillis * MILLI;
        for (int i = 0; i <= 50; i++) {
            sent = i;
            acknowledged(i * 40L);
            look(path, i * 40L);
        }
        assertThat(path.breach(START + 2000 * MILLI) == Breach.LATENCY).isEqualTo(breach);
    }

    @ParameterizedTest
    @CsvSource({"40, 60, false", "40, 80, true", "200, 290, false", "200, 310, true"})
    void roundTripsThatJumpByAQuarterOfWhatLatencyMayRiseAreABreach(long baseMillis, long laterMillis, boolean breach) {
        PathHealth path = new PathHealth(limits(1500), baseMillis * MILLI);
        for (int i = 0; i <= 50; i++) {
            rtt = (i % 2 == 0 ? baseMillis : laterMillis) * MILLI;
            sent = i;
            acknowledged(i * 40L);
            look(path, i * 40L);
        }
        assertThat(path.breach(START + 2000 * MILLI)).isEqualTo(breach ? Breach.JITTER : null);
    }

    @Test
    void ofSeveralBreachesTheFirstOfTheTableIsNamed() {
        PathHealth path = new PathHealth(limits(1500), 40 * MILLI);
        for (int i = 0; i <= 50; i++) {
            rtt = (i % 2 == 0 ? 40 : 400) * MILLI;
            sent = 4 * i;
            acked = sent;
            peerReceived = 2 * i;
            progress = START + i * 40 * MILLI;
            look(path, i * 40L);
        }
        sent++;
        until(path, Verdict.DEAD, 2010, 4000);
        assertThat(path.isSilent()).isTrue();
        assertThat(path.breach(START + 2400 * MILLI)).isEqualTo(Breach.LOSS);
        assertThat(path.breach(START + 9000 * MILLI)).isEqualTo(Breach.HEARTBEAT);
    }

    @Test
    void saysWhenToLookAgain() {
        assertThat(health.nextLookNanos()).isBetween(5 * MILLI, 25 * MILLI);
        assertThat(new PathHealth(limits(1500), 0).rttNanos()).isZero();
        assertThat(health.rttNanos()).isEqualTo(40 * MILLI);
        assertThat(health.patienceNanos()).isEqualTo(120 * MILLI);
    }
}
