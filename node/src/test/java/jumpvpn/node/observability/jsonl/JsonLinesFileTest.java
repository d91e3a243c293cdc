package jumpvpn.node.observability.jsonl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.observability.audit.Verdict;
import jumpvpn.core.session.Role;
import jumpvpn.node.observability.NumberedEvent;
import jumpvpn.node.observability.Samples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesFileTest {
    private final EventJson json = new EventJson("gw1", "a");

    @TempDir
    private Path folder;

    private static List<NumberedEvent> batch(long from, long to) {
        List<NumberedEvent> batch = new ArrayList<>();
        for (long seq = from; seq < to; seq++) {
            batch.add(Samples.plain(seq));
        }
        return batch;
    }

    private static List<Long> numbers(Path file) throws IOException {
        List<Long> numbers = new ArrayList<>();
        EventReader reader = new EventReader();
        for (String line : Files.readAllLines(file)) {
            byte[] bytes = line.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            assertThat(reader.read(bytes, 0, bytes.length)).isEqualTo(EventReader.Outcome.EVENT);
            numbers.add(reader.seq());
        }
        return numbers;
    }

    @Test
    void aFullFileGetsANumberAndTheOldestGoes() throws Exception {
        Path file = folder.resolve("gw1.jsonl");
        long lineBytes = json.line(Samples.plain(10)).length() + 1;
        JsonLinesFile lines = new JsonLinesFile(file, json, 10 * lineBytes, 2);
        for (int i = 10; i < 90; i += 5) {
            lines.deliver(batch(i, i + 5));
        }
        lines.close();
        assertThat(numbers(file)).first().isEqualTo(80L);
        assertThat(numbers(folder.resolve("gw1.jsonl.1"))).hasSize(10).first().isEqualTo(70L);
        assertThat(numbers(folder.resolve("gw1.jsonl.2"))).hasSize(10).first().isEqualTo(60L);
        assertThat(folder.resolve("gw1.jsonl.3")).doesNotExist();
    }

    /** A loss that a stream says of itself is a gap to the auditor, not a forgery; also where a new file begins. */
    @Test
    void auditReadsWhatIsThere() throws Exception {
        Path file = folder.resolve("gw1.jsonl");
        JsonLinesFile lines = new JsonLinesFile(file, json, 1, 9);
        lines.deliver(batch(0, 5));
        lines.deliver(List.of(NumberedEvent.dropped(3, Role.CLIENT, 0)));
        lines.deliver(batch(8, 10));
        lines.close();
        List<Path> files = List.of(file, folder.resolve("gw1.jsonl.1"), folder.resolve("gw1.jsonl.2"));
        assertThat(EventFiles.audit(files, _ -> null).verdict()).isEqualTo(Verdict.INCOMPLETE);
    }

    /** On a file system of a few kilobytes of its own. */
    @Test
    void aFullDiskCutsNoLineOffAndLosesNone() throws Exception {
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=16k", "none", folder.toString()), "may not mount a tmpfs");
        try {
            Path ballast = Files.write(folder.resolve("ballast"), new byte[8192]);
            Path file = folder.resolve("gw1.jsonl");
            JsonLinesFile lines = new JsonLinesFile(file, json, 0, 1);
            List<NumberedEvent> batch = batch(0, 40);
            assertThatThrownBy(() -> lines.deliver(batch))
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll(file.toString(), "make room");
            assertThatThrownBy(() -> lines.deliver(batch)).isInstanceOf(IOException.class);
            Files.delete(ballast);
            lines.deliver(batch);
            lines.close();
            assertThat(numbers(file)).hasSize(40).last().isEqualTo(39L);
        } finally {
            run("umount", folder.toString());
        }
    }

    private static boolean run(String... command) throws Exception {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    }
}
