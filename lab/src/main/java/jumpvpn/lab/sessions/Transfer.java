package jumpvpn.lab.sessions;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import jumpvpn.lab.netns.DirectLink;
import jumpvpn.lab.netns.Pause;
import jumpvpn.lab.netns.Product;

/** TCP as fast as it goes through some of the sessions at once, by iperf3; streams are dealt out in turn. */
final class Transfer {
    private static final int FIRST_PORT = 5300;
    private static final Duration STARTING = Duration.ofSeconds(60);
    private static final Duration COMMAND = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration RAMP = Duration.ofSeconds(1);
    /** What is less is iperf3's control connection, or a stream that stands still. */
    private static final long LEAST_BYTES = 10_000;
    /** Nobody lives longer, whatever happens to the lab. */
    private static final String MOST_SECONDS = "600";

    /**
     * What was measured between two instants at which all streams ran.
     *
     * @param megabits of payload a second that all receivers together got
     * @param leastShare the slowest stream's share, of what it would be if all had the same; 0: it stood still
     * @param gatewaySecondsPerGb processor time, user and system, a GB of payload
     * @param loadSecondsPerGb the same of the process that is all clients
     */
    record Measured(double megabits, double leastShare, double gatewaySecondsPerGb, double loadSecondsPerGb) {}

    private final DirectLink link;
    private final boolean isDown;
    private final int sessions;
    private final int streams;

    /** @param isDown to the clients; else to the gateway */
    Transfer(DirectLink link, boolean isDown, int sessions, int streams) {
        this.link = link;
        this.isDown = isDown;
        this.sessions = sessions;
        this.streams = streams;
    }

    /** Starts the streams, waits until each runs, and measures for so long. */
    Measured measure(Duration length) throws IOException {
        Deque<DirectLink.Running> running = new ArrayDeque<>();
        try {
            for (int i = 0; i < streams; i++) {
                running.push(link.server("listening", server(i)));
            }
            for (int i = 0; i < streams; i++) {
                running.push(link.start(client(i)));
            }
            awaitAll();
            Pause.of(RAMP);
            return between(length);
        } finally {
            running.forEach(DirectLink.Running::close);
        }
    }

    private String[] server(int stream) {
        return new String[] {"iperf3", "-s", "-1", "-i", "0", "--forceflush", "-B", link.address(), "-p", port(stream)};
    }

    private String[] client(int stream) {
        List<String> command = new ArrayList<>(List.of("iperf3", "-c", link.address(), "-B"));
        command.addAll(
                List.of(DirectLink.crowdAddress(stream % sessions), "-p", port(stream), "-i", "0", "-t", MOST_SECONDS));
        if (isDown) {
            command.add("-R");
        }
        return command.toArray(String[]::new);
    }

    private static String port(int stream) {
        return Integer.toString(FIRST_PORT + stream);
    }

    private void awaitAll() throws IOException {
        long end = System.nanoTime() + STARTING.toNanos();
        ReceivedBytes nothing = ReceivedBytes.parse(0, "");
        for (int run = 0;
                run < streams;
                run = received().since(nothing, LEAST_BYTES).size()) {
            if (System.nanoTime() > end) {
                throw new IOException(
                        "only %d of %d streams ran within %d s".formatted(run, streams, STARTING.toSeconds()));
            }
            Pause.of(POLL);
        }
    }

    private ReceivedBytes received() throws IOException {
        String text =
                isDown ? link.client(COMMAND, ReceivedBytes.COMMAND) : link.gateway(COMMAND, ReceivedBytes.COMMAND);
        return ReceivedBytes.parse(System.nanoTime(), text);
    }

    private Measured between(Duration length) throws IOException {
        double gateway = link.cpuSeconds(Product.Role.GATEWAY);
        double load = link.cpuSeconds(Product.Role.CLIENT);
        ReceivedBytes before = received();
        Pause.of(length);
        ReceivedBytes after = received();
        gateway = link.cpuSeconds(Product.Role.GATEWAY) - gateway;
        load = link.cpuSeconds(Product.Role.CLIENT) - load;
        List<Long> each = after.since(before, LEAST_BYTES);
        if (each.isEmpty()) {
            throw new IOException("all %d streams stood still".formatted(streams));
        }
        double bytes = each.stream().mapToLong(Long::longValue).sum();
        return new Measured(
                bytes * 8e-6 / after.secondsSince(before),
                each.size() < streams ? 0 : Collections.min(each) * streams / bytes,
                gateway / (bytes / 1e9),
                load / (bytes / 1e9));
    }
}
