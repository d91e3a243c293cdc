package jumpvpn.core.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Switches remembered for the limits. */
class SwitchTimesTest {
    private static final long MINUTE = 60_000_000_000L;

    private SwitchTimes switches = new SwitchTimes(SwitchTimes.LONG_AGO, SwitchTimes.LONG_AGO, List.of());

    @Test
    void countsElectiveSwitchesOfAMinute() {
        switches = switches.bound(10, true).bound(20, false).bound(30, true);
        assertThat(switches.electiveInAMinute(30)).isEqualTo(2);
        assertThat(switches.electiveInAMinute(MINUTE + 9)).isEqualTo(2);
        assertThat(switches.electiveInAMinute(MINUTE + 10)).isEqualTo(1);
        assertThat(switches.electiveInAMinute(MINUTE + 30)).isZero();
        assertThat(switches.lastCommitNanos()).isEqualTo(30);
        assertThat(switches.lastForcedNanos()).isEqualTo(20);
    }

    @Test
    void forgetsElectiveSwitchesOfMoreThanAMinuteAgo() {
        switches = switches.bound(10, true).bound(20, true).bound(MINUTE + 10, true);
        assertThat(switches.electiveNanos()).containsExactly(20L, MINUTE + 10);
    }

    @Test
    void isBoundedByWhatAPolicyMayAllow() {
        for (int i = 0; i < 10_000; i++) {
            switches = switches.bound(i, true);
        }
        assertThat(switches.electiveInAMinute(10_000)).isEqualTo(SwitchTimes.MOST);
        assertThat(switches.electiveNanos().getLast()).isEqualTo(9_999);
    }

    @Test
    void theNewestBindsOfTwoCount() {
        SwitchTimes record = SwitchTimes.born(0).bound(10, false).bound(20, true);
        SwitchTimes known = SwitchTimes.born(0).bound(15, false).bound(18, true);
        assertThat(record.notBefore(known)).isEqualTo(new SwitchTimes(20, 15, record.electiveNanos()));
        assertThat(known.notBefore(record)).isEqualTo(new SwitchTimes(20, 15, known.electiveNanos()));
    }
}
