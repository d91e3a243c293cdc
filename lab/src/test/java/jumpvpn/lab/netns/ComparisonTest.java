package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private final Comparison comparison =
            new Comparison(LabOptions.parse(List.of("--vpn", "jumpvpn", "--runs", "3", "jump")));

    @Test
    void medianAndWorstOfAllRuns() throws IOException {
        add(SessionScenarios.JUMP, figures(100, false, true));
        add(SessionScenarios.JUMP, figures(1200, false, true));
        add(SessionScenarios.JUMP, figures(110, false, true));
        assertThat(comparison.table())
                .endsWith("| `jump` | jumpvpn | 110 / 1,200 | 7 / 7 | 300 / 300 | 3 of 3 | 3 of 3 |");
        assertThat(comparison.complete()).isTrue();
    }

    @Test
    void whatDoesNotComeBackIsNever() throws IOException {
        add(SessionScenarios.JUMP, figures(100, false, true));
        add(SessionScenarios.JUMP, figures(23_000, true, false));
        add(SessionScenarios.JUMP, figures(120, false, true));
        assertThat(comparison.table().getLast()).contains("| 120 / never | 7 / 7 | 300 / never | 2 of 3 | 2 of 3 |");
    }

    @Test
    void aScenarioThatMeasuresItselfHasNoDownload() throws IOException {
        Map<String, @Nullable Object> figures = figures(0, true, true);
        figures.put("first_reply_ms", "Infinity");
        figures.remove("download_stall_ms");
        add(RoughScenarios.QUIET_DEATH, figures);
        assertThat(comparison.table().getLast()).isEqualTo("| `quiet-death` | jumpvpn | never | – | – | – | 1 of 1 |");
    }

    @Test
    void aRunThatCouldNotBeCarriedOutIsLeftOutAndSaid() throws IOException {
        add(SessionScenarios.JUMP, figures(100, false, true));
        assertThat(comparison.add(SessionScenarios.JUMP, Subject.JUMPVPN, Verdict.impossible("no session on uplink A")))
                .isEqualTo("NOT CARRIED OUT: no session on uplink A");
        assertThat(comparison.table().getLast()).contains("| 100 | 7 | 300 | 1 of 1 | 1 of 1 |");
        assertThat(comparison.complete()).isFalse();
    }

    private void add(Scenario scenario, Map<String, @Nullable Object> figures) {
        comparison.add(scenario, Subject.JUMPVPN, new Verdict(List.of(new Check("kept up", true, "")), figures));
    }

    private static Map<String, @Nullable Object> figures(double outageMillis, boolean silentAtEnd, boolean alive) {
        Map<String, @Nullable Object> figures = new LinkedHashMap<>();
        figures.put("outage_ms", outageMillis);
        figures.put("silent_at_end", silentAtEnd);
        figures.put("probes_lost", 7);
        figures.put("download_stall_ms", 300.0);
        figures.put("download_checksum_ok", alive);
        figures.put("tcp_alive", alive);
        return figures;
    }
}
