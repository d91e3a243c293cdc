package jumpvpn.lab.sim;

import static org.assertj.core.api.Assertions.assertThat;

import jumpvpn.core.session.ReasonCode;
import org.junit.jupiter.api.Test;

/**
 * The everyday run of the simulation. {@code -Djumpvpn.sim.seed=N} runs one seed, {@code -Djumpvpn.sim.seeds=N} so many; a failure names its seed and runs the same way
 * again.
 */
class SimulationTest {
    private static final long FIRST_SEED = 1;

    @Test
    void theInvariantsHold() {
        Long only = Long.getLong("jumpvpn.sim.seed");
        long first = only == null ? FIRST_SEED : only;
        long seeds = only == null ? Long.getLong("jumpvpn.sim.seeds", 1000) : 1;
        Totals totals = new Totals();
        for (long seed = first; seed < first + seeds; seed++) {
            totals.add(Simulation.run(seed));
        }
        System.out.println("Simulation, seeds from " + first + ":\n" + totals.text());
        if (seeds >= 1000) { // else what holds might hold because nothing happened
            assertThat(totals.jumps()).isGreaterThan(2 * seeds);
            assertThat(totals.rejects(ReasonCode.STALE_STATE_VERSION)).isPositive();
            assertThat(totals.rejects(ReasonCode.STALE_REQUEST)).isPositive();
            assertThat(totals.rejects(ReasonCode.SWITCH_RATE_LIMITED)).isPositive();
            assertThat(totals.rejects(ReasonCode.COOLDOWN_ACTIVE)).isPositive();
            assertThat(totals.rejects(ReasonCode.SESSION_NOT_FOUND)).isPositive();
        }
    }

    @Test
    void aSeedIsAlwaysTheSame() {
        for (long seed = 1; seed <= 20; seed++) {
            assertThat(Simulation.run(seed)).isEqualTo(Simulation.run(seed));
        }
    }

    @Test
    void anotherSeedIsAnotherWorld() {
        assertThat(Simulation.run(1).fingerprint())
                .isNotEqualTo(Simulation.run(2).fingerprint());
    }
}
