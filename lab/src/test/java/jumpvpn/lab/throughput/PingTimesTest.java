package jumpvpn.lab.throughput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PingTimesTest {
    private static final String TWO_HUNDRED = IntStream.rangeClosed(1, 200)
            .mapToObj("64 bytes from 10.77.0.1: icmp_seq=%1$d ttl=64 time=%1$d.5 ms"::formatted)
            .collect(Collectors.joining("\n"));

    @Test
    void quantiles() throws IOException {
        PingTimes times = PingTimes.parse(TWO_HUNDRED, 200);
        assertThat(times.quantile(0.5)).isEqualTo(100.5);
        assertThat(times.quantile(0.99)).isEqualTo(198.5);
    }

    @Test
    void aProbeWithoutAnswerIsAFailure() {
        assertThatThrownBy(() -> PingTimes.parse(TWO_HUNDRED, 203))
                .isInstanceOf(IOException.class)
                .hasMessage("3 of 203 probes were not answered");
    }
}
