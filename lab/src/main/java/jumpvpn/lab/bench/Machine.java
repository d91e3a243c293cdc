package jumpvpn.lab.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where figures were measured.
 *
 * @param processor its model's name
 * @param cores as many as this process may use
 * @param kernel Linux's version
 * @param java the version of the Java that runs this and the project's processes
 */
public record Machine(String processor, int cores, String kernel, String java) {
    /** This one. */
    public static Machine current() throws IOException {
        String model = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown processor");
        return new Machine(
                model,
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.version"),
                Runtime.version().toString());
    }

    /** In half a line. */
    @Override
    public String toString() {
        return "%s, %d cores, Linux %s, Java %s".formatted(processor, cores, kernel, java);
    }
}
