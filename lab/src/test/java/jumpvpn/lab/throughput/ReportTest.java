package jumpvpn.lab.throughput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import jumpvpn.lab.bench.Machine;
import jumpvpn.lab.netns.DirectLink;
import jumpvpn.lab.netns.Json;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ReportTest {
    private final List<Contender> contenders = Contender.parse("none,wireguard-go,jumpvpn");
    private final Contender wireGuard = contenders.get(1);
    private final Contender jumpvpn = contenders.get(2);
    private final Results results = new Results(contenders);
    private final Report report = new Report(
            new Setting(
                    new Machine("Abacus", 2, "6.1", "25"),
                    0.25,
                    "abc",
                    "2026-01-01T00:00:00Z",
                    ThroughputOptions.parse(List.of("--runs", "3", "--vpn", "none,wireguard-go,jumpvpn")),
                    Map.of(wireGuard, "wireguard-go v1"),
                    List.of("iperf 3.12")),
            results);

    ReportTest() {
        for (double value : List.of(3000.0, 1000.0, 2000.0)) {
            results.add(wireGuard, Measure.TCP_UP, value);
            results.add(jumpvpn, Measure.TCP_UP, value * 1.5);
        }
        results.add(jumpvpn, Measure.CONNECT, 80);
        results.fail(new Results.Failure(2, jumpvpn, "ping", "3 of 200 probes\nwere not answered"));
    }

    @Test
    void mediansSpreadAndRatioAreInTheTable() {
        assertThat(report.markdown())
                .contains("Abacus, 2 cores, Linux 6.1, Java 25, load 0.3 before it began", "commit abc", "iperf 3.12")
                .contains("| measured | unit | none | wireguard-go | jumpvpn |\n")
                .contains(
                        "| – | 2,000 (1,000 to 3,000) ×1.00 | 3,000 (1,500 to 4,500) ×1.50 |\n",
                        "| client started to first ping answered | ms, less is better | – | – | 80.0 (80.0 to 80.0) |\n");
    }

    @Test
    void whatFailedOrWasNotCheckedIsSaid() {
        assertThat(report.markdown())
                .contains("- run 2, jumpvpn, ping: 3 of 200 probes were not answered\n")
                .contains("| wireguard-go | wireguard-go v1 |  | NOT CHECKED |");
    }

    @Test
    void theRatioIsOfMedians() {
        results.add(wireGuard, Measure.TCP_UP, 2200);
        assertThat(results.ratio(jumpvpn, Measure.TCP_UP).orElseThrow()).isEqualTo(3000 / 2100.0, within(1e-9));
        assertThat(results.ratio(jumpvpn, Measure.CONNECT)).isEmpty();
        assertThat(results.ratio(contenders.getFirst(), Measure.TCP_UP)).isEmpty();
    }

    @Test
    void theSameInJson() {
        Map<String, @Nullable Object> json = Json.object(report.json());
        assertThat(json).containsEntry("commit", "abc").containsEntry("cores", 2);
        Map<?, ?> ours = (Map<?, ?>) ((List<?>) json.get("vpns")).get(2);
        assertThat(((Map<?, ?>) ours.get("tcp_up")).get("median")).isEqualTo(3000.0);
        assertThat(((Map<?, ?>) ours.get("tcp_up")).get("values")).isEqualTo(List.of(4500.0, 1500.0, 3000.0));
        assertThat(((Map<?, ?>) ((List<?>) json.get("failures")).getFirst()).get("what"))
                .isEqualTo("ping");
    }

    @Test
    void theChartIsXmlWithABarForEachRatio() throws Exception {
        Document svg = DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(RatioChart.of(results))));
        NodeList rectangles = svg.getElementsByTagName("rect");
        assertThat(rectangles.getLength())
                .as("paper, two of the legend, one bar")
                .isEqualTo(4);
        assertThat(((Element) rectangles.item(3)).getAttribute("width")).isEqualTo("225");
        assertThat(svg.getDocumentElement().getTextContent()).contains("1.50", "none", "jumpvpn");
    }

    @Test
    void theMarkerMustShowInTheClearAndNowhereElse() {
        assertThatCode(() -> MarkerCheck.verdict(new DirectLink.Seen(9, 0, Set.of()), true))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> MarkerCheck.verdict(new DirectLink.Seen(9, 1, Set.of()), true))
                .hasMessageContaining("1 with the marker");
        assertThatThrownBy(() -> MarkerCheck.verdict(new DirectLink.Seen(9, 0, Set.of("IP protocol 1")), true))
                .hasMessageContaining("IP protocol 1");
        assertThatThrownBy(() -> MarkerCheck.verdict(new DirectLink.Seen(0, 0, Set.of()), true))
                .hasMessageContaining("0 frames");
        assertThatThrownBy(() -> MarkerCheck.verdict(new DirectLink.Seen(9, 0, Set.of()), false))
                .hasMessageContaining("must show");
    }
}
