package jumpvpn.lab.netns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A running {@code ping} at 100 probes a second. */
public final class Ping {
    /** Ping has a floor of 10 ms and its timers round up: asked for 5 ms it keeps 100/s, asked for 10 ms it makes about 75/s. */
    private static final String INTERVAL_SECONDS = "0.005";

    static final int PER_SECOND = 100;
    static final int SMALL_BYTES = 120;
    private static final int MOST_LINGER_SECONDS = 5;
    private static final String LOG = "ping.log";

    private final Process process;
    private final Path output;
    private final int count;

    private Ping(Process process, Path output, int count) {
        this.count = count;
        this.process = process;
        this.output = output;
    }

    /** Starts {@code count} probes of so many bytes from the client to the server that carry {@code markerHex} again and again. */
    public static Ping start(Namespace client, Workspace workspace, int count, int bytes, String markerHex)
            throws IOException {
        Path output = workspace.file(LOG);
        ProcessBuilder builder = client.command(List.of(
                "timeout", // else it lingers for twice the longest round trip, which may be minutes
                "-s",
                "INT",
                Integer.toString(MOST_LINGER_SECONDS + 3 * count / (2 * PER_SECOND)),
                "ping",
                "-n",
                "-D",
                "-i",
                INTERVAL_SECONDS,
                "-c",
                Integer.toString(count),
                "-W",
                "2",
                "-s",
                Integer.toString(bytes),
                "-p",
                markerHex,
                Topology.SERVER_ADDRESS));
        builder.environment().put("LC_ALL", "C");
        builder.redirectErrorStream(true).redirectOutput(output.toFile());
        return new Ping(workspace.start(builder, LOG), output, count);
    }

    /** Waits for the end of all probes and reads what it saw. */
    public PingReport report() throws IOException {
        try {
            if (!process.waitFor(Duration.ofSeconds(100 + 2L * count / PER_SECOND))) {
                Workspace.stop(process);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        try {
            return PingReport.parse(Files.readAllLines(output, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return PingReport.NONE;
        }
    }
}
