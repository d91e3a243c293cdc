package jumpvpn.lab.throughput;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import jumpvpn.lab.netns.Json;
import org.jspecify.annotations.Nullable;

/** What iperf3 3.12 says with {@code --json}. */
final class IperfReport {
    private final Map<?, ?> report;

    private IperfReport(Map<?, ?> report) {
        this.report = report;
    }

    /**
     * Reads it.
     *
     * @throws IOException if it is no report, or one of a transfer that failed
     */
    static IperfReport parse(String text) throws IOException {
        try {
            Map<String, @Nullable Object> report = Json.object(text);
            if (report.get("error") instanceof String error) {
                throw new IOException("iperf3: " + error);
            }
            return new IperfReport(report);
        } catch (IllegalArgumentException e) {
            throw new IOException("iperf3 wrote no JSON: " + text, e);
        }
    }

    /** What the receiver got in the counted seconds, bits of payload a second. */
    double receivedBitsPerSecond() throws IOException {
        return received("bytes") * 8 / received("seconds");
    }

    /** What the sender gave away in the counted seconds, bits of payload a second. */
    double sentBitsPerSecond() throws IOException {
        return number("end", "sum_sent", "bytes") * 8 / number("end", "sum_sent", "seconds");
    }

    /** Datagrams of the counted seconds that the receiver misses. */
    long lostDatagrams() throws IOException {
        return (long) received("lost_packets");
    }

    /** All payload, also of the seconds that are not counted. */
    double allBytes() throws IOException {
        if (!(report.get("intervals") instanceof List<?> intervals) || intervals.isEmpty()) {
            throw new IOException("iperf3's report lacks intervals");
        }
        double bytes = 0;
        for (Object interval : intervals) {
            bytes += number(interval, "sum", "bytes");
        }
        return bytes;
    }

    private double received(String name) throws IOException {
        return number("end", "sum_received", name);
    }

    private double number(String... path) throws IOException {
        return number(report, path);
    }

    private static double number(@Nullable Object from, String... path) throws IOException {
        @Nullable Object value = from;
        for (String name : path) {
            value = value instanceof Map<?, ?> fields ? fields.get(name) : null;
        }
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        throw new IOException("iperf3's report lacks " + String.join(".", path));
    }
}
