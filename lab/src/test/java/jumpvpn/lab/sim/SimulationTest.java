package jumpvpn.lab.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.session.ReasonCode;
import org.junit.jupiter.api.Test;

/**
 * The everyday run of the simulation. {@code -Djumpvpn.sim.seed=N} runs one seed, {@code -Djumpvpn.sim.seeds=N} so many; a failure names its seed and runs the same way
 * again.
 */
class SimulationTest {
    private static final long FIRST_SEED = 1;

    private static final List<ReasonCode> REJECTS = List.of(
            ReasonCode.SESSION_NOT_FOUND,
            ReasonCode.STALE_STATE_VERSION,
            ReasonCode.STALE_REQUEST,
            ReasonCode.SWITCH_RATE_LIMITED,
            ReasonCode.COOLDOWN_ACTIVE);

    private static final List<String> ROWS = List.of(
            "client HEALTH_RECOVERED",
            "client VOLATILE_PERSISTED",
            "client EXIT_DEGRADED",
            "client JUMP_ABANDONED",
            "client RECOVERY_WINDOW_EXCEEDED",
            "client CANDIDATE_APPEARED",
            "client TTL_TRANSPORT_LOSS_EXPIRED",
            "client SESSION_NOT_FOUND",
            "gateway HEALTH_RECOVERED",
            "gateway VOLATILE_PERSISTED",
            "gateway EXIT_DEGRADED",
            "gateway PEER_REPORTED",
            "gateway RECOVERY_WINDOW_EXCEEDED",
            "gateway CANDIDATE_APPEARED",
            "gateway TTL_TRANSPORT_LOSS_EXPIRED",
            "gateway SUPERSEDED",
            "gateway PEER_CLOSED");

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
            assertThat(REJECTS)
                    .allSatisfy(reason -> assertThat(totals.rejects(reason))
                            .as("rejected with " + reason)
                            .isPositive());
            assertThat(ROWS)
                    .allSatisfy(row -> assertThat(totals.rows(row)).as(row).isPositive());
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
