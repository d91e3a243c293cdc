package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The topology and its emulator by themselves, with real namespaces: a lab built on wrong figures would judge wrongly. */
class NetworkTest {
    private static final Pattern RTT = Pattern.compile("rtt min/avg/max/mdev = ([\\d.]+)/");

    private Workspace workspace;
    private Topology topology;

    @BeforeEach
    void build() throws IOException {
        boolean fit = Prerequisites.missing(System.err).isEmpty()
                && Prerequisites.privilege() == Prerequisites.Privilege.DIRECT;
        assumeTrue(fit, "NOT TESTED HERE: network namespaces need root and the programs of lab/packages");
        workspace = Workspace.create(false);
        topology = Topology.build(workspace, JavaCommand.current(), java.util.List.of(Family.V4), 40, 70);
    }

    @AfterEach
    void remove() {
        if (workspace != null) {
            workspace.close();
        }
    }

    @Test
    void roundTripsAreAsAskedOnBothUplinks() throws IOException {
        assertThat(rtt(Uplink.A)).isBetween(40.0, 44.0);
        assertThat(rtt(Uplink.B)).isBetween(70.0, 74.0);
    }

    @Test
    void aBlackHoleIsSilentAndEnds() throws IOException {
        topology.emulator.blackHole(Uplink.A, EmulatorControl.Way.BOTH, true);
        assertThat(answers(Uplink.A)).isZero();
        assertThat(topology.client.shell("ip link show wifi0"))
                .as("the client's kernel notices nothing")
                .contains("LOWER_UP");
        assertThat(answers(Uplink.B)).isEqualTo(20);
        topology.emulator.blackHole(Uplink.A, EmulatorControl.Way.BOTH, false);
        assertThat(answers(Uplink.A)).isEqualTo(20);
    }

    @Test
    void lossIsLossInOneDirection() throws IOException {
        topology.emulator.loss(Uplink.B, EmulatorControl.Way.DOWN, 1);
        assertThat(answers(Uplink.B)).isZero();
        assertThat(topology.emulator.statistics())
                .containsPattern("B up: forwarded=[1-9]\\d* lost=0 ")
                .containsPattern("B down: forwarded=\\d+ lost=[2-9]\\d");
    }

    @Test
    void theClientFallsBackToTheOtherUplinkAndComesBack() throws IOException {
        assertThat(topology.client.shell("ip route get 198.51.100.1")).contains("dev wifi0");
        topology.linkDown(Uplink.A);
        assertThat(topology.client.shell("ip route get 198.51.100.1")).contains("dev lte0");
        topology.linkUp(Uplink.A);
        assertThat(topology.client.shell("ip route get 198.51.100.1")).contains("dev wifi0");
        assertThat(answers(Uplink.A)).isEqualTo(20);
    }

    @Test
    void nothingLeadsFromOutsideToTheInside() throws IOException {
        assertThat(topology.client.shell("ping -q -c 3 -i 0.01 -W 1 10.88.0.2 || true"))
                .contains(" 0 received");
    }

    @Test
    void closingLeavesNothing() throws IOException {
        List<ProcessHandle> holders = topology.namespaces().stream()
                .map(namespace -> ProcessHandle.of(namespace.pid()).orElseThrow())
                .toList();
        Path directory = workspace.directory();
        workspace.close();
        assertThat(holders).noneMatch(ProcessHandle::isAlive);
        assertThat(Files.exists(directory)).isFalse();
    }

    private double rtt(Uplink uplink) throws IOException {
        Matcher found = RTT.matcher(ping(uplink));
        assertThat(found.find()).isTrue();
        return Double.parseDouble(found.group(1));
    }

    private int answers(Uplink uplink) throws IOException {
        Matcher found = Pattern.compile("(\\d+) received").matcher(ping(uplink));
        assertThat(found.find()).isTrue();
        return Integer.parseInt(found.group(1));
    }

    private String ping(Uplink uplink) throws IOException {
        return topology.client.shell("LC_ALL=C ping -q -n -c 20 -i 0.01 -W 1 -I %s %s || true"
                .formatted(uplink.device, Topology.GATEWAY_ADDRESS));
    }
}
