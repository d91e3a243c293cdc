package jumpvpn.lab.endurance;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jumpvpn.core.net.Protocol;
import jumpvpn.lab.netns.Check;
import jumpvpn.lab.netns.DirectLink;
import jumpvpn.lab.netns.Moves;
import jumpvpn.lab.netns.Pause;
import jumpvpn.lab.netns.Product;

/** One run of {@code jumpvpn lab endurance}. */
final class Endurance {
    private static final int PORT = 7000;
    private static final Duration SAMPLE = Duration.ofSeconds(1);
    private static final Duration ARRIVAL = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration LAST_BYTES = Duration.ofSeconds(30);
    /** Of the flow to the gateway; it is there within a second. */
    private static final long SPOILT_BYTE = 10_000_019;

    private final Duration length;
    private final Duration every;
    private final boolean isSpoilt;
    private final PrintStream out;
    private final List<String> refused = new ArrayList<>();
    private int turn;
    private int jumps;

    /**
     * Prepares it.
     *
     * @param length of the load
     * @param every so long after a jump the next
     * @param isSpoilt whether a byte is changed on purpose
     * @param out gets a line a jump, and the figures
     */
    Endurance(Duration length, Duration every, boolean isSpoilt, PrintStream out) {
        this.length = length;
        this.every = every;
        this.isSpoilt = isSpoilt;
        this.out = out;
    }

    /** Carries it out; what must hold, and whether it did. */
    List<Check> run() throws IOException {
        try (DirectLink link = DirectLink.twoCables()) {
            try {
                link.connectMillis();
                return run(link);
            } catch (IOException e) {
                link.awaitEndIfEnding();
                throw new IOException(e.getMessage() + link.logs(), e);
            }
        }
    }

    private List<Check> run(DirectLink link) throws IOException {
        CheckedFlow up;
        CheckedFlow down;
        InetSocketAddress address = new InetSocketAddress(link.address(), PORT);
        try (ServerSocketChannel server = link.atGateway(
                () -> ServerSocketChannel.open(StandardProtocolFamily.INET).bind(address))) {
            SocketChannel first = link.atClient(() -> SocketChannel.open(address));
            up = new CheckedFlow(1, first, server.accept(), isSpoilt ? SPOILT_BYTE : CheckedFlow.NOWHERE);
            SocketChannel second = link.atClient(() -> SocketChannel.open(address));
            down = new CheckedFlow(2, server.accept(), second, CheckedFlow.NOWHERE);
        }
        long start = System.nanoTime();
        up.start();
        down.start();
        Residence client = new Residence("client");
        Residence gateway = new Residence("gateway");
        Moves moves = link.product().moves();
        load(link, List.of(up, down), moves, client, gateway);
        List<Check> checks = new ArrayList<>();
        double seconds = (System.nanoTime() - start) / 1e9;
        checks.addAll(ended("to the gateway", up, seconds));
        checks.addAll(ended("to the client", down, seconds));
        checks.add(new Check(
                "every jump that was asked for was made",
                refused.isEmpty() && jumps > 0,
                refused.isEmpty() ? jumps + " jumps" : jumps + " jumps, and not: " + refused));
        checks.add(client.isFlat());
        checks.add(gateway.isFlat());
        int binds = moves.paths().size();
        out.println(jumps + " jumps, " + (binds - jumps) + " other moves of the session's own; it left ATTACHED for "
                + moves.reasons());
        out.println("drops of the client: " + link.product().drops(Product.Role.CLIENT) + ", of the gateway: "
                + link.product().drops(Product.Role.GATEWAY));
        checks.add(link.audit());
        return checks;
    }

    /** Until the time is over, or a connection has broken: samples of memory, and jumps. */
    private void load(DirectLink link, List<CheckedFlow> flows, Moves moves, Residence client, Residence gateway)
            throws IOException {
        long start = System.nanoTime();
        long jumpNanos = start + every.toNanos();
        for (long tick = 1;
                System.nanoTime() - start < length.toNanos() && flows.stream().allMatch(flow -> flow.failure() == null);
                tick++) {
            client.add(link.residentBytes(Product.Role.CLIENT));
            gateway.add(link.residentBytes(Product.Role.GATEWAY));
            if (System.nanoTime() >= jumpNanos) {
                jump(link.product(), moves, (System.nanoTime() - start) / 1e9);
                jumpNanos += every.toNanos();
            }
            Pause.of(Duration.ofNanos(start + tick * SAMPLE.toNanos() - System.nanoTime()));
        }
    }

    private void jump(Product product, Moves moves, double atSeconds) throws IOException {
        List<String> before = moves.paths();
        String to = nextFrom(before.isEmpty() ? "" : before.getLast());
        try {
            product.jump(to);
        } catch (IOException e) {
            refused.add(to + ": " + e.getMessage());
            return;
        }
        List<String> since = List.of();
        String arrived = null;
        for (long end = System.nanoTime() + ARRIVAL.toNanos(); arrived == null && System.nanoTime() < end; ) {
            Pause.of(POLL);
            List<String> all = moves.paths();
            since = all.subList(before.size(), all.size());
            arrived = since.stream()
                    .filter(path -> path.startsWith(to))
                    .findFirst()
                    .orElse(null); // one of its own may have been under way
        }
        if (arrived != null) {
            jumps++;
            out.printf(Locale.ROOT, "%6.0f s  %s%n", atSeconds, arrived);
        } else {
            refused.add(to + ": within " + ARRIVAL.toSeconds() + " s it went " + (since.isEmpty() ? "nowhere" : since));
        }
    }

    /** The next in turn; one more where the session is there already, by its own choice. */
    private String nextFrom(String path) {
        String to = next();
        return path.startsWith(to) ? next() : to;
    }

    /** On the other link and by the next protocol, and so each protocol on each link in turn. */
    private String next() {
        turn++;
        String cable = turn % 2 == 0 ? DirectLink.CABLE : DirectLink.SECOND_CABLE;
        Protocol protocol = Protocol.values()[turn % Protocol.values().length];
        return protocol.scheme() + "/" + cable + "/" + DirectLink.ownAddress(cable);
    }

    private List<Check> ended(String where, CheckedFlow flow, double seconds) throws IOException {
        long bytes = flow.receivedBytes();
        String failure = flow.end(LAST_BYTES);
        out.printf(
                Locale.ROOT,
                "%s: %,d bytes, %.0f Mbit/s, longest stall %.0f ms%n",
                where,
                flow.receivedBytes(),
                bytes * 8e-6 / seconds,
                flow.longestStallMillis());
        return List.of(
                new Check(
                        "the connection " + where + " lives, and all that was sent has come",
                        failure == null,
                        failure == null ? flow.receivedBytes() + " bytes" : failure),
                new Check(
                        "no byte " + where + " is wrong",
                        flow.wrongBytes() == 0,
                        flow.wrongBytes() + " corrupted bytes"));
    }
}
