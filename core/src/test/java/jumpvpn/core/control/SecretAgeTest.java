package jumpvpn.core.control;

import static org.assertj.core.api.Assertions.assertThat;

import jumpvpn.core.session.Deadlines;
import org.junit.jupiter.api.Test;

class SecretAgeTest {
    private static final long HOUR = 3_600_000_000_000L;

    private final SecretAge age = new SecretAge();

    @Test
    void onlyTimeWithABindingCounts() {
        assertThat(age.expiresNanos()).isEqualTo(Deadlines.NEVER);
        age.alive(HOUR);
        assertThat(age.expiresNanos()).isEqualTo(3 * HOUR);
        age.alive(2 * HOUR); // a planned jump: it was alive all the time
        assertThat(age.expiresNanos()).isEqualTo(3 * HOUR);
        age.dead(2 * HOUR);
        age.dead(5 * HOUR);
        assertThat(age.expiresNanos()).isEqualTo(Deadlines.NEVER);
        age.alive(10 * HOUR);
        assertThat(age.expiresNanos()).isEqualTo(11 * HOUR);
    }

    @Test
    void newDiffieHellmanBeginsAnew() {
        age.alive(0);
        age.renewed(HOUR);
        assertThat(age.expiresNanos()).isEqualTo(3 * HOUR);
        age.dead(2 * HOUR);
        age.renewed(2 * HOUR);
        assertThat(age.expiresNanos()).isEqualTo(Deadlines.NEVER);
        age.alive(3 * HOUR);
        assertThat(age.expiresNanos()).isEqualTo(5 * HOUR);
    }
}
