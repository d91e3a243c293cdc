package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
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
        assertThat(NetworkLab.run(List.of("smoke"), System.out, System.err)).isZero();
    }

    @Test
    void aSpoiledRunFails() {
        assertThat(NetworkLab.run(List.of("jump", "--plant", "replace-client"), System.out, System.err))
                .isEqualTo(1);
    }
}
