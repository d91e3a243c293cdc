package jumpvpn.lab.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a user meets it. */
class SimLabTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    private int run(String... arguments) {
        out.reset();
        err.reset();
        return SimLab.run(
                List.of(arguments),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void fewSeeds() {
        assertThat(run("--seeds", "5")).isZero();
        assertThat(said()).startsWith("5 seeds, ");
    }

    @Test
    void json() {
        assertThat(run("--seed", "3", "--json")).isZero();
        assertThat(said())
                .startsWith("{\"passed\":true,")
                .contains("\"first_seed\":3,", "\"violation\":null", "\"coverage\":{");
    }

    @Test
    void anHourOfRandomLoss() {
        assertThat(run("--random-loss", "1", "--json")).isZero();
        assertThat(said()).startsWith("{\"passed\":true,\"hours\":1,\"false_deaths\":0,");
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("0 switches", "PASS");
    }

    @Test
    void faultsAreListed() {
        assertThat(run("--list-faults")).isZero();
        assertThat(said().lines()).hasSize(15).contains("skip-gate-b", "no-loss-ttl");
    }

    @Test
    void aWrongCommandLine() {
        assertThat(run("--seeds", "none")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("--seeds none: a whole number");
        assertThat(run("--fault", "sunshine")).isEqualTo(2);
        assertThat(run("--seed")).isEqualTo(2);
    }

    @Test
    void aCampaignGoesOn() throws IOException {
        String file = folder.resolve("campaign.json").toString();
        assertThat(run("--campaign", file, "--seeds", "4")).isZero();
        assertThat(run("--campaign", file, "--seeds", "6")).isZero();
        assertThat(said()).contains("going on at seed 5; 4 are done", "6 seeds, ");
        assertThat(Files.readString(Path.of(file))).contains("\"next_seed\" : 7", "\"seeds\" : 6");
        Files.writeString(Path.of(file), "{}");
        assertThat(run("--campaign", file)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("no results file of a campaign");
    }
}
