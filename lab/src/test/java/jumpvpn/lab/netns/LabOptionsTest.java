package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabOptionsTest {
    @Test
    void theDefaultIsTheMainJob() {
        LabOptions options = LabOptions.parse(List.of());
        assertThat(options.scenarios()).containsExactly(SessionScenarios.JUMP);
        assertThat(options.runs()).isEqualTo(1);
        assertThat(options.rttAMillis()).isEqualTo(40);
        assertThat(options.rttBMillis()).isEqualTo(70);
        assertThat(options.fault()).isEqualTo(PlantedFault.NONE);
    }

    @Test
    void readsEverything() {
        LabOptions options = LabOptions.parse(List.of(
                "blackhole",
                "--runs",
                "20",
                "--json",
                "--keep",
                "--rtt-a",
                "10",
                "--rtt-b",
                "200.5",
                "--plant",
                "cut-both",
                "leak"));
        assertThat(options.scenarios()).containsExactly(SessionScenarios.BLACKHOLE, SessionScenarios.LEAK);
        assertThat(options.runs()).isEqualTo(20);
        assertThat(options.json()).isTrue();
        assertThat(options.keep()).isTrue();
        assertThat(options.rttBMillis()).isEqualTo(200.5);
        assertThat(options.fault()).isEqualTo(PlantedFault.CUT_BOTH);
    }

    @Test
    void comparedVpnsGetTimeToComeBackButNoTrafficWhereThereShallBeNone() {
        LabOptions options = LabOptions.parse(List.of("--vpn", "jumpvpn,openvpn", "comparable"));
        assertThat(options.subjects()).containsExactly(Subject.JUMPVPN, Subject.OPENVPN);
        assertThat(options.scenarios()).contains(SessionScenarios.JUMP, RoughScenarios.QUIET_DEATH);
        assertThat(options.probes(SessionScenarios.JUMP)).isEqualTo(2500);
        assertThat(options.probes(RoughScenarios.QUIET_DEATH)).isEqualTo(RoughScenarios.QUIET_DEATH.probes);
        assertThat(LabOptions.parse(List.of("jump")).probes(SessionScenarios.JUMP))
                .isEqualTo(SessionScenarios.JUMP.probes);
    }

    @ParameterizedTest
    @CsvSource({
        "nonsense,--list",
        "--nonsense,--help",
        "--runs,needs a value",
        "'--runs 0',from 1 to 1000",
        "'--rtt-a x',is wanted",
        "'--plant x',freeze-client",
        "'--vpn x','there are jumpvpn, wireguard-go, openvpn'",
        "'--vpn openvpn jump planned','only jumpvpn itself can be asked for planned'",
        "'--vpn openvpn --transports tcp','not --transports'"
    })
    void aBadCommandLineIsExplained(String line, String message) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = NetworkLab.run(
                List.of(line.split(" ")), System.out, new PrintStream(err, true, StandardCharsets.UTF_8));
        assertThat(code).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains(message);
    }

    @Test
    void helpNamesEveryScenarioAndFault() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(NetworkLab.run(List.of("--help"), new PrintStream(out, true, StandardCharsets.UTF_8), System.err))
                .isZero();
        String help = out.toString(StandardCharsets.UTF_8);
        for (Scenario scenario : Scenarios.ALL) {
            assertThat(help).contains(scenario.label);
        }
        for (PlantedFault fault : PlantedFault.values()) {
            assertThat(fault == PlantedFault.NONE || help.contains(fault.label()))
                    .as(fault.label())
                    .isTrue();
        }
    }
}
