package jumpvpn.lab.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * {@code jumpvpn lab bench --audit MEGABYTES [DIR]}: {@code audit} in a process of its own, with the launcher's flags, on event files of that size altogether. With DIR
 * the files stay there and are used again.
 */
final class AuditBench {
    private static final String[] FLAGS = {
        "-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-Xmx768m", "--enable-native-access=ALL-UNNAMED"
    };
    private static final long MEGA = 1_000_000;
    private static final long SAMPLE_MILLIS = 50;

    private AuditBench() {}

    /** Measures and prints; returns the audit's exit code. */
    static int measure(long megabytes, List<Path> kept, PrintStream out) throws IOException, InterruptedException {
        Path folder =
                kept.isEmpty() ? Files.createTempDirectory("jumpvpn-audit") : Files.createDirectories(kept.getFirst());
        try {
            if (files(folder).isEmpty()) {
                try (ManyEvents events = new ManyEvents(folder)) {
                    events.write(megabytes * MEGA);
                }
            }
            return audit(files(folder), out);
        } finally {
            if (kept.isEmpty()) {
                for (Path file : files(folder)) {
                    Files.delete(file);
                }
                Files.delete(folder);
            }
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jsonl"))
                    .sorted()
                    .toList();
        }
    }

    private static int audit(List<Path> files, PrintStream out) throws IOException, InterruptedException {
        long bytes = 0;
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        command.addAll(List.of(FLAGS));
        command.addAll(List.of("-cp", Objects.requireNonNull(System.getProperty("jumpvpn.node.classpath"))));
        command.addAll(List.of("jumpvpn.node.app.Main", "audit"));
        for (Path file : files) {
            command.add(file.toString());
            bytes += Files.size(file);
        }
        long began = System.nanoTime();
        Process audit = new ProcessBuilder(command).inheritIO().start();
        long mostKilobytes = 0;
        while (!audit.waitFor(SAMPLE_MILLIS, java.util.concurrent.TimeUnit.MILLISECONDS)) {
            mostKilobytes = Math.max(mostKilobytes, resident(audit.pid()));
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        out.printf(
                Locale.ROOT,
                "%,d MB in %.2f s: %.0f MB/s, with the JVM's start; most memory resident: %,d MB%n",
                bytes / MEGA,
                seconds,
                bytes / 1e6 / seconds,
                mostKilobytes / 1000);
        return audit.exitValue();
    }

    /** The most that was resident so far, in kilobytes; 0 once the process is gone. */
    private static long resident(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException | java.io.UncheckedIOException e) {
            return 0;
        }
    }
}
