package jumpvpn.lab.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.audit.Auditor;
import jumpvpn.core.observability.audit.Report;
import jumpvpn.core.observability.audit.Verdict;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.Role;
import org.junit.jupiter.api.Test;

/** The auditor sees nothing but events, of worlds that are right: it must find nothing, and enough to look at. */
class AuditedSimulationTest {
    private static final int SEEDS = 300;

    /** Tells an auditor what every process says, each start a speaker of its own. */
    private static final class Overheard implements Observer {
        private final Auditor auditor;
        private final TreeMap<String, Integer> starts = new TreeMap<>();
        private final TreeMap<String, Long> sequences = new TreeMap<>();
        private long line;

        Overheard(Auditor auditor) {
            this.auditor = auditor;
        }

        @Override
        public void started(long nanos, String node, Role role) {
            starts.merge(node, 1, Integer::sum);
            sequences.put(node, 0L);
        }

        @Override
        public void event(long nanos, String node, Event event) {
            long seq = sequences.merge(node, 1L, Long::sum) - 1;
            auditor.take(auditor.speaker(node, String.valueOf(starts.get(node))), seq, event, ++line);
        }
    }

    /** Where another oracle objects the world ends early; that is {@link SimulationTest}'s to tell. */
    private static void run(long seed, Auditor auditor) {
        try {
            Simulation.run(seed, new Parts(seed), List.of(new Overheard(auditor)));
        } catch (Violation told) {
            assertThat(told).hasMessageContaining("seed " + seed);
        }
    }

    @Test
    void whatIsRightIsProven() {
        List<String> accused = new ArrayList<>();
        long binds = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            Policy policy = Scenario.of(seed).policy();
            Auditor auditor = new Auditor(version -> version == policy.version() ? policy : null);
            run(seed, auditor);
            Report report = auditor.report();
            binds += report.sessions().stream()
                    .mapToLong(session -> session.binds() - 1)
                    .sum();
            boolean isRemarkable =
                    !report.remarks().isEmpty() && !Scenario.of(seed).store().shared();
            if (report.verdict() != Verdict.PROVEN || isRemarkable) {
                accused.add("seed " + seed + ": " + report.remarks() + report.findings()
                        + report.sessions().stream()
                                .flatMap(session -> session.findings().stream())
                                .toList());
            }
        }
        assertThat(accused).isEmpty();
        assertThat(binds).isGreaterThan(SEEDS);
    }
}
