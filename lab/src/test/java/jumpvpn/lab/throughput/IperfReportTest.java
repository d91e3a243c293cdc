package jumpvpn.lab.throughput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** On what iperf 3.12 wrote, shortened to a part of its fields. */
class IperfReportTest {
    private static final String TCP = """
            {"start": {"version": "iperf 3.12"},
             "intervals": [
               {"sum": {"seconds": 1.0005, "bytes": 2544107520, "omitted": true, "sender": true}},
               {"sum": {"seconds": 1.0005, "bytes": 2532311040, "omitted": false, "sender": true}}],
             "end": {
               "sum_sent": {"seconds": 1.0005, "bytes": 2532311040, "sender": true},
               "sum_received": {"seconds": 2, "bytes": 5019009024, "bits_per_second": 1, "sender": true}}}""";

    private static final String UDP = """
            {"intervals": [{"sum": {"bytes": 28085760, "packets": 438840, "omitted": true}}],
             "end": {
               "sum_sent": {"seconds": 2, "bytes": 54736000, "lost_packets": 0, "packets": 855250},
               "sum_received": {"seconds": 4, "bytes": 53453888, "lost_packets": 45311, "packets": 855203}}}""";

    @Test
    void ratesAreOfTheCountedSecondsAndBytesOfAll() throws IOException {
        IperfReport report = IperfReport.parse(TCP);
        assertThat(report.receivedBitsPerSecond()).isEqualTo(5019009024.0 * 4);
        assertThat(report.allBytes()).isEqualTo(2544107520.0 + 2532311040.0);
    }

    @Test
    void whatIsLostIsTheReceiversCount() throws IOException {
        IperfReport report = IperfReport.parse(UDP);
        assertThat(report.lostDatagrams()).isEqualTo(45311);
        assertThat(report.receivedBitsPerSecond()).isEqualTo(53453888.0 * 2);
        assertThat(report.sentBitsPerSecond()).isEqualTo(54736000.0 * 4);
    }

    @Test
    void anErrorIsNoFigure() {
        assertThatThrownBy(
                        () -> IperfReport.parse("{\"intervals\": [], \"end\": {}, \"error\": \"unable to connect\"}"))
                .isInstanceOf(IOException.class)
                .hasMessage("iperf3: unable to connect");
    }

    @Test
    void whatIsMissingIsNamed() throws IOException {
        IperfReport report = IperfReport.parse("{\"intervals\": [], \"end\": {\"sum_received\": {\"bytes\": 1}}}");
        assertThatThrownBy(report::receivedBitsPerSecond).hasMessageContaining("end.sum_received.seconds");
        assertThatThrownBy(report::allBytes).hasMessageContaining("intervals");
        assertThatThrownBy(() -> IperfReport.parse("Terminated")).hasMessageContaining("no JSON: Terminated");
    }
}
