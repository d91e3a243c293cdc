package jumpvpn.core.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Switches remembered for the limits. */
class SwitchHistoryTest {
    private final SwitchHistory history = new SwitchHistory();

    @Test
    void countsElectiveSwitchesInsideTheWindow() {
        history.bound(10, true);
        history.bound(20, false);
        history.bound(30, true);
        assertThat(history.electiveWithin(30, 100)).isEqualTo(2);
        assertThat(history.electiveWithin(109, 100)).isEqualTo(2);
        assertThat(history.electiveWithin(110, 100)).isEqualTo(1);
        assertThat(history.electiveWithin(130, 100)).isZero();
        assertThat(history.lastCommitNanos()).isEqualTo(30);
        assertThat(history.lastForcedNanos()).isEqualTo(20);
    }

    @Test
    void isBoundedByWhatAPolicyMayAllow() {
        for (int i = 0; i < 10_000; i++) {
            history.bound(i, true);
        }
        assertThat(history.electiveWithin(10_000, 1_000_000)).isEqualTo(600);
    }
}
