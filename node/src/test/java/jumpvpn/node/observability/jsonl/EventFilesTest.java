package jumpvpn.node.observability.jsonl;

import static jumpvpn.core.observability.audit.Verdict.PROVEN;
import static jumpvpn.node.observability.jsonl.Story.GW1;
import static jumpvpn.node.observability.jsonl.Story.GW2;
import static jumpvpn.node.observability.jsonl.Story.LAPTOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.observability.audit.Finding;
import jumpvpn.core.observability.audit.Report;
import jumpvpn.core.observability.audit.Rule;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EventFilesTest {
    @TempDir
    private Path folder;

    @Test
    void aWholeStoryIsProven() throws IOException {
        Report report = new Story().audit(folder);
        assertThat(findings(report)).isEmpty();
        assertThat(report.verdict()).isEqualTo(PROVEN);
        assertThat(report.remarks()).isEmpty();
        assertThat(report.events()).isEqualTo(57);
        assertThat(report.speakers()).isEqualTo(4);
        assertThat(report.sessions()).hasSize(2).first().satisfies(session -> {
            assertThat(session.version()).isEqualTo(StateVersion.of(5, 1));
            assertThat(session.state()).isEqualTo(SessionState.TERMINATED);
            assertThat(session.binds()).isEqualTo(5);
        });
    }

    private static List<Finding> findings(Report report) {
        return Stream.concat(
                        report.findings().stream(),
                        report.sessions().stream().flatMap(session -> session.findings().stream()))
                .toList();
    }

    /** What else is right. */
    static Stream<Sound> sound() {
        return Stream.of(
                new Sound("rotated files in the wrong order", story -> story.rotated(GW1, 7)),
                new Sound(
                        "rotated twice, also between the starts",
                        story -> story.rotated(GW1, 18).rotated(GW1 + ".1", 5)),
                new Sound(
                        "all rows of a commit said again",
                        story -> story.forged(
                                        GW1, 19, "gw1/b STATE_CHANGE OPERATOR_JUMP 2.1 ATTACHED>RECOVERING again=true")
                                .renumbered(GW1)),
                new Sound(
                        "an end said again",
                        story -> story.forged(
                                GW2, 12, "gw2/d STATE_CHANGE OPERATOR_TERMINATE 5.1 ATTACHED>TERMINATED again=true")),
                new Sound(
                        "a lease that was lost and came back",
                        story -> story.forged(
                                        GW1,
                                        27,
                                        "gw1/b STATE_CHANGE REATTACH_ACCEPT 4.0 RECOVERING>ATTACHED again=true")
                                .renumbered(GW1)),
                new Sound("gateways' files only", story -> story.without(LAPTOP)),
                new Sound(
                        "health rows of a killed gateway that nobody wrote down",
                        story -> story.without(GW1, 26)
                                .without(GW1, 25)
                                .with(LAPTOP, 16, "4.1", "4.0")
                                .with(LAPTOP, 17, "4.1", "4.0")),
                new Sound(
                        "an empty line, where a node found the last one cut off",
                        story -> story.changed(GW1, 18, line -> line + "\n")));
    }

    private record Sound(String name, UnaryOperator<Story> change) {
        @Override
        public String toString() {
            return name;
        }
    }

    @ParameterizedTest
    @MethodSource
    void sound(Sound sound) throws IOException {
        Report report = sound.change.apply(new Story()).audit(folder);
        assertThat(findings(report)).isEmpty();
        assertThat(report.verdict()).isEqualTo(PROVEN);
    }

    @Test
    void aBindThatOnlyItsHeirToldOfIsRemarked() throws IOException {
        Story story = new Story();
        for (int line = 15; line >= 11; line--) { // gw1 is killed before it writes what it committed
            story.without(GW1, line);
        }
        story.forged(GW1, 14, "gw1/b STATE_CHANGE OPERATOR_JUMP 2.1 ATTACHED>RECOVERING again=true");
        Report report = story.renumbered(GW1).audit(folder);
        assertThat(findings(report)).isEmpty();
        assertThat(report.remarks()).singleElement().asString().contains("1 binds were told by a later owner only");
        assertThat(report.sessions().getFirst().saidAgain()).isEqualTo(1);
    }

    static Stream<Corruption> corruptions() {
        return Corruption.all();
    }

    @ParameterizedTest
    @MethodSource
    void corruptions(Corruption planted) throws IOException {
        Report report = planted.change().apply(new Story()).audit(folder);
        assertThat(report.verdict()).isEqualTo(planted.verdict());
        assertThat(findings(report))
                .as(
                        "%s %s %s:%s among %s",
                        planted.verdict(), planted.rule(), planted.file(), planted.line(), findings(report))
                .anySatisfy(finding -> {
                    assertThat(finding.verdict()).isEqualTo(planted.verdict());
                    assertThat(finding.rule()).isEqualTo(planted.rule());
                    assertThat(finding.source()).endsWith(planted.file());
                    assertThat(finding.line()).isEqualTo(planted.line());
                });
    }

    /** Longer than a block, so that lines lie across blocks, and with the line feed at each place of eight bytes. */
    @Test
    void aLineIsNamedAcrossBlocks() throws IOException {
        EventJson json = new EventJson("laptop", "x");
        List<String> lines = new ArrayList<>();
        for (int seq = 0; seq < 12_000; seq++) {
            lines.add(json.line(candidate("wifi" + "0".repeat(seq % 9)), seq, 1_800_000_000_000L + seq));
        }
        Path file = folder.resolve(LAPTOP);
        Files.write(file, lines);
        assertThat(Files.size(file)).isGreaterThan(3L * EventBlock.BYTES);
        Report whole = EventFiles.audit(List.of(file), _ -> null);
        assertThat(whole.verdict()).isEqualTo(PROVEN);
        assertThat(whole.events()).isEqualTo(12_000);
        lines.set(4_998, "");
        lines.set(11_000, "x");
        Files.write(file, lines);
        assertThat(findings(EventFiles.audit(List.of(file), _ -> null)))
                .extracting(Finding::rule, Finding::line)
                .containsExactly(
                        tuple(Rule.SEQUENCE, 5_000L), tuple(Rule.SCHEMA, 11_001L), tuple(Rule.SEQUENCE, 11_002L));
    }

    private static Event candidate(String path) {
        return new Event(
                0,
                EventType.CANDIDATE,
                ReasonCode.CANDIDATE_UP,
                Role.CLIENT,
                null,
                StateVersion.BIRTH,
                null,
                null,
                path,
                0,
                List.of());
    }

    @Test
    void aFileThatIsNoneOfEventsIsSaidSo() throws IOException {
        Path file = folder.resolve("core");
        Files.write(file, new byte[EventBlock.BYTES + 1]);
        assertThatThrownBy(() -> EventFiles.audit(List.of(file), _ -> null))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("this is no file of events");
    }
}
