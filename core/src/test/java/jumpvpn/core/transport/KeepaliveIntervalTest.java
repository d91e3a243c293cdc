package jumpvpn.core.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is tried, in which order, and what follows from it. */
class KeepaliveIntervalTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long HOUR = 3600 * SECOND;

    private final KeepaliveInterval interval = new KeepaliveInterval();
    private long now = 100 * SECOND;

    private void heard() {
        interval.heard(now, interval.trialNanos(now));
    }

    private void missed() {
        interval.missed(now, interval.trialNanos(now));
    }

    private void expect(long seconds, long trialSeconds) {
        assertThat(interval.intervalNanos()).isEqualTo(seconds * SECOND);
        assertThat(interval.trialNanos(now)).isEqualTo(trialSeconds * SECOND);
    }

    @Test
    void itBeginsBelowHalfAMinuteAndGoesUpStepByStepForAnHour() {
        expect(20, 20);
        heard();
        expect(20, 40);
        heard();
        expect(40, 0);
        now += HOUR - 1;
        expect(40, 0);
        now++;
        expect(40, 40);
        heard();
        expect(40, 0);
    }

    @Test
    void aNextStepThatFailsOnceIsNotTriedAgainForAnHour() {
        heard();
        missed();
        expect(20, 0);
        now += HOUR;
        expect(20, 20);
        heard();
        expect(20, 40);
    }

    @Test
    void thePresentStepIsGivenUpAfterTwoFailuresInARow() {
        missed();
        expect(20, 20);
        heard();
        now += 2 * HOUR;
        interval.doubt();
        missed();
        expect(20, 20);
        missed();
        expect(9, 0);
        now += HOUR;
        expect(9, 20);
        missed();
        expect(9, 0);
        now += HOUR;
        heard();
        expect(20, 40);
    }

    @Test
    void aStepBelowOneThatWasGivenUpIsProvenItself() {
        heard();
        heard();
        interval.doubt();
        missed();
        missed();
        expect(20, 20);
        heard();
        expect(20, 40);
    }

    @Test
    void doubtEndsTheHourAndKeepsTheStep() {
        heard();
        heard();
        interval.doubt();
        expect(40, 40);
        missed();
        interval.doubt();
        missed();
        expect(40, 40);
    }
}
