package jumpvpn.lab.throughput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThroughputOptionsTest {
    @Test
    void allOfFiveRunsWhenNothingIsSaid() {
        ThroughputOptions options = ThroughputOptions.parse(List.of());
        assertThat(options.runs()).isEqualTo(5);
        assertThat(options.seconds()).isEqualTo(5);
        assertThat(options.out()).isEmpty();
        assertThat(options.contenders())
                .extracting(Contender::label)
                .containsExactly("none", "wireguard-go", "openvpn", "jumpvpn");
    }

    @Test
    void everyOption() {
        ThroughputOptions options = ThroughputOptions.parse(
                List.of("--runs", "3", "--seconds", "2", "--out", "x", "--vpn", "jumpvpn,jumpvpn:jdk"));
        assertThat(options.runs()).isEqualTo(3);
        assertThat(options.seconds()).isEqualTo(2);
        assertThat(options.out()).contains(Path.of("x"));
        assertThat(options.contenders())
                .extracting(contender -> contender.setting().crypto())
                .containsExactly("auto", "jdk");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--runs 0",
                "--runs x",
                "--runs",
                "--seconds 1",
                "--vpn tor",
                "--vpn none,none",
                "--vpn jumpvpn:rot13",
                "--quick 1",
                "none"
            })
    void anythingElseIsRefused(String line) {
        assertThatThrownBy(() -> ThroughputOptions.parse(List.of(line.split(" "))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
