package jumpvpn.node.observability.jsonl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import jumpvpn.core.observability.audit.Finding;
import jumpvpn.core.observability.audit.Report;
import jumpvpn.core.observability.audit.Rule;
import jumpvpn.core.observability.audit.Verdict;
import jumpvpn.core.session.Policy;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The story's first file, sealed, and what happens to it afterwards. */
class EventSealerTest {
    private static final SealKey KEY = SealKey.ofPrivate(new byte[SealKey.BYTES]);
    private static final int SIGNED_EVERY = 4;

    @TempDir
    private Path folder;

    private Path file = Path.of("");

    @BeforeEach
    void seal() throws IOException {
        file = folder.resolve(Story.GW1);
        Path plain = Files.createDirectory(folder.resolve("plain"));
        List<String> lines = Files.readAllLines(new Story().write(plain).getFirst());
        Files.write(file, sealed(lines, KEY, true));
    }

    private List<String> sealed(List<String> lines, SealKey key, boolean endIsSigned) throws IOException {
        EventSealer sealer = new EventSealer(file, key);
        List<String> sealed = new ArrayList<>();
        for (String line : lines) {
            boolean isLast = sealed.size() % SIGNED_EVERY == 0 || (sealed.size() == lines.size() - 1 && endIsSigned);
            sealed.add(new String(sealer.sealed(line, isLast, 1000L * sealed.size()), StandardCharsets.UTF_8));
        }
        return sealed;
    }

    private static Report audit(Map<String, SealKey> keys, Path... files) throws IOException {
        return EventFiles.audit(List.of(files), _ -> Policy.DEFAULT, keys);
    }

    private static Map<String, SealKey> known() {
        return Map.of("gw1", SealKey.ofPublic(KEY.publicBytes()));
    }

    private static List<Finding> seals(Report report) {
        return report.findings().stream()
                .filter(finding -> finding.rule() == Rule.SEAL)
                .toList();
    }

    @Test
    void whatNobodyTouchedIsProven() throws IOException {
        Report report = audit(known(), file);
        assertThat(report.all()).isEmpty();
        assertThat(report.verdict()).isEqualTo(Verdict.PROVEN);
        assertThat(report.remarks()).singleElement().asString().contains(" is sealed up to line 26: ");
    }

    @Test
    void whoKnowsNoSealsReadsTwoFieldsMore() throws IOException {
        Report report = EventFiles.audit(List.of(file), _ -> Policy.DEFAULT);
        assertThat(report.verdict()).isEqualTo(Verdict.PROVEN);
        Json.Fields line = (Json.Fields) Json.parse(Files.readAllLines(file).getFirst());
        assertThat(line.text("seal").orElseThrow()).hasSize(43);
        assertThat(line.text("signature").orElseThrow()).hasSize(86);
    }

    private record Tampering(String name, Consumer<List<String>> change, Verdict verdict, int line) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Tampering> tamperings() {
        return Stream.of(
                new Tampering(
                        "a digit of a clock",
                        lines -> lines.replaceAll(line -> line.replace("08:00:05", "08:00:06")),
                        Verdict.VIOLATED,
                        6),
                new Tampering("a line taken away", lines -> lines.remove(1), Verdict.VIOLATED, 2),
                new Tampering("the first line taken away", lines -> lines.removeFirst(), Verdict.INCOMPLETE, 1),
                new Tampering("a line twice", lines -> lines.add(2, lines.get(1)), Verdict.VIOLATED, 3),
                new Tampering("two lines exchanged", lines -> Collections.swap(lines, 1, 2), Verdict.VIOLATED, 2),
                new Tampering(
                        "a seal cut off",
                        lines -> lines.set(5, lines.get(5).replaceFirst(",\"seal\":\".*", "}")),
                        Verdict.VIOLATED,
                        6),
                new Tampering(
                        "the end cut off behind no signature",
                        lines -> lines.subList(24, 26).clear(),
                        Verdict.INCOMPLETE,
                        24),
                new Tampering(
                        "all sealed anew with another key",
                        lines ->
                                resealed(lines, SealKey.ofPrivate("k".repeat(32).getBytes(StandardCharsets.US_ASCII))),
                        Verdict.VIOLATED,
                        1),
                new Tampering(
                        "sealed anew by who has no key, the signatures kept",
                        EventSealerTest::resealedWithOldSignatures,
                        Verdict.VIOLATED,
                        9));
    }

    private static void resealed(List<String> lines, SealKey key) {
        byte[] before = EventSeal.FIRST;
        for (int i = 0; i < lines.size(); i++) {
            String body = lines.get(i).replaceFirst(",\"seal\":\".*", "");
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            before = EventSeal.next(before, bytes, 0, bytes.length);
            boolean signed = lines.get(i).contains("\"signature\"");
            lines.set(i, body + EventSeal.end(before, signed ? key.sign(EventSeal.signed(before)) : null));
        }
    }

    private static void resealedWithOldSignatures(List<String> lines) {
        lines.set(6, lines.get(6).replace("\"ts\":\"2027", "\"ts\":\"2028"));
        byte[] before = EventSeal.FIRST;
        for (int i = 0; i < lines.size(); i++) {
            byte[] line = lines.get(i).getBytes(StandardCharsets.UTF_8);
            EventSeal seal = java.util.Objects.requireNonNull(EventSeal.of(line, 0, line.length));
            before = EventSeal.next(before, line, 0, seal.body());
            lines.set(
                    i,
                    new String(line, 0, seal.body(), StandardCharsets.UTF_8) + EventSeal.end(before, seal.signature()));
        }
    }

    @ParameterizedTest
    @MethodSource
    void tamperings(Tampering tampering) throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        tampering.change.accept(lines);
        Files.write(file, lines);
        assertThat(seals(audit(known(), file))).as("%s", lines).anySatisfy(finding -> {
            assertThat(finding.verdict()).isEqualTo(tampering.verdict);
            assertThat(finding.line()).isEqualTo(tampering.line);
            assertThat(finding.source()).isEqualTo(file.toString());
        });
    }

    @Test
    void theNextStartAndTheNextFileGoOn() throws IOException {
        Path older = folder.resolve("older");
        List<String> all = Files.readAllLines(file);
        Files.write(older, all.subList(0, 20));
        Files.write(file, all.subList(20, 26));
        assertThat(audit(known(), file, older).all()).isEmpty();
        assertThat(seals(audit(known(), file))).singleElement().satisfies(finding -> {
            assertThat(finding.verdict()).isEqualTo(Verdict.INCOMPLETE);
            assertThat(finding.what()).contains("give the file before this one too");
        });
        List<String> dropped =
                List.of(new EventJson("gw1", "d").line(Story.lost(), -1, 1_800_000_100_000L)); // a new process appends
        List<String> more = sealed(dropped, KEY, true);
        Files.write(file, more, java.nio.file.StandardOpenOption.APPEND);
        assertThat(seals(audit(known(), older, file))).isEmpty();
    }

    @Test
    void withoutAKeyAndBeforeTheFirstSealNothingIsProven() throws IOException {
        assertThat(seals(audit(Map.of(), file))).singleElement().satisfies(finding -> {
            assertThat(finding.verdict()).isEqualTo(Verdict.INCOMPLETE);
            assertThat(finding.what()).contains("add --verify gw1=KEY");
        });
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        lines.set(0, lines.get(0).replaceFirst(",\"seal\":\".*", "}"));
        Files.write(file, lines);
        assertThat(seals(audit(known(), file))).first().satisfies(finding -> {
            assertThat(finding.verdict()).isEqualTo(Verdict.INCOMPLETE);
            assertThat(finding.what()).contains("it is not sealed");
        });
    }

    @Test
    void signaturesAreNoMoreThanTenASecond() throws IOException {
        EventSealer sealer = new EventSealer(folder.resolve("none"), KEY);
        int signed = 0;
        for (int milli = 0; milli < 10_000; milli++) {
            signed +=
                    new String(sealer.sealed("{}", true, milli), StandardCharsets.UTF_8).contains("signature") ? 1 : 0;
        }
        assertThat(signed).isBetween(100, 132);
    }

    @Test
    void theKeyIsThatOfTheStandard() { // RFC 8032, section 7.1, test 1
        byte[] seed =
                java.util.HexFormat.of().parseHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        assertThat(SealKey.ofPrivate(seed).publicBytes())
                .isEqualTo(java.util.HexFormat.of()
                        .parseHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
        assertThat(SealKey.ofPrivate(seed).sign(new byte[0]))
                .startsWith(java.util.HexFormat.of().parseHex("e5564300c360ac729086e2cc806e828a"));
    }
}
