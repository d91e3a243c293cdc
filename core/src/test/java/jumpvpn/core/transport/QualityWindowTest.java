package jumpvpn.core.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Loss and latency over the last window. */
class QualityWindowTest {
    private static final long WINDOW = 6400;

    private final QualityWindow window = new QualityWindow(WINDOW);

    @Test
    void saysNothingFromTooLittle() {
        assertThat(window.loss(0, 20)).isZero();
        window.delivery(0, 0, 1);
        window.delivery(1000, 19, 1);
        assertThat(window.loss(1000, 20)).isZero();
        window.delivery(2000, 20, 1);
        assertThat(window.loss(2000, 20)).isEqualTo(1.0);
        for (int i = 0; i < 7; i++) {
            window.latency(i * 200, 10);
        }
        assertThat(window.latency95Nanos(2000)).isZero();
    }

    @Test
    void countsLossBetweenTheOldestAndNewestSampleInside() {
        window.delivery(0, 0, 0);
        window.delivery(1000, 100, 50);
        assertThat(window.loss(1000, 20)).isEqualTo(0.5);
        window.delivery(7000, 200, 150);
        assertThat(window.loss(7000, 20)).as("the first sample is out").isZero();
        assertThat(window.loss(20_000, 20)).isZero();
    }

    @Test
    void morePacketsReceivedThanSentIsNoNegativeLoss() {
        window.delivery(0, 0, 0);
        window.delivery(1000, 100, 130);
        assertThat(window.loss(1000, 20)).isZero();
    }

    @Test
    void oneRoundTripThatStandsOutIsNotThe95thPercentile() {
        QualityWindow window = new QualityWindow(WINDOW);
        for (int i = 0; i < 8; i++) {
            window.latency(i * 100, i == 4 ? 1000 : 10);
        }
        assertThat(window.latency95Nanos(800)).isEqualTo(10);
        window.latency(800, 1000);
        window.latency(900, 1000);
        assertThat(window.latency95Nanos(900)).isEqualTo(1000);
    }

    @Test
    void takesThe95thPercentile() {
        for (int i = 0; i < 40; i++) {
            window.latency(i * 100, i + 1);
        }
        assertThat(window.latency95Nanos(3900)).isEqualTo(38);
        for (int i = 0; i < 5; i++) {
            window.latency(4000 + i * 100, 1000);
        }
        assertThat(window.latency95Nanos(4400)).isEqualTo(1000);
        assertThat(window.latency95Nanos(50_000)).isZero();
    }

    @Test
    void isBoundedAndEvenlySpacedInTime() {
        for (int i = 0; i < 100_000; i++) {
            window.delivery(i, i, i / 2);
            window.latency(i, i);
        }
        assertThat(window.loss(99_999, 20)).isBetween(0.49, 0.51);
        assertThat(window.latency95Nanos(99_999)).isBetween(99_999 - WINDOW * 9 / 100, 99_999L);
    }

    @Test
    void jitterIsTheMeanStepFromOneRoundTripToTheNext() {
        for (int i = 0; i < 19; i++) {
            window.latency(i * 100, i % 2 == 0 ? 10 : 40);
        }
        assertThat(window.jitterNanos(1800)).isEqualTo(30);
        window.latency(1900, 10);
        window.latency(2000, 10); // two steps of 0 beside eighteen of 30
        assertThat(window.jitterNanos(2000)).isEqualTo(18 * 30 / 20);
        assertThat(window.jitterNanos(50_000)).isZero();
    }

    @Test
    void oneStallIsSpreadOverSixteenSteps() {
        for (int i = 0; i < 7; i++) {
            window.latency(i * 100, i == 4 ? 330 : 10);
        }
        assertThat(window.jitterNanos(700)).as("too few").isZero();
        window.latency(700, 10);
        assertThat(window.jitterNanos(700)).isEqualTo(2 * 320 / 16);
    }
}
