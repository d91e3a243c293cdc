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
        rtt.sample(1, 800);
        assertThat(rtt.smoothedNanos()).isEqualTo(800);
        assertThat(rtt.patienceNanos()).isEqualTo(800 + 4 * 400);
        rtt.sample(1, 1600); // variation 400 + (800 - 400)/4, smoothed 800 + 800/8
        assertThat(rtt.smoothedNanos()).isEqualTo(900);
        assertThat(rtt.patienceNanos()).isEqualTo(900 + 4 * 500);
        rtt.sample(1, 100); // variation 500 + (800 - 500)/4, smoothed 900 - 800/8
        assertThat(rtt.smoothedNanos()).isEqualTo(800);
        assertThat(rtt.patienceNanos()).isEqualTo(800 + 4 * 575);
    }

    @Test
    void theBaselineFollowsAPathThatBecameSlowerForGood() {
        long second = 1_000_000_000L;
        rtt.first(40);
        for (long at = 0; at < 30; at++) {
            rtt.sample(at * second, 200);
        }
        assertThat(rtt.leastNanos()).isEqualTo(40);
        for (long at = 30; at <= 60; at++) {
            rtt.sample(at * second, 200);
        }
        assertThat(rtt.leastNanos()).isEqualTo(200);
        rtt.sample(3600 * second, 90); // after a rest
        rtt.sample(3600 * second, 90);
        assertThat(rtt.leastNanos()).isEqualTo(90);
    }

    @Test
    void oneRoundTripThatStandsOutIsNotTheBaseline() {
        rtt.sample(1, 13);
        assertThat(rtt.leastNanos()).as("nothing else is known").isEqualTo(13);
        rtt.sample(2, 205);
        rtt.sample(3, 204);
        assertThat(rtt.leastNanos()).isEqualTo(204);
        rtt.sample(30_000_000_001L, 13);
        rtt.sample(30_000_000_002L, 206);
        assertThat(rtt.leastNanos()).isEqualTo(204);
        rtt.sample(30_000_000_003L, 14);
        assertThat(rtt.leastNanos()).as("twice: it can be so fast").isEqualTo(14);
    }

    @Test
    void theFirstExchangeIsTheBaselineUntilThePathIsFasterTwice() {
        rtt.first(40);
        rtt.sample(1, 200);
        assertThat(rtt.leastNanos()).isEqualTo(40);
        rtt.sample(2, 10);
        assertThat(rtt.leastNanos()).isEqualTo(40);
        rtt.sample(3, 12);
        assertThat(rtt.leastNanos()).isEqualTo(12);
    }
}
