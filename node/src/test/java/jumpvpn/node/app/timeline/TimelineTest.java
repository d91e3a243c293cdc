package jumpvpn.node.app.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.observability.audit.Auditor;
import jumpvpn.core.observability.audit.Report;
import jumpvpn.core.observability.audit.SessionReport;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A session that jumps, at a gateway whose clock goes back meanwhile, with names that would be markup or commands to a terminal. */
class TimelineTest {
    private static final SessionId ID = new SessionId(1, 2);
    private static final String NASTY = "<script>alert('1')</script>\"&\u001b[2J";
    private static final long BORN = 1_800_000_000_000L;

    private final Auditor auditor = new Auditor(_ -> Policy.DEFAULT);
    private final Timeline timeline = new Timeline(List.of(ID));
    private Report report = auditor.report();
    private int gatewaySeq;
    private int clientSeq;

    @BeforeEach
    void live() {
        say(
                Role.CLIENT,
                BORN + 90,
                EventType.STATE_CHANGE,
                ReasonCode.HANDSHAKE_OK,
                1,
                0,
                SessionState.BIRTH,
                SessionState.ATTACHED);
        say(Role.CLIENT, BORN + 4_000, EventType.TRANSPORT_DEAD, ReasonCode.LINK_DOWN, 1, 0, null, null);
        say(
                Role.GATEWAY,
                BORN,
                EventType.STATE_CHANGE,
                ReasonCode.HANDSHAKE_OK,
                1,
                0,
                SessionState.BIRTH,
                SessionState.ATTACHED);
        say(Role.GATEWAY, BORN + 5_000, EventType.TRANSPORT_DEAD, ReasonCode.PEER_REPORTED, 1, 0, null, null);
        say(
                Role.GATEWAY,
                BORN + 5_000,
                EventType.STATE_CHANGE,
                ReasonCode.PEER_REPORTED,
                1,
                1,
                SessionState.ATTACHED,
                SessionState.RECOVERING);
        say(
                Role.GATEWAY,
                BORN + 5_001,
                EventType.REATTACH_REQUEST_RECEIVED,
                ReasonCode.PEER_REPORTED,
                1,
                1,
                null,
                null);
        say(Role.GATEWAY, BORN + 5_002, EventType.REATTACH_REJECT, ReasonCode.STORE_UNAVAILABLE, 1, 1, null, null);
        say(
                Role.GATEWAY,
                BORN + 4_500,
                EventType.REATTACH_REQUEST_RECEIVED,
                ReasonCode.PEER_REPORTED,
                1,
                1,
                null,
                null);
        say(Role.GATEWAY, BORN + 4_500, EventType.TRANSPORT_SWITCH, ReasonCode.BOUND, 2, 0, null, null);
        say(
                Role.GATEWAY,
                BORN + 9_000,
                EventType.STATE_CHANGE,
                ReasonCode.REATTACH_ACCEPT,
                2,
                0,
                SessionState.RECOVERING,
                SessionState.ATTACHED);
        say(Role.GATEWAY, BORN + 10_000, EventType.REATTACH_ACK_SENT, ReasonCode.REATTACH_ACCEPT, 2, 0, null, null);
        report = auditor.report();
    }

    private void say(
            Role role,
            long wallMillis,
            EventType type,
            ReasonCode reason,
            int epoch,
            int step,
            SessionState from,
            SessionState to) {
        boolean isRequest = type == EventType.REATTACH_REQUEST_RECEIVED;
        Event event = new Event(
                0,
                type,
                reason,
                role,
                ID,
                StateVersion.of(epoch, step),
                from,
                to,
                NASTY,
                7,
                isRequest
                        ? List.of(new Event.Detail("gates", List.of("A", "B", "C", "D", "E", "F")))
                        : List.of(new Event.Detail("text", NASTY)));
        String node = role == Role.CLIENT ? "laptop" : "gw1";
        int seq = role == Role.CLIENT ? clientSeq++ : gatewaySeq++;
        auditor.take(auditor.speaker(node, "s"), seq, event, seq + 1);
        timeline.take(event, node, wallMillis, "f:" + seq);
    }

    @Test
    void versionsOrderNotClocks() {
        assertThat(timeline.lives().get(ID).moments())
                .extracting(moment -> moment.event().version() + " " + moment.node() + " "
                        + moment.event().type())
                .startsWith(
                        "1.0 gw1 STATE_CHANGE",
                        "1.0 gw1 TRANSPORT_DEAD",
                        "1.0 laptop STATE_CHANGE",
                        "1.0 laptop TRANSPORT_DEAD",
                        "1.1 gw1 STATE_CHANGE")
                .hasSize(11);
    }

    @Test
    void staysNeverGoBack() {
        assertThat(timeline.lives().get(ID).stays())
                .containsExactly(
                        new Timeline.Stay(SessionState.ATTACHED, BORN, BORN + 5_000),
                        new Timeline.Stay(SessionState.RECOVERING, BORN + 5_000, BORN + 9_000),
                        new Timeline.Stay(SessionState.ATTACHED, BORN + 9_000, BORN + 10_000));
    }

    @Test
    void theTerminalShowsBandSwitchesAndGates() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TimelineText.print(timeline, report, new PrintStream(out, true, StandardCharsets.UTF_8));
        String text = out.toString(StandardCharsets.UTF_8);
        assertThat(text)
                .contains("█".repeat(36) + "░".repeat(29) + "█".repeat(7))
                .contains("█ ATTACHED 6.000 s   ░ RECOVERING 4.000 s")
                .contains("  » 2.0  2027-01-15T08:00:09.000Z  gw1     RECOVERING → ATTACHED REATTACH_ACCEPT")
                .contains("  ! 1.1")
                .contains("REATTACH_REQUEST_RECEIVED PEER_REPORTED, gates A B C D E F passed");
        assertThat(text.replace("\n", "")).doesNotContainPattern("\\p{Cntrl}");
    }

    @Test
    void thePageIsSoundEscapedAndAlone() throws Exception {
        String page = TimelinePage.of(timeline, report, List.of("<b>.jsonl"), BORN);
        assertThat(page)
                .contains("class=\"RECOVERING\"")
                .contains("class=\"switch\"")
                .contains("RECOVERING, 4.000 s from 2027-01-15T08:00:05.000Z")
                .contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;\ufffd[2J")
                .contains("&lt;b&gt;.jsonl")
                .contains("default-src 'none'")
                .doesNotContainIgnoringCase("<script")
                .doesNotContain("http:", "https:", "src=", "href=", "url(", "@import");
        // what stands in the page's body is well-formed where it must be: every picture
        for (String svg : page.split("(?=<svg)")) {
            if (svg.startsWith("<svg")) {
                byte[] xml = svg.substring(0, svg.indexOf("</svg>") + 6).getBytes(StandardCharsets.UTF_8);
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(xml));
            }
        }
    }

    @Test
    void theWorstSessionIsFirst() {
        SessionId bad = new SessionId(3, 4);
        Auditor both = new Auditor(_ -> Policy.DEFAULT);
        both.take(both.speaker("gw1", "s"), 0, row(ID, ReasonCode.HANDSHAKE_OK, 0), 1);
        both.take(both.speaker("gw1", "s"), 1, row(bad, ReasonCode.HANDSHAKE_OK, 1), 2);
        assertThat(new Timeline(List.of(ID, bad)).sessions(both.report()))
                .extracting(SessionReport::id)
                .containsExactly(bad, ID);
    }

    private static Event row(SessionId id, ReasonCode reason, int step) {
        return new Event(
                0,
                EventType.STATE_CHANGE,
                reason,
                Role.GATEWAY,
                id,
                StateVersion.of(1, step),
                SessionState.BIRTH,
                SessionState.ATTACHED,
                null,
                7,
                List.of());
    }
}
