package jumpvpn.node.ownership.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import jumpvpn.node.ownership.StateException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppendLogTest {
    private static final List<List<Entry>> COMMITS = List.of(
            List.of(LogBed.put(1, "one")),
            List.of(LogBed.put(2, "two"), LogBed.put(3, "three")),
            List.of(LogBed.remove(2)),
            List.of(LogBed.put(1, "another one"), LogBed.remove(3), LogBed.put(4, "four")),
            List.of(LogBed.put(5, "")),
            List.of(LogBed.put(6, "six")));

    @TempDir
    Path temporary;

    /** The bytes of a log with COMMITS, each on disk before the next, and where each of them ends. */
    private byte[] written(String name, List<Long> ends) throws IOException {
        try (LogBed bed = new LogBed(temporary.resolve(name))) {
            for (List<Entry> changes : COMMITS) {
                assertThat(bed.commit(changes.toArray(Entry[]::new))).isTrue();
                ends.add(Files.size(bed.folder.log()));
            }
        }
        return Files.readAllBytes(temporary.resolve(name).resolve("sessions"));
    }

    private Path folder(String name, byte[] log) throws IOException {
        Path folder = temporary.resolve(name);
        if (!Files.exists(folder)) {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        Files.write(folder.resolve("sessions"), log);
        return folder;
    }

    @Test
    void whatWasCommittedIsThereAgain() throws IOException {
        written("a", new ArrayList<>());
        try (LogBed bed = new LogBed(temporary.resolve("a"))) {
            assertThat(bed.found).isEqualTo(LogBed.state(COMMITS));
            assertThat(bed.warnings).isEmpty();
            bed.commit(LogBed.put(7, "seven"), LogBed.remove(1));
        }
        try (LogBed bed = new LogBed(temporary.resolve("a"))) {
            assertThat(bed.found).isEqualTo(Map.of(4L, "four", 5L, "", 6L, "six", 7L, "seven"));
        }
    }

    @Test
    void anyTailMayBeTorn() throws IOException {
        List<Long> ends = new ArrayList<>();
        byte[] whole = written("a", ends);
        for (int length = 0; length < whole.length; length++) {
            Path cut = folder("b", Arrays.copyOf(whole, length));
            if (length < LogFile.HEADER_BYTES) {
                assertThatThrownBy(() -> new LogBed(cut))
                        .isInstanceOf(StateException.class)
                        .hasMessageContaining("sessions:0: ")
                        .hasMessageContaining("move the file away");
                continue;
            }
            int last = length;
            List<List<Entry>> left = COMMITS.subList(
                    0, (int) ends.stream().filter(end -> end <= last).count());
            long sound = left.isEmpty() ? LogFile.HEADER_BYTES : ends.get(left.size() - 1);
            try (LogBed bed = new LogBed(cut)) {
                assertThat(bed.found).as("%d bytes", length).isEqualTo(LogBed.state(left));
                if (length == sound) {
                    assertThat(bed.warnings).isEmpty();
                } else {
                    assertThat(bed.warnings)
                            .singleElement()
                            .asString()
                            .contains("sessions:" + sound + ": cut off " + (length - sound) + " bytes");
                }
                assertThat(bed.commit(LogBed.put(9, "after"))).isTrue();
            }
            try (LogBed again = new LogBed(cut)) {
                assertThat(again.found)
                        .containsEntry(9L, "after")
                        .hasSize(LogBed.state(left).size() + 1);
                assertThat(again.warnings).isEmpty();
            }
        }
    }

    @Test
    void anyFlippedByteIsFound() throws IOException {
        List<Long> ends = new ArrayList<>();
        byte[] whole = written("a", ends);
        for (int at = 0; at < whole.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] flipped = whole.clone();
                flipped[at] ^= (byte) (1 << bit);
                Path folder = folder("b", flipped);
                if (at >= ends.getLast()) { // the seal itself: what it proved is whole
                    try (LogBed bed = new LogBed(folder)) {
                        assertThat(bed.found).isEqualTo(LogBed.state(COMMITS));
                        assertThat(bed.warnings).hasSize(1);
                    }
                    continue;
                }
                int place = at;
                long frame = at < LogFile.HEADER_BYTES
                        ? 0
                        : ends.stream()
                                .filter(end -> end <= place)
                                .reduce((one, other) -> other)
                                .orElse(32L);
                assertThatThrownBy(() -> new LogBed(folder))
                        .as("byte %d bit %d", at, bit)
                        .isInstanceOf(StateException.class)
                        .hasMessageContaining("sessions:" + (at < LogFile.HEADER_BYTES ? "" : frame + ": damaged"));
                assertThat(Files.readAllBytes(folder.resolve("sessions"))).isEqualTo(flipped);
            }
        }
    }

    /** Power loss may leave any pages of what was not forced: a hole with sound frames behind it. */
    @Test
    void aHoleInWhatWasNeverForcedIsATornTail() throws IOException {
        try (LogBed bed = new LogBed(temporary.resolve("a"))) {
            bed.commit(LogBed.put(1, "one"));
        }
        Path file = temporary.resolve("a").resolve("sessions");
        byte[] log = Files.readAllBytes(file);
        int size = log.length;
        ByteBuffer more = ByteBuffer.allocate(size + 1000).put(log);
        for (int i = 0; i < 3; i++) { // one group: none knows of the others on disk
            Frame.put(more, 3 + i, size, List.of(LogBed.put(10 + i, "new")));
        }
        byte[] group = Arrays.copyOf(more.array(), more.position());
        byte[] holed = group.clone();
        Arrays.fill(holed, size, size + 10, (byte) 0);
        try (LogBed bed = new LogBed(folder("b", holed))) {
            assertThat(bed.found).isEqualTo(Map.of(1L, "one"));
            assertThat(bed.warnings).hasSize(1);
        }
        try (LogBed bed = new LogBed(folder("c", group))) {
            assertThat(bed.found).hasSize(4);
        }
    }

    @Test
    void anotherKeyIsRefused() throws IOException {
        written("a", new ArrayList<>());
        byte[] other = LogBed.IDENTITY.clone();
        other[3]++;
        assertThatThrownBy(() -> new LogBed(temporary.resolve("a"), other, 0))
                .isInstanceOf(StateException.class)
                .hasMessageContaining("sessions:12: written by a gateway with another private key")
                .hasMessageContaining("mv ");
    }

    @Test
    void anUnknownVersionIsRefused() throws IOException {
        byte[] log = written("a", new ArrayList<>());
        ByteBuffer header = ByteBuffer.wrap(log).putInt(8, 2);
        java.util.zip.CRC32C sum = new java.util.zip.CRC32C();
        sum.update(header.slice(0, 28));
        header.putInt(28, (int) sum.getValue());
        assertThatThrownBy(() -> new LogBed(folder("b", log)))
                .isInstanceOf(StateException.class)
                .hasMessageContaining("sessions:8: version 2");
    }

    @Test
    void onlyOneUserAtATime() throws IOException {
        try (LogBed bed = new LogBed(temporary.resolve("a"))) {
            assertThatThrownBy(() -> new LogBed(temporary.resolve("a")))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("has this state folder");
            assertThat(bed.commit(LogBed.put(1, "one"))).isTrue();
        }
    }

    @Test
    void nobodyElseMayUseIt() throws IOException {
        Path folder = temporary.resolve("a");
        try (LogBed bed = new LogBed(folder)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                    .isEqualTo("rwx------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(bed.folder.log())))
                    .isEqualTo("rw-------");
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-x---"));
        assertThatThrownBy(() -> new LogBed(folder))
                .isInstanceOf(StateException.class)
                .hasMessageContaining("chmod 700");
    }

    @Test
    void theFileStaysWithinABound() throws IOException, InterruptedException {
        Path folder = temporary.resolve("a");
        int commits = 18_000;
        int free = 100_000;
        String padding = " ".repeat(500);
        long most = 0;
        try (LogBed bed = new LogBed(folder, LogBed.IDENTITY, free)) {
            for (int i = 0; i < commits; i += 100) {
                CountDownLatch group = new CountDownLatch(100);
                for (int j = i; j < i + 100; j++) {
                    List<Entry> changes = j % 10 == 9
                            ? List.of(LogBed.remove(j % 60), LogBed.put(1000, "n" + j))
                            : List.of(LogBed.put(j % 60, j + padding), LogBed.put(1000, "n" + j));
                    assertThat(bed.log.append(changes, durable -> {
                                if (durable) {
                                    group.countDown();
                                }
                            }))
                            .isTrue();
                }
                group.await();
                assertThat(bed.read(1000)).isEqualTo("n" + (i + 99));
                long last = i + 90 + i / 100 % 9; // of its key, and no removal
                assertThat(bed.read(last % 60)).isEqualTo(last + padding);
                most = Math.max(most, Files.size(bed.folder.log()));
            }
            assertThat(bed.warnings).isEmpty();
        }
        // twice what is current, what may be outdated, and what came while it was copied
        assertThat(most).isLessThan(2 * 60 * 600 + free + 4 * 100 * 600);
        try (LogBed bed = new LogBed(folder)) {
            for (long key = 0; key < 60; key++) {
                long last = commits - 60 + key;
                if (last % 10 == 9) {
                    assertThat(bed.found.get(key)).isNull();
                } else {
                    assertThat(bed.found.get(key).strip()).isEqualTo(String.valueOf(last));
                }
            }
            assertThat(bed.found.get(1000L)).isEqualTo("n" + (commits - 1));
            assertThat(bed.found.keySet()).hasSize(55);
        }
    }

    @Test
    void aCompactionThatACrashEndedHarmsNothing() throws IOException {
        written("a", new ArrayList<>());
        Path left = temporary.resolve("a").resolve("sessions.new");
        Files.write(left, new byte[] {1, 2, 3});
        try (LogBed bed = new LogBed(temporary.resolve("a"))) {
            assertThat(bed.found).isEqualTo(LogBed.state(COMMITS));
            assertThat(left).doesNotExist();
        }
    }
}
