package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import org.junit.jupiter.api.Test;

/** A client's own count of its switches: rate and cooldown of contract section 3, to the nanosecond. */
class OwnSwitchesTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MINUTE = 60 * SECOND;
    private static final Policy TWO_A_MINUTE =
            Policy.DEFAULT.with(PolicyKey.SWITCHING_MAX_PER_MINUTE, 2).with(PolicyKey.SWITCHING_COOLDOWN, SECOND);

    private final OwnSwitches switches = new OwnSwitches();

    @Test
    void anyBindBeginsACooldown() {
        switches.bound(5 * SECOND, false);
        assertThat(switches.refusal(6 * SECOND - 1, TWO_A_MINUTE)).isEqualTo(ReasonCode.COOLDOWN_ACTIVE);
        assertThat(switches.refusal(6 * SECOND, TWO_A_MINUTE)).isNull();
        assertThat(switches.allowedNanos(TWO_A_MINUTE)).isEqualTo(6 * SECOND);
    }

    @Test
    void onlyElectiveSwitchesCountTowardsTheRate() {
        switches.bound(0, true);
        switches.bound(10 * SECOND, false);
        switches.bound(20 * SECOND, false);
        assertThat(switches.refusal(22 * SECOND, TWO_A_MINUTE)).isNull();
        switches.bound(30 * SECOND, true);
        assertThat(switches.refusal(32 * SECOND, TWO_A_MINUTE)).isEqualTo(ReasonCode.SWITCH_RATE_LIMITED);
        assertThat(switches.allowedNanos(TWO_A_MINUTE)).isEqualTo(MINUTE);
        assertThat(switches.refusal(MINUTE - 1, TWO_A_MINUTE)).isEqualTo(ReasonCode.SWITCH_RATE_LIMITED);
        assertThat(switches.refusal(MINUTE, TWO_A_MINUTE)).isNull();
    }

    @Test
    void afterMoreThanAreAllowedNowTheLatestOfThemMustBeAMinuteAgo() {
        switches.bound(0, true);
        switches.bound(10 * SECOND, true);
        switches.bound(20 * SECOND, true);
        assertThat(switches.allowedNanos(TWO_A_MINUTE)).isEqualTo(10 * SECOND + MINUTE);
    }

    @Test
    void theCooldownMayLastLongerThanTheMinute() {
        switches.bound(0, true);
        switches.bound(MINUTE - SECOND / 2, true);
        assertThat(switches.allowedNanos(TWO_A_MINUTE)).isEqualTo(MINUTE + SECOND / 2);
    }

    @Test
    void asManyAreRememberedAsAnyPolicyAllowsInAMinute() {
        Policy most = TWO_A_MINUTE.with(PolicyKey.SWITCHING_MAX_PER_MINUTE, PolicyKey.SWITCHING_MAX_PER_MINUTE.most());
        for (int i = 0; i < 600; i++) {
            switches.bound(i, true);
        }
        assertThat(switches.allowedNanos(most))
                .as("the first must be a minute ago")
                .isEqualTo(MINUTE);
        switches.bound(600, true);
        switches.bound(601, true);
        assertThat(switches.allowedNanos(most)).as("then the third").isEqualTo(MINUTE + 2);
    }
}
