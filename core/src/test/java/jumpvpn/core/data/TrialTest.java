package jumpvpn.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How much goes to an address that nothing has proven yet. */
class TrialTest {
    private static final int BYTES = 1688;

    private final Trial trial = new Trial(new HoldQueue(65_536, 1, new DropCounters()), BYTES);

    @Test
    void smallPacketsGoWhileLargeOnesWait() {
        assertThat(trial.admits(1352)).isFalse();
        int small = 0;
        while (trial.admits(136)) {
            assertThat(trial.admits(1352)).isFalse();
            small++;
        }
        assertThat(small).isGreaterThanOrEqualTo(9);
        assertThat(small * 136).isLessThanOrEqualTo(BYTES);
    }
}
