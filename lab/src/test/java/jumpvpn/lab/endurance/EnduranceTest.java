package jumpvpn.lab.endurance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import jumpvpn.lab.netns.Prerequisites;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A few seconds of it, with one byte spoilt: that is found, and nothing else is wrong. Memory is not judged: nothing is warm yet. The jump waits until what carries the load is compiled. */
@Tag("network")
class EnduranceTest {
    @Test
    void aSpoiltByteIsTheOnlyThingWrong() throws IOException {
        boolean fit = Prerequisites.missing(System.err).isEmpty()
                && Prerequisites.privilege() == Prerequisites.Privilege.DIRECT;
        assumeTrue(fit, "NOT TESTED HERE: network namespaces need root and the programs of lab/packages");
        var checks = new Endurance(Duration.ofSeconds(7), Duration.ofSeconds(4), true, System.out).run();
        assertThat(checks)
                .filteredOn(check -> !check.ok() && !check.name().contains("memory"))
                .singleElement()
                .satisfies(check -> {
                    assertThat(check.name()).isEqualTo("no byte to the gateway is wrong");
                    assertThat(check.detail()).isEqualTo("1 corrupted bytes");
                });
    }
}
