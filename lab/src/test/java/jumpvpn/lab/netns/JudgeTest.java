package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jumpvpn.core.net.Protocol;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An honest jump passes every claim; each way of spoiling it fails the claim that is about it. */
class JudgeTest {
    private static final byte[] MARKER = "sixteen-byte-key".getBytes(StandardCharsets.US_ASCII);
    private static final String MARKER_TEXT = new String(MARKER, StandardCharsets.US_ASCII);
    private static final Instant CUT = Instant.parse("2026-11-23T18:00:10Z");

    @TempDir
    Path directory;

    private final Map<String, @Nullable Object> before = new LinkedHashMap<>();
    private final Map<String, @Nullable Object> after = new LinkedHashMap<>();
    private final List<String> client = new ArrayList<>();
    private final List<String> gateway = new ArrayList<>();
    private final CaptureFile linkA = CaptureFile.ordinary();
    private final CaptureFile linkB = CaptureFile.ordinary();
    private PingReport ping = new PingReport(600, 590, 0, 95, 0, 99.5, 70, List.of(), false);
    private Download.Report download = new Download.Report(0, 12, 12, true, 80);
    private boolean echo = true;
    private int inside = 1200;
    private long overloaded;

    @BeforeEach
    void honestJump() {
        before.putAll(status(1, Uplink.A));
        after.putAll(status(2, Uplink.B));
        client.addAll(List.of(
                row("client", "ATTACHED", "HANDSHAKE_OK"),
                event("client", "TRANSPORT_DEAD", "LINK_DOWN"),
                row("client", "RECOVERING", "TRANSPORT_DEAD"),
                event("client", "REATTACH_REQUEST_SENT", "TRANSPORT_DEAD"),
                event("client", "TRANSPORT_SWITCH", "CANDIDATE_SELECTED"),
                event("client", "REATTACH_ACK_RECEIVED", "REATTACH_ACCEPT"),
                row("client", "ATTACHED", "REATTACH_ACCEPT")));
        gateway.addAll(List.of(
                row("gateway", "ATTACHED", "HANDSHAKE_OK"),
                event("gateway", "REATTACH_REQUEST_RECEIVED", "TRANSPORT_DEAD"),
                row("gateway", "RECOVERING", "PEER_REPORTED"),
                row("gateway", "ATTACHED", "REATTACH_ACCEPT"),
                event("gateway", "TRANSPORT_SWITCH", "BOUND")
                        .replace("}", ",\"gates\":[\"A\",\"B\",\"C\",\"D\",\"E\",\"F\"]}"),
                event("gateway", "REATTACH_ACK_SENT", "REATTACH_ACCEPT")));
        linkA.data(1, true, 1, 0, "sealed").data(1, false, 2, 0, "sealed");
        linkB.datagram(10, true, first(OuterLink.REATTACH_REQUEST))
                .datagram(11, false, first(OuterLink.REATTACH_ANSWER));
        linkB.data(12, true, 3, 0, "sealed").data(12, false, 4, 0, "sealed");
    }

    @Test
    void anHonestJumpPasses() throws IOException {
        assertThat(failures()).isEmpty();
    }

    @Test
    void aLongOutageFails() throws IOException {
        ping = new PingReport(600, 580, 0, 100.1, 0, 99.5, 70, List.of(), false);
        assertThat(failures()).containsExactly("outage at most 100 ms");
    }

    @Test
    void aPingThatSaidNothingFails() throws IOException {
        ping = PingReport.NONE;
        assertThat(failures()).containsExactly("outage at most 100 ms");
    }

    @Test
    void anotherSessionFails() throws IOException {
        after.put("session_id", "other");
        assertThat(failures()).containsExactly("same session_id");
    }

    @Test
    void noStatusAtTheEndFails() throws IOException {
        after.clear();
        assertThat(failures())
                .contains(
                        "attached at the end",
                        "same session_id",
                        "same inner address",
                        "moved to uplink B in a later epoch");
    }

    @Test
    void anotherInnerAddressFails() throws IOException {
        after.put("inner_address", List.of("10.77.0.3"));
        assertThat(failures()).containsExactly("same inner address");
    }

    @Test
    void aDamagedOrBrokenDownloadFails() throws IOException {
        download = new Download.Report(0, 12, 12, false, 80);
        assertThat(failures()).containsExactly("download whole, checksum right");
        download = new Download.Report(56, 12, 12, true, 80);
        assertThat(failures()).containsExactly("download whole, checksum right");
    }

    @Test
    void aDeadConnectionFails() throws IOException {
        echo = false;
        assertThat(failures()).containsExactly("quiet TCP connection alive");
    }

    @Test
    void stayingOnTheOldPathFails() throws IOException {
        after.put("path", before.get("path"));
        assertThat(failures()).containsExactly("moved to uplink B in a later epoch");
    }

    @Test
    void eachMissingEventFails() throws IOException {
        for (int i = 0; i < client.size(); i++) {
            String removed = client.remove(i);
            assertThat(failures()).as("without " + removed).containsExactly("client's events in the seed's order");
            client.add(i, removed);
        }
        for (int i = 0; i < gateway.size(); i++) {
            String removed = gateway.remove(i);
            assertThat(failures()).as("without " + removed).isNotEmpty();
            gateway.add(i, removed);
        }
    }

    @Test
    void eventsOutOfOrderFail() throws IOException {
        client.add(client.remove(3));
        assertThat(failures()).containsExactly("client's events in the seed's order");
    }

    @Test
    void eventsOfAnotherSessionDoNotCount() throws IOException {
        client.replaceAll(line -> line.replace("\"s1\"", "\"s2\""));
        assertThat(failures()).containsExactly("client's events in the seed's order");
    }

    @Test
    void aMissingGateFails() throws IOException {
        gateway.replaceAll(line -> line.replace("\"D\",", ""));
        assertThat(failures()).containsExactly("gates A to F passed");
    }

    @Test
    void keepingAWireIdentifierFails() throws IOException {
        linkB.data(13, true, 1, 9, "sealed");
        assertThat(failures()).containsExactly("fresh wire identifiers after the jump");
    }

    @Test
    void followingTheRouteWithoutReattachFails() throws IOException {
        CaptureFile other = CaptureFile.ordinary().data(9, true, 3, 0, "sealed");
        other.datagram(10, true, first(OuterLink.REATTACH_REQUEST))
                .datagram(11, false, first(OuterLink.REATTACH_ANSWER));
        assertThat(failures(linkA, other)).containsExactly("on B a reattach came before data");
    }

    @Test
    void theMarkerOutsideFailsAndSoDoesNeverSeeingItInside() throws IOException {
        linkA.data(2, true, 1, 1, MARKER_TEXT);
        assertThat(failures()).containsExactly("the marker never shows on the outer links");
        inside = 0;
        assertThat(failures(CaptureFile.ordinary().data(1, true, 1, 0, "sealed"), linkB))
                .containsExactly("the marker never shows on the outer links");
    }

    @Test
    void anOverloadedEmulatorProvesNothing() throws IOException {
        overloaded = 1;
        assertThat(failures()).containsExactly("the link emulator kept up");
    }

    @Test
    void otherTrafficOutsideFails() throws IOException {
        linkA.frame(2, 0, CaptureFile.ipv4(6, new byte[40]));
        assertThat(failures()).containsExactly("only the tunnel on the outer links");
    }

    @Test
    void countersAreComparedWithWhatWasInjected() throws IOException {
        before.put("drops", Map.of("BAD_TAG", 1, "NO_ROUTE", 0));
        after.put("drops", Map.of("BAD_TAG", 5, "NO_ROUTE", 90));
        assertThat(Judge.counted(evidence(linkA, linkB)).ok()).isTrue();
        after.put("drops", Map.of("BAD_TAG", 4, "NO_ROUTE", 90));
        assertThat(Judge.counted(evidence(linkA, linkB)).ok()).isFalse();
    }

    private List<String> failures() throws IOException {
        return failures(linkA, linkB);
    }

    private List<String> failures(CaptureFile a, CaptureFile b) throws IOException {
        Verdict verdict = Verdict.of(SessionScenarios.JUMP, evidence(a, b));
        List<String> failed = verdict.checks().stream()
                .filter(check -> !check.ok())
                .map(Check::name)
                .toList();
        assertThat(verdict.passed()).isEqualTo(failed.isEmpty());
        return failed;
    }

    private Evidence evidence(CaptureFile a, CaptureFile b) throws IOException {
        OuterLink observedA = OuterLink.observe(a.write(directory, "a"), List.of(Protocol.UDP), MARKER);
        OuterLink observedB = OuterLink.observe(b.write(directory, "b"), List.of(Protocol.UDP), MARKER);
        return new Evidence(
                CUT,
                List.of(Protocol.UDP),
                Double.NaN,
                "",
                1,
                new Evidence.Statuses(before, Map.of()),
                new Evidence.Statuses(after, Map.of()),
                new Traffic.Report(ping, download, echo),
                events(client),
                events(gateway),
                new Wires(observedA, observedB, inside, 4, overloaded));
    }

    private static List<EventLine> events(List<String> lines) {
        return lines.stream().map(EventLine::parse).toList();
    }

    private static Map<String, Object> status(int epoch, Uplink uplink) {
        return Map.of(
                "state",
                "ATTACHED",
                "session_id",
                "s1",
                "epoch",
                epoch,
                "inner_address",
                List.of("10.77.0.2"),
                "path",
                Map.of("id", "udp/" + uplink.device + "/" + uplink.clientAddress() + ">198.51.100.1:4500"));
    }

    private static String row(String role, String to, String reason) {
        return event(role, "STATE_CHANGE", reason).replace("}", ",\"to\":\"" + to + "\"}");
    }

    private static String event(String role, String type, String reason) {
        return "{\"ts\":\"2026-11-23T18:00:11Z\",\"role\":\"%s\",\"type\":\"%s\",\"reason\":\"%s\",\"session_id\":\"s1\"}"
                .formatted(role, type, reason);
    }

    private static byte[] first(int kind) {
        byte[] datagram = new byte[300];
        datagram[0] = (byte) kind;
        return datagram;
    }
}
