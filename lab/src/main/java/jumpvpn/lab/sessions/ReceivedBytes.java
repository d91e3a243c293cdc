package jumpvpn.lab.sessions;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the TCP connections of a host have received so far, of payload, as the kernel counts it.
 *
 * @param atNanos when it was asked ({@link System#nanoTime})
 * @param byConnection bytes of each, by both ends' addresses and ports
 */
record ReceivedBytes(long atNanos, Map<String, Long> byConnection) {
    /** Prints one line a connection, with what {@link #parse} looks for. */
    static final String[] COMMAND = {"ss", "-tinHO", "state", "established"};

    private static final Pattern LINE =
            Pattern.compile("^\\d+\\s+\\d+\\s+(\\S+)\\s+(\\S+)\\s.*\\bbytes_received:(\\d+)", Pattern.MULTILINE);

    /** Reads what {@link #COMMAND} printed. A connection that has received nothing is not in it. */
    static ReceivedBytes parse(long atNanos, String text) {
        Map<String, Long> bytes = new HashMap<>();
        for (Matcher found = LINE.matcher(text); found.find(); ) {
            bytes.put(found.group(1) + " " + found.group(2), Long.parseLong(found.group(3)));
        }
        return new ReceivedBytes(atNanos, bytes);
    }

    /** Bytes that each connection that had more than {@code least} has received since. */
    List<Long> since(ReceivedBytes before, long least) {
        List<Long> received = new ArrayList<>();
        byConnection.forEach((connection, bytes) -> {
            long more = bytes - before.byConnection.getOrDefault(connection, 0L);
            if (more > least) {
                received.add(more);
            }
        });
        return received;
    }

    double secondsSince(ReceivedBytes before) {
        return (atNanos - before.atNanos) / 1e9;
    }
}
