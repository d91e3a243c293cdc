package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class PingReportTest {
    @Test
    void findsTheLongestTimeWithoutAnAnswer() {
        PingReport report = PingReport.parse(List.of(
                "PING 10.88.0.2 (10.88.0.2) 120(148) bytes of data.",
                reply("100.040", 1, "40.0"),
                reply("100.050", 2, "40.0"),
                reply("100.190", 13, "70.0"),
                reply("100.200", 14, "70.0"),
                "",
                "--- 10.88.0.2 ping statistics ---",
                "14 packets transmitted, 4 received, 71.4286% packet loss, time 130ms",
                "rtt min/avg/max/mdev = 40.183/40.390/44.533/0.284 ms, pipe 4"));
        assertThat(report.sent()).isEqualTo(14);
        assertThat(report.lost()).isEqualTo(10);
        assertThat(report.outageMillis()).isCloseTo(140, within(0.01));
        assertThat(report.outageAt()).isCloseTo(100.050, within(0.0001));
        assertThat(report.medianRttMillis()).isEqualTo(70.0);
        assertThat(report.perSecond()).isCloseTo(107.7, within(0.1));
        assertThat(report.silentAtEnd()).isFalse();
    }

    @Test
    void everyLongTimeWithoutAnAnswerIsKnown() {
        PingReport report = PingReport.parse(List.of(
                reply("100.040", 1, "40.0"),
                reply("103.040", 200, "40.0"),
                reply("103.940", 210, "40.0"),
                reply("105.190", 300, "70.0"),
                "300 packets transmitted, 4 received, 98% packet loss, time 5200ms"));
        assertThat(report.outagesMillis()).hasSize(2);
        assertThat(report.outagesMillis().getFirst()).isCloseTo(3000, within(0.1));
        assertThat(report.outagesMillis().getLast()).isCloseTo(1250, within(0.1));
    }

    @Test
    void silenceUntilTheEndCounts() {
        PingReport report = PingReport.parse(List.of(
                reply("100.040", 1, "40.0"), "600 packets transmitted, 1 received, 99% packet loss, time 5990ms"));
        assertThat(report.outageMillis()).isCloseTo(5950, within(0.1));
        assertThat(report.silentAtEnd()).isTrue();
    }

    @Test
    void noAnswerAtAllIsAnOutageOfTheWholeTime() {
        PingReport report =
                PingReport.parse(List.of("10 packets transmitted, 0 received, 100% packet loss, time 90ms"));
        assertThat(report.outageMillis()).isEqualTo(90);
        assertThat(report.lost()).isEqualTo(10);
    }

    @Test
    void duplicatesAndErrorsAreNoAnswers() {
        PingReport report = PingReport.parse(List.of(
                reply("100.040", 1, "40.0"),
                reply("100.041", 1, "41.0") + " (DUP!)",
                "From 10.1.0.2 icmp_seq=2 Destination Host Unreachable",
                "2 packets transmitted, 1 received, +1 duplicates, +1 errors, 50% packet loss, time 10ms"));
        assertThat(report.received()).isEqualTo(1);
        assertThat(report.duplicates()).isEqualTo(1);
        assertThat(report.lost()).isEqualTo(1);
    }

    @Test
    void aPingThatWasKilledIsNoEvidence() {
        assertThatThrownBy(() -> PingReport.parse(List.of(reply("100.040", 1, "40.0"))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static String reply(String at, int sequence, String millis) {
        return "[%s000] 128 bytes from 10.88.0.2: icmp_seq=%d ttl=63 time=%s ms".formatted(at, sequence, millis);
    }
}
