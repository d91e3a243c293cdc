package jumpvpn.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import jumpvpn.node.config.KeyText;
import jumpvpn.node.observability.jsonl.EventJson;
import jumpvpn.node.observability.jsonl.EventSealer;
import jumpvpn.node.observability.jsonl.Json;
import jumpvpn.node.observability.jsonl.SealKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditTest {
    @TempDir
    private Path folder;

    private static Event row(ReasonCode reason, StateVersion version, SessionState from, SessionState to, int policy) {
        return new Event(
                0,
                EventType.STATE_CHANGE,
                reason,
                Role.GATEWAY,
                new SessionId(1, 2),
                version,
                from,
                to,
                null,
                policy,
                List.of());
    }

    private Path written(Event... events) throws IOException {
        EventJson json = new EventJson("gw1", "a");
        int[] seq = new int[1];
        return Files.writeString(
                folder.resolve("gw1.jsonl"),
                Stream.of(events)
                        .map(event -> json.line(event, seq[0]++, 0) + "\n")
                        .collect(Collectors.joining()));
    }

    private static Event born(int policy) {
        return row(ReasonCode.HANDSHAKE_OK, StateVersion.of(1, 0), SessionState.BIRTH, SessionState.ATTACHED, policy);
    }

    private static Event spike(int step) {
        return row(
                ReasonCode.LOSS_SPIKE,
                StateVersion.of(1, step),
                SessionState.ATTACHED,
                SessionState.VOLATILE,
                Policy.DEFAULT.version());
    }

    @Test
    void whatIsProvenEndsWith0() throws IOException {
        Path file = written(born(Policy.DEFAULT.version()), spike(1));
        Run run = Run.of("audit", file.toString());
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .startsWith("PROVEN      session 00000000000000010000000000000002: 1 binds, VOLATILE at 1.1\n")
                .endsWith("PROVEN: 2 events of 1 starts of nodes; of 1 sessions 1 proven, 0 incomplete, 0 violated\n");
    }

    @Test
    void whatIsViolatedEndsWith1AndNamesTheLine() throws IOException {
        Path file = written(born(Policy.DEFAULT.version()), spike(2));
        Run run = Run.of("audit", file.toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out())
                .contains("VIOLATED " + file + ":2 VERSION: 1.2 after 1.0: 1.1 was due [gw1, session 0000");
        Run json = Run.of("audit", "--json", file.toString());
        assertThat(json.code()).isEqualTo(1);
        assertThat(Json.parse(json.out().strip())).isInstanceOfSatisfying(Json.Fields.class, report -> {
            assertThat(report.text("verdict")).contains("VIOLATED");
            Json.Fields session = (Json.Fields) report.array("sessions").getFirst();
            Json.Fields finding = (Json.Fields) session.array("findings").getFirst();
            assertThat(finding.text("rule")).contains("VERSION");
            assertThat(finding.get("line")).isEqualTo(new Json.Figure("2"));
        });
    }

    @Test
    void whatIsIncompleteEndsWith3() throws IOException {
        Run run = Run.of("audit", written(spike(1)).toString());
        assertThat(run.code()).isEqualTo(1); // out of nothing, although the stream is whole
        Run empty = Run.of("audit", written().toString());
        assertThat(empty.code()).isEqualTo(3);
        assertThat(empty.out()).contains("there are no events");
    }

    @Test
    void aTimelineAndAPageShowTheSession() throws IOException {
        Path file = written(born(Policy.DEFAULT.version()), spike(1));
        Run text = Run.of("audit", "--timeline", "--session", "0000000000000001", file.toString());
        assertThat(text.code()).isZero();
        assertThat(text.out()).contains("1.1  1970-01-01T00:00:00.000Z  gw1  ATTACHED → VOLATILE LOSS_SPIKE");
        Path page = folder.resolve("audit.html");
        assertThat(Run.of("audit", "--report", page.toString(), file.toString()).code())
                .isZero();
        assertThat(page).content().contains("ATTACHED → VOLATILE LOSS_SPIKE").endsWith("</html>\n");
        Run none = Run.of("audit", "--session", "f", file.toString());
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("no session's identifier begins with \"f\"");
    }

    @Test
    void sealsAreVerifiedWithTheKeyOfThatNode() throws IOException {
        String key = Run.of("genkey").out();
        Path sealed = folder.resolve("sealed.jsonl");
        EventSealer sealer =
                new EventSealer(sealed, SealKey.ofPrivate(KeyText.parse(key).orElseThrow()));
        String line = Files.readString(written(born(Policy.DEFAULT.version()))).strip();
        Files.write(sealed, sealer.sealed(line, true, 0));
        Files.writeString(sealed, "\n", StandardOpenOption.APPEND);
        Path pub = Files.writeString(
                folder.resolve("gw1.pub"),
                Run.reading(key, "pubkey", "--events").out());
        assertThat(Run.of("audit", "--verify", "gw1=" + pub, sealed.toString()).code())
                .isZero();
        String other =
                Run.reading(Run.of("genkey").out(), "pubkey", "--events").out().strip();
        Run forged = Run.of("audit", "--verify", "gw1=" + other, sealed.toString());
        assertThat(forged.code()).isEqualTo(1);
        assertThat(forged.out()).contains("sealed.jsonl:1 SEAL: the signature is not gw1's");
        assertThat(Run.of("audit", "--verify", "gw1", sealed.toString()).err()).contains("write --verify gw1=KEY");
    }

    @Test
    void anUnknownPolicyIsSaid() throws IOException {
        Event bound = new Event(
                0,
                EventType.TRANSPORT_SWITCH,
                ReasonCode.BOUND,
                Role.GATEWAY,
                new SessionId(1, 2),
                StateVersion.of(2, 0),
                null,
                null,
                null,
                7,
                List.of());
        Run run = Run.of("audit", written(born(7), bound).toString());
        assertThat(run.out()).contains("note: policy 7 is not known, so SWITCHES was not checked under it");
    }

    @Test
    void aFileThatCannotBeReadIsAnErrorOfTheCommandLine() {
        Run run = Run.of("audit", folder.resolve("nothing").toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("nothing is no file that can be read");
        assertThat(Run.of("audit").err()).contains("audit needs FILE…");
    }
}
