package jumpvpn.lab.netns;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A file that a real {@code curl} fetches through the tunnel, read from its standard output as it comes. */
final class Download {
    /**
     * What became of it.
     *
     * @param exitCode curl's
     * @param bytes received
     * @param expectedBytes of the whole file
     * @param checksumRight SHA-256 equals that of the whole file
     * @param longestStallMillis the longest time without a byte, from the first byte to the last
     */
    record Report(int exitCode, long bytes, long expectedBytes, boolean checksumRight, double longestStallMillis) {
        /** There was no download. */
        static final Report NONE = new Report(-1, 0, 0, false, 0);
    }

    private static final int BYTES_PER_SECOND = 2_000_000;
    /** Captures of it must fit on a disk. */
    private static final long MOST_BYTES = 40_000_000;
    /** How much longer than without any disturbance it may take, beside once its time. */
    private static final int PATIENCE_SECONDS = 30;

    private final Process curl;
    private final long seed;
    private final long bytes;
    private final CompletableFuture<Report> report;

    private Download(Process curl, long seed, long bytes) {
        this.curl = curl;
        this.seed = seed;
        this.bytes = bytes;
        this.report = CompletableFuture.supplyAsync(this::read);
    }

    /** Starts one that lasts about {@code seconds} if nothing stalls: at 2 MB/s, or slower where it would get longer than 40 MB. */
    static Download start(Namespace client, int seconds, long seed) throws IOException {
        long rate = Math.min(BYTES_PER_SECOND, MOST_BYTES / seconds);
        long bytes = seconds * rate;
        String url = "http://%s:%d/random/%d/%d/%d"
                .formatted(Topology.SERVER_ADDRESS, PayloadServer.HTTP_PORT, seed, bytes, rate);
        List<String> command = List.of(
                "curl",
                "-sS",
                "-N",
                "--noproxy",
                "*",
                "--connect-timeout",
                "10",
                "--max-time",
                Integer.toString(2 * seconds + PATIENCE_SECONDS),
                url);
        return new Download(client.start("curl.log", command), seed, bytes);
    }

    private Report read() {
        try (InputStream in = curl.getInputStream()) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            long received = 0;
            long longest = 0;
            long previous = 0;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                long now = System.nanoTime();
                longest = received == 0 ? 0 : Math.max(longest, now - previous);
                previous = now;
                received += n;
                digest.update(buffer, 0, n);
            }
            String sum = HexFormat.of().formatHex(digest.digest());
            boolean right = received == bytes && sum.equals(PayloadServer.Payload.sha256(seed, bytes));
            return new Report(curl.waitFor(), received, bytes, right, longest / 1e6);
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Report.NONE;
        }
    }

    /** Waits for its end; curl itself gives up in time. */
    Report report() {
        return report.join();
    }

    /** What there is when the download is not wanted in this run. */
    static Report reportOf(@Nullable Download download) {
        return download == null ? Report.NONE : download.report();
    }
}
