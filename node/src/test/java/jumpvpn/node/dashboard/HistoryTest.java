package jumpvpn.node.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.node.runtime.Log;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
    private static final long MEBIBYTE = 1 << 20;
    private static final long EVER = Long.MAX_VALUE;
    private static final String ADA = "0123456789abcdef0123456789abcdef";
    private static final String BEN = "fedcba9876543210fedcba9876543210";

    @TempDir
    Path folder;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private History open(long bytes) throws IOException {
        Log log = new Log(new PrintStream(said, true, StandardCharsets.UTF_8), InstantSource.system());
        return History.open(folder.resolve("h"), bytes, log);
    }

    private static String line(String session, long n) {
        return "{\"session_id\":\"" + session + "\",\"n\":" + n + "}";
    }

    @Test
    void whatIsNotWrittenYetIsFoundToo() throws IOException {
        try (History history = open(MEBIBYTE)) {
            history.add(1, ADA, line(ADA, 1));
            history.add(2, BEN, line(BEN, 2));
            history.add(3, ADA, line(ADA, 3));
            assertThat(history.of(ADA, 0, EVER, 10).lines()).containsExactly(line(ADA, 1), line(ADA, 3));
        }
    }

    @Test
    void itOutlivesTheProcess() throws IOException {
        try (History history = open(MEBIBYTE)) {
            history.add(1, ADA, line(ADA, 1));
        }
        try (History history = open(MEBIBYTE)) {
            history.add(2, ADA, line(ADA, 2));
            assertThat(history.of(ADA, 0, EVER, 10).lines()).containsExactly(line(ADA, 1), line(ADA, 2));
            List<String> all = new ArrayList<>();
            history.replay(0, all::add);
            assertThat(all).containsExactly(line(ADA, 1));
        }
        assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void aDamagedEndIsCutOffAndSaid() throws IOException {
        Path file = folder.resolve("h");
        try (History history = open(MEBIBYTE)) {
            history.add(1, ADA, line(ADA, 1));
        }
        long whole = Files.size(file);
        try (History history = open(MEBIBYTE)) {
            history.add(2, ADA, line(ADA, 2));
        }
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        try (History history = open(MEBIBYTE)) {
            assertThat(Files.size(file)).isEqualTo(whole);
            history.add(3, ADA, line(ADA, 3));
            assertThat(history.of(ADA, 0, EVER, 10).lines()).containsExactly(line(ADA, 1), line(ADA, 3));
        }
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("damaged at byte " + whole);
    }

    /** The file was moved away, and then a new one could not be made: the next attempt makes it. */
    @Test
    void aTurnThatGotOnlySoFarIsMadeUpFor() throws IOException {
        try (History history = open(MEBIBYTE)) {
            history.add(1, ADA, line(ADA, 1));
        }
        try (History history = open(1)) {
            Files.move(folder.resolve("h"), folder.resolve("h.old"));
            history.add(2, ADA, line(ADA, 2));
        }
        try (History history = open(MEBIBYTE)) {
            assertThat(history.of(ADA, 0, EVER, 10).lines()).containsExactly(line(ADA, 1), line(ADA, 2));
        }
        assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void aFileOfRubbishIsNoReasonNotToStart() throws IOException {
        Files.write(folder.resolve("h"), new byte[5000]);
        try (History history = open(MEBIBYTE)) {
            assertThat(history.of(ADA, 0, EVER, 10).lines()).isEmpty();
        }
    }

    /** Lines that can't be packed well: two starts so that both are flushed whole. */
    @Test
    void itNeverGrowsBeyondItsBoundAndKeepsTheNewestHalf() throws IOException {
        java.util.Random random = new java.util.Random(1);
        long n = 0;
        for (int start = 0; start < 8; start++) {
            try (History history = open(MEBIBYTE)) {
                for (int i = 0; i < 400; i++) {
                    byte[] noise = new byte[400];
                    random.nextBytes(noise);
                    history.add(
                            n, ADA, line(ADA, n++) + java.util.HexFormat.of().formatHex(noise));
                }
            }
        }
        try (History history = open(MEBIBYTE)) {
            assertThat(history.bytes()).isBetween(MEBIBYTE / 2, MEBIBYTE);
            List<String> found = history.of(ADA, 0, EVER, 10_000).lines();
            assertThat(found.getLast()).contains("\"n\":" + (n - 1) + "}");
            assertThat(found.size()).isBetween((int) (MEBIBYTE / 2 / 830), 3000);
        }
    }

    @Test
    void noMoreThanWasAskedForAndTheNewestOfThem() throws IOException {
        try (History history = open(MEBIBYTE)) {
            for (int i = 0; i < 50; i++) {
                history.add(i, ADA, line(ADA, i));
            }
            History.Found found = history.of(ADA, 0, EVER, 10);
            assertThat(found.lines()).hasSize(10).last().isEqualTo(line(ADA, 49));
            assertThat(found.isWhole()).isFalse();
            assertThat(history.of(ADA, 0, EVER, 50).isWhole()).isTrue();
        }
    }

    @Test
    void aBlockSaysWhichSessionsItMayMention() throws IOException {
        try (History history = open(MEBIBYTE)) {
            history.add(1, ADA, line(ADA, 1));
        }
        try (var file = java.nio.channels.FileChannel.open(folder.resolve("h"))) {
            Block block = java.util.Objects.requireNonNull(Block.header(file, 0, file.size()));
            assertThat(block.mayMention(ADA)).isTrue();
            assertThat(block.mayMention(BEN)).isFalse();
        }
    }
}
