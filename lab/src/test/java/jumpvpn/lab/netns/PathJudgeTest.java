package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jumpvpn.core.net.Protocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each claim of where the session was holds when it was so, and fails when it was not. */
class PathJudgeTest {
    private static final Instant CUT = Instant.ofEpochSecond(1_000);
    private static final byte[] MARKER = {1, 2, 3, 4};

    @TempDir
    private Path directory;

    private final List<String> client = new ArrayList<>();
    private final CaptureFile linkA = CaptureFile.ordinary();
    private PingReport ping = new PingReport(1500, 1390, 0, 95, 0, 99.5, 70, List.of(), false);
    private Download.Report download = new Download.Report(0, 12, 12, true, 80);
    private double measuredMillis = Double.NaN;
    private String looked = "";

    private void said(double secondsAfterCut, String type, String reason, String path, String more) {
        Instant at = CUT.plusMillis(Math.round(secondsAfterCut * 1000));
        client.add("{\"ts\":\"%s\",\"role\":\"client\",\"type\":\"%s\",\"reason\":\"%s\",\"path\":\"%s\"%s}"
                .formatted(at, type, reason, path, more));
    }

    private void bound(double secondsAfterCut, String path) {
        said(secondsAfterCut, "STATE_CHANGE", "REATTACH_ACCEPT", path, ",\"to\":\"ATTACHED\"");
    }

    private Evidence evidence() throws IOException {
        OuterLink a = OuterLink.observe(linkA.write(directory, "a"), List.of(Protocol.UDP), MARKER);
        OuterLink b = OuterLink.observe(CaptureFile.ordinary().write(directory, "b"), List.of(Protocol.UDP), MARKER);
        return new Evidence(
                CUT,
                List.of(Protocol.UDP),
                measuredMillis,
                looked,
                1,
                new Evidence.Statuses(Map.of(), Map.of()),
                new Evidence.Statuses(Map.of(), Map.of()),
                new Traffic.Report(ping, download, true),
                client.stream().map(EventLine::parse).toList(),
                List.of(),
                new Wires(a, b, 0, 0, 0));
    }

    @Test
    void bindsAreOnTheProtocolsInTheirOrder() throws IOException {
        bound(-1, "udp/wifi0/10.1.0.2>198.51.100.1:4500"); // before the lab acted
        bound(1, "quic/wifi0/10.1.0.2>198.51.100.1:443");
        bound(2, "tcp/wifi0/10.1.0.2>198.51.100.1:443");
        assertThat(PathJudge.onProtocols(evidence(), "quic", "tcp").ok()).isTrue();
        assertThat(PathJudge.onProtocols(evidence(), "tcp", "quic").ok()).isFalse();
        assertThat(PathJudge.onProtocols(evidence(), "quic").ok()).isFalse();
        assertThat(PathJudge.first(evidence(), "quic").ok()).isTrue();
        assertThat(PathJudge.first(evidence(), "tcp").ok()).isFalse();
        assertThat(PathJudge.switchesAtMost(evidence(), 2).ok()).isTrue();
        assertThat(PathJudge.switchesAtMost(evidence(), 1).ok()).isFalse();
    }

    @Test
    void itIsBackInTimeOrNot() throws IOException {
        bound(1, "tcp/wifi0/10.1.0.2>198.51.100.1:443");
        assertThat(PathJudge.backOn(evidence(), Duration.ofSeconds(40), "udp", "quic")
                        .ok())
                .isFalse();
        bound(39, "udp/wifi0/10.1.0.2>198.51.100.1:4500");
        assertThat(PathJudge.backOn(evidence(), Duration.ofSeconds(40), "udp", "quic")
                        .ok())
                .isTrue();
        assertThat(PathJudge.backOn(evidence(), Duration.ofSeconds(39), "udp", "quic")
                        .ok())
                .isFalse();
    }

    @Test
    void itIsOnTheUplinkInTimeOrNot() throws IOException {
        assertThat(PathJudge.boundOn(evidence(), Uplink.B, Duration.ofSeconds(3))
                        .ok())
                .isFalse();
        bound(2, "udp/lte0/10.2.0.2>198.51.100.1:4500");
        assertThat(PathJudge.boundOn(evidence(), Uplink.B, Duration.ofSeconds(3))
                        .ok())
                .isTrue();
        assertThat(PathJudge.boundOn(evidence(), Uplink.A, Duration.ofSeconds(3))
                        .ok())
                .isFalse();
        assertThat(PathJudge.boundOn(evidence(), Uplink.B, Duration.ofSeconds(1))
                        .ok())
                .isFalse();
    }

    @Test
    void lossesDeathsAndMeasuresCount() throws IOException {
        assertThat(PathJudge.lostAtMost(evidence(), 110).ok()).isTrue();
        assertThat(PathJudge.lostAtMost(evidence(), 109).ok()).isFalse();
        assertThat(PathJudge.noDeath(evidence()).ok()).isTrue();
        assertThat(PathJudge.measuredAtMost(evidence(), 1000).ok())
                .as("nothing was measured")
                .isFalse();
        said(1, "TRANSPORT_DEAD", "NO_DELIVERY_WINDOW", "udp/wifi0", "");
        measuredMillis = 1000;
        ping = PingReport.NONE;
        assertThat(PathJudge.noDeath(evidence()).ok()).isFalse();
        assertThat(PathJudge.measuredAtMost(evidence(), 1000).ok()).isTrue();
        assertThat(PathJudge.measuredAtMost(evidence(), 999).ok()).isFalse();
        assertThat(PathJudge.lostAtMost(evidence(), 110).ok())
                .as("ping said nothing")
                .isFalse();
    }

    @Test
    void whatWasSeenInsideIsThereOrNot() throws IOException {
        assertThat(PathJudge.looked(evidence(), "it follows", "mtu 12.0").ok()).isFalse();
        looked = "jvpn0: mtu 1400\njvpn0: mtu 1280\n";
        assertThat(PathJudge.looked(evidence(), "it follows", "mtu 12.0"))
                .isEqualTo(new Check("it follows", true, "jvpn0: mtu 1280"));
        assertThat(PathJudge.looked(evidence(), "it follows", "mtu 1300").ok()).isFalse();
    }

    @Test
    void aDownloadThatNeverEndedDidStandStill() throws IOException {
        assertThat(PathJudge.downloadStallAtMost(evidence(), 80).ok()).isTrue();
        assertThat(PathJudge.downloadStallAtMost(evidence(), 79).ok()).isFalse();
        download = new Download.Report(28, 3, 12, false, 43);
        assertThat(PathJudge.downloadStallAtMost(evidence(), 2000).ok()).isFalse();
    }

    @Test
    void packetsOutsideAreCountedEachWay() throws IOException {
        for (int i = 0; i < 9; i++) {
            linkA.data(1_000 + i, true, 1, i, "x");
        }
        linkA.data(2_000, true, 1, 9, "x"); // later
        Duration time = Duration.ofSeconds(120);
        assertThat(PathJudge.packetsAtMost(evidence(), Uplink.A, time, 15).ok()).isTrue();
        assertThat(PathJudge.packetsAtMost(evidence(), Uplink.A, time, 20).ok()).isFalse();
        assertThat(PathJudge.packetsAtMost(evidence(), Uplink.B, time, 120).ok())
                .isTrue();
    }

    @Test
    void theFirstReplyTellsHowLongItTook() {
        assertThat(PingReport.firstReplyMillis("128 bytes from 10.88.0.2: icmp_seq=23 ttl=63 time=5.5 ms", 10))
                .isEqualTo(225.5);
        assertThat(PingReport.firstReplyMillis("", 10)).isInfinite();
    }
}
