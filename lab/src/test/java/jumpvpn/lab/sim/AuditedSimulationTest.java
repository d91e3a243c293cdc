package jumpvpn.lab.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventSink;
import jumpvpn.core.observability.audit.Auditor;
import jumpvpn.core.observability.audit.Report;
import jumpvpn.core.observability.audit.Verdict;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Entropy;
import jumpvpn.core.session.Policy;
import org.junit.jupiter.api.Test;

/** The auditor sees nothing but events, of worlds that are right: it must find nothing, and enough to look at. */
class AuditedSimulationTest {
    private static final int SEEDS = 300;

    /** Sound parts whose every process tells an auditor, too. */
    private static final class Overheard implements Parts {
        private final Parts sound;
        private final Auditor auditor;
        private int starts;
        private long line;

        Overheard(long seed, Auditor auditor) {
            this.sound = Parts.sound(seed);
            this.auditor = auditor;
        }

        @Override
        public AeadPort aead() {
            return sound.aead();
        }

        @Override
        public Entropy clientEntropy() {
            return sound.clientEntropy();
        }

        @Override
        public Entropy gatewayEntropy() {
            return sound.gatewayEntropy();
        }

        @Override
        public EventSink sink(EventSink told) {
            String start = Integer.toString(++starts);
            return new EventSink() {
                private long seq;

                @Override
                public void emit(Event event) {
                    told.emit(event);
                    auditor.take(auditor.speaker(event.role().label(), start), seq++, event, ++line);
                }
            };
        }
    }

    /** Where another oracle objects the world ends early; that is {@link SimulationTest}'s to tell. */
    private static void run(long seed, Auditor auditor) {
        try {
            Simulation.run(seed, new Overheard(seed, auditor));
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
            if (report.verdict() != Verdict.PROVEN || !report.remarks().isEmpty()) {
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
