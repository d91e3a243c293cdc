package jumpvpn.node.ownership.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that writes, killed in the middle or out of room, and what the next one finds. */
class CrashTest {
    private static final int KILLS = 12;
    private static final int KEYS = 40;
    private static final long SEED = 3;

    @TempDir
    Path temporary;

    /** The process that is killed: commit n puts n under two keys, and n is printed when that is durable. */
    static final class Writer {
        private static final int TOGETHER = 64;

        public static void main(String[] arguments) throws IOException {
            LogBed bed = new LogBed(Path.of(arguments[0]), LogBed.IDENTITY, 50_000);
            Semaphore room = new Semaphore(TOGETHER);
            long last = bed.found.values().stream()
                    .mapToLong(value -> Long.parseLong(value.strip()))
                    .max()
                    .orElse(0);
            System.out.println(last);
            for (long n = last + 1; bed.log.failure() == null; n++) {
                long number = n;
                String value = n + " ".repeat((int) (n % 500));
                room.acquireUninterruptibly();
                bed.log.append(List.of(LogBed.put(n % KEYS, value), LogBed.put(KEYS + n % KEYS, value)), durable -> {
                    if (durable) {
                        System.out.println(number);
                    }
                    room.release();
                });
            }
            System.out.println(bed.errors);
            System.exit(bed.commit(LogBed.put(0, "x")) ? 1 : 7);
        }
    }

    /** A process with this main, after these commands of a shell. */
    static Process child(Class<?> main, Path folder, String before) throws IOException {
        String java = ProcessHandle.current().info().command().orElseThrow();
        return new ProcessBuilder(
                        "sh",
                        "-c",
                        before + "exec \"$@\"",
                        "sh",
                        java,
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @Test
    void whatWasAnsweredOutlivesSigkill() throws IOException, InterruptedException {
        Path folder = temporary.resolve("state");
        Random random = new Random(SEED);
        long answered = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            Process writer = child(Writer.class, folder, "");
            try (BufferedReader out = writer.inputReader()) {
                long begin = Long.parseLong(out.readLine());
                assertThat(begin).as("kill %d, seed %d", kill, SEED).isGreaterThanOrEqualTo(answered);
                long until = begin + 1 + random.nextInt(3000);
                String line = out.readLine();
                while (line != null && answered < until) {
                    answered = Long.parseLong(line);
                    line = out.readLine();
                }
                writer.toHandle().destroyForcibly(); // not by Process, which would close its output
                for (; line != null; line = out.readLine()) {
                    answered = line.isEmpty() ? answered : Long.parseLong(line);
                }
            }
            writer.waitFor(Duration.ofSeconds(10));
            check(folder, answered);
        }
        assertThat(answered).isGreaterThan(KILLS * 100L);
    }

    /** Nothing that was answered is missing, no commit is there by half, and none is there without all before it. */
    private static void check(Path folder, long answered) throws IOException {
        try (LogBed bed = new LogBed(folder, LogBed.IDENTITY, 50_000)) {
            long last = bed.found.values().stream()
                    .mapToLong(value -> Long.parseLong(value.strip()))
                    .max()
                    .orElse(0);
            assertThat(last).isGreaterThanOrEqualTo(answered);
            for (Map.Entry<Long, String> entry : bed.found.entrySet()) {
                long key = entry.getKey() % KEYS;
                long expected = last - Math.floorMod(last - key, KEYS);
                assertThat(entry.getValue().strip())
                        .as("key %d", entry.getKey())
                        .isEqualTo(String.valueOf(expected));
            }
            assertThat(bed.found.keySet()).hasSize((int) Math.min(last, KEYS) * 2);
        }
    }

    @Test
    void outOfRoomItSaysSoAndWritesNoMore() throws IOException, InterruptedException {
        Path folder = temporary.resolve("state");
        Process writer = child(Writer.class, folder, "ulimit -f 64; ");
        long answered = 0;
        String said = "";
        try (BufferedReader out = writer.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith("[")) {
                    said = line;
                } else {
                    answered = Long.parseLong(line);
                }
            }
        }
        assertThat(writer.waitFor()).as("refuses what comes after").isEqualTo(7);
        assertThat(said).contains("can't be written").contains("start the gateway again");
        assertThat(answered).isPositive();
        check(folder, answered);
    }
}
