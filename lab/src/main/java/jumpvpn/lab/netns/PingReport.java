package jumpvpn.lab.netns;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a {@code ping -D} saw.
 *
 * @param sent probes sent, by ping's own summary
 * @param received different probes answered
 * @param duplicates answers beyond the first to one probe
 * @param outageMillis the longest time without an answer between the first and the last, or after the last while probes were still being sent
 * @param outageAt when that time began, in seconds since 1970
 * @param perSecond probes sent per second
 * @param medianRttMillis the median round trip
 * @param outagesMillis all times of a second and more without an answer, in order
 * @param silentAtEnd nothing was answered in the last second in which probes were being sent
 */
public record PingReport(
        int sent,
        int received,
        int duplicates,
        double outageMillis,
        double outageAt,
        double perSecond,
        double medianRttMillis,
        List<Double> outagesMillis,
        boolean silentAtEnd) {
    private static final double OUTAGE_SECONDS = 1;
    private static final Pattern REPLY =
            Pattern.compile("\\[(\\d+\\.\\d+)] \\d+ bytes from .*icmp_seq=(\\d+) .*time=([\\d.]+) ms(.*)");
    private static final Pattern FIRST = Pattern.compile("icmp_seq=(\\d+) .*time=([0-9.]+) ms");
    private static final Pattern SUMMARY = Pattern.compile("(\\d+) packets transmitted, .* time (\\d+)ms");

    /** Nothing was sent or nothing could be read. */
    static final PingReport NONE = new PingReport(0, 0, 0, Double.POSITIVE_INFINITY, 0, 0, 0, List.of(), true);

    /** Probes that were not answered. */
    public int lost() {
        return sent - received;
    }

    /**
     * Reads ping's output.
     *
     * @throws IllegalArgumentException if the summary is missing: ping did not end in order
     */
    static PingReport parse(List<String> lines) {
        List<Double> arrivals = new ArrayList<>();
        List<Double> rtts = new ArrayList<>();
        Set<Integer> answered = new HashSet<>();
        double firstSent = 0;
        int replies = 0;
        for (String line : lines) {
            Matcher reply = REPLY.matcher(line);
            if (reply.matches()) {
                double arrival = Double.parseDouble(reply.group(1));
                double rtt = Double.parseDouble(reply.group(3));
                firstSent = arrivals.isEmpty() ? arrival - rtt / 1000 : firstSent;
                arrivals.add(arrival);
                rtts.add(rtt);
                answered.add(Integer.parseInt(reply.group(2)));
                replies++;
            }
            Matcher summary = SUMMARY.matcher(line);
            if (summary.find()) {
                double seconds = Integer.parseInt(summary.group(2)) / 1000.0;
                return of(
                        Integer.parseInt(summary.group(1)),
                        seconds,
                        firstSent,
                        answered.size(),
                        replies,
                        arrivals,
                        rtts);
            }
        }
        throw new IllegalArgumentException("ping gave no summary: " + String.join("\n", lines));
    }

    private static PingReport of(
            int sent,
            double seconds,
            double firstSent,
            int received,
            int replies,
            List<Double> arrivals,
            List<Double> rtts) {
        if (arrivals.isEmpty()) {
            return new PingReport(sent, 0, 0, seconds * 1000, 0, sent / Math.max(seconds, 0.001), 0, List.of(), true);
        }
        double longest = 0;
        double at = arrivals.getFirst();
        double previous = arrivals.getFirst();
        for (double arrival : arrivals) {
            if (arrival - previous > longest) {
                longest = arrival - previous;
                at = previous;
            }
            previous = arrival;
        }
        double sinceLast = firstSent + seconds - previous;
        if (sinceLast > longest) {
            longest = sinceLast;
            at = previous;
        }
        List<Double> sorted = rtts.stream().sorted().toList();
        return new PingReport(
                sent,
                received,
                replies - received,
                longest * 1000,
                at,
                sent / Math.max(seconds, 0.001),
                sorted.get(sorted.size() / 2),
                outages(arrivals),
                sinceLast >= OUTAGE_SECONDS);
    }

    /** How long after the first probe this first reply came; probes follow each other by so many milliseconds. Infinite if it is no reply. */
    static double firstReplyMillis(String line, double everyMillis) {
        Matcher reply = FIRST.matcher(line);
        return reply.find()
                ? (Integer.parseInt(reply.group(1)) - 1) * everyMillis + Double.parseDouble(reply.group(2))
                : Double.POSITIVE_INFINITY;
    }

    private static List<Double> outages(List<Double> arrivals) {
        List<Double> outages = new ArrayList<>();
        for (int i = 1; i < arrivals.size(); i++) {
            double seconds = arrivals.get(i) - arrivals.get(i - 1);
            if (seconds >= OUTAGE_SECONDS) {
                outages.add(seconds * 1000);
            }
        }
        return List.copyOf(outages);
    }
}
