package jumpvpn.lab.throughput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LosslessRateTest {
    private final List<Double> tried = new ArrayList<>();

    @Test
    void comesNearInSixSteps() throws IOException {
        assertThat(LosslessRate.find(1000, upTo(300, 1e9))).isEqualTo(300, within(1000 / 32.0));
        assertThat(tried).hasSize(6).startsWith(1000.0, 500.0, 250.0, 375.0);
    }

    @Test
    void isDoneWhereNothingIsLostAtTheHighest() throws IOException {
        assertThat(LosslessRate.find(1000, upTo(2000, 1e9))).isEqualTo(1000);
        assertThat(tried).hasSize(1);
    }

    /** Half of what can't be sent anyway would be as pointless. */
    @Test
    void whatTheSenderManagesBoundsTheNextStep() throws IOException {
        assertThat(LosslessRate.find(1000, upTo(50, 64))).isEqualTo(50, within(2.0));
        assertThat(tried).startsWith(1000.0, 32.0);
    }

    @Test
    void lossInEveryStepIsAFailure() {
        assertThatThrownBy(() -> LosslessRate.find(64e6, upTo(0, 1e12)))
                .isInstanceOf(IOException.class)
                .hasMessage("datagrams were lost even at 2.0 Mbit/s");
    }

    private LosslessRate.Trial upTo(double lossless, double sender) {
        return rate -> {
            tried.add(rate);
            double sent = Math.min(rate, sender);
            return new LosslessRate.Step(sent, Math.min(sent, lossless), sent > lossless ? 1 : 0);
        };
    }
}
