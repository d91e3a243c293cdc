package jumpvpn.core.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** RFC 6298 section 2 by hand. */
class RttEstimatorTest {
    private final RttEstimator rtt = new RttEstimator();

    @Test
    void hasAGuessBeforeTheFirstSample() {
        assertThat(rtt.smoothedNanos()).isZero();
        assertThat(rtt.leastNanos()).isZero();
        assertThat(rtt.patienceNanos()).isEqualTo(333_000_000);
    }

    @Test
    void followsTheFormulas() {
        rtt.sample(800);
        assertThat(rtt.smoothedNanos()).isEqualTo(800);
        assertThat(rtt.patienceNanos()).isEqualTo(800 + 4 * 400);
        rtt.sample(1600); // variation 400 + (800 - 400)/4, smoothed 800 + 800/8
        assertThat(rtt.smoothedNanos()).isEqualTo(900);
        assertThat(rtt.patienceNanos()).isEqualTo(900 + 4 * 500);
        rtt.sample(100); // variation 500 + (800 - 500)/4, smoothed 900 - 800/8
        assertThat(rtt.smoothedNanos()).isEqualTo(800);
        assertThat(rtt.patienceNanos()).isEqualTo(800 + 4 * 575);
        assertThat(rtt.leastNanos()).isEqualTo(100);
    }
}
