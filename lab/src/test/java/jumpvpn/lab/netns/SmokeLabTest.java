package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** A minute with real processes. A machine that can't run it says so loudly; it is skipped there, not passed. */
@Tag("network")
class SmokeLabTest {
    @BeforeEach
    void fit() throws IOException {
        List<String> missing = Prerequisites.missing(System.err);
        if (!missing.isEmpty()) {
            String text = "SMOKE LAB NOT RUN: this machine lacks " + String.join("; ", missing);
            System.err.println("\n*** " + text + "\n");
            throw new TestAbortedException(text);
        }
    }

    @Test
    void smoke() {
        holds(2, List.of("jump", "blackhole", "--json"));
    }

    @Test
    void smokeWithSeveralShardsAndLessThanTheKernelCan() {
        holds(1, List.of("bitflip", "--json", "--set", "shards=4,tun=tcp,udp=batches,dscp=copy"));
    }

    /** Every claim but that of time: other things run on this machine, so outages only have to be short here. */
    private static void holds(int scenariosRun, List<String> arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        NetworkLab.run(arguments, new PrintStream(out, true), System.err);
        List<String> scenarios = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(scenarios).hasSize(scenariosRun);
        for (String scenario : scenarios) {
            Map<?, ?> verdict =
                    (Map<?, ?>) list(Json.object(scenario).get("verdicts")).getFirst();
            assertThat(list(verdict.get("checks")))
                    .as(scenario)
                    .isNotEmpty()
                    .map(check -> (Map<?, ?>) check)
                    .allSatisfy(
                            check -> assertThat(check.get("check").toString().startsWith("outage")
                                            || check.get("ok").equals(true))
                                    .as("%s", check)
                                    .isTrue());
            assertThat(((Number) verdict.get("outage_ms")).doubleValue()).isLessThan(1500);
        }
    }

    private static List<?> list(Object value) {
        return (List<?>) value;
    }

    @Test
    void aSpoiledRunFails() {
        assertThat(NetworkLab.run(List.of("jump", "--plant", "replace-client"), System.out, System.err))
                .isEqualTo(1);
    }
}
