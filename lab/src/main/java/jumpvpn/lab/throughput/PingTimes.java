package jumpvpn.lab.throughput;

import java.io.IOException;
import java.util.Arrays;
import java.util.regex.Pattern;

/** Round trips that ping printed, in milliseconds. */
final class PingTimes {
    private static final Pattern TIME = Pattern.compile(" time=([\\d.]+) ms");

    private final double[] sorted;

    private PingTimes(double[] sorted) {
        this.sorted = sorted;
    }

    /**
     * Reads them.
     *
     * @throws IOException if fewer than {@code sent} were answered
     */
    static PingTimes parse(String output, int sent) throws IOException {
        double[] sorted = TIME.matcher(output)
                .results()
                .mapToDouble(found -> Double.parseDouble(found.group(1)))
                .toArray();
        Arrays.sort(sorted);
        if (sorted.length < sent) {
            throw new IOException("%d of %d probes were not answered".formatted(sent - sorted.length, sent));
        }
        return new PingTimes(sorted);
    }

    /** The smallest that so great a part of all does not exceed. */
    double quantile(double part) {
        return sorted[(int) Math.ceil(part * sorted.length) - 1];
    }
}
