package jumpvpn.lab.netns;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Poller;

/**
 * A process of its own that plays the wires of a namespace: each link joins two interfaces and forwards their frames with delay, loss, a rate,
 * black holes, duplicates and flipped bits. It needs no netem.
 *
 * <pre>
 * arguments: plain=IF[,IF…]            interfaces to be stripped of offloads
 *            NAME=NEAR,FAR             a link; near to far is "up"
 * stdin:     NAME up|down|both delay-us N | loss P | rate-kbit N | queue-ms N | mtu N | hole on|off | flip N | dup N
 *            stats
 * stdout:    "ready", then for each line "ok SECONDS.NANOS [text]" or "error TEXT"
 * </pre>
 *
 * It ends when its standard input does, so that it never outlives the lab.
 */
public final class LinkEmulator {
    private static final long LONGEST_WAIT_NANOS = 100_000_000L;

    private final Map<String, LinkDirection> directions = new LinkedHashMap<>();
    private final PrintStream out;

    private LinkEmulator(PrintStream out) {
        this.out = out;
    }

    /** Runs until standard input ends. */
    public static void main(String[] args) throws IOException {
        LinkEmulator emulator = new LinkEmulator(System.out);
        for (String argument : args) {
            emulator.configure(argument);
        }
        Thread.ofPlatform().daemon().name("frames").start(emulator::forward);
        emulator.out.println("ready");
        emulator.obey(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII)));
    }

    private void configure(String argument) throws IOException {
        String[] sides = argument.substring(argument.indexOf('=') + 1).split(",", -1);
        if (argument.startsWith("plain=")) {
            for (String name : sides) {
                PacketSockets.plainFrames(name);
            }
            return;
        }
        String name = argument.substring(0, argument.indexOf('='));
        int near = PacketSockets.open(sides[0]);
        int far = PacketSockets.open(sides[1]);
        directions.put(name + " up", new LinkDirection(near, far, directions.size()));
        directions.put(name + " down", new LinkDirection(far, near, directions.size()));
    }

    private void forward() {
        LinkDirection[] all = directions.values().toArray(LinkDirection[]::new);
        Poller poller = new Poller(all.length);
        for (int i = 0; i < all.length; i++) {
            poller.watch(i, all[i].from, false);
        }
        PacketSockets.preciseWaits();
        try {
            while (true) {
                forward(all, poller);
            }
        } catch (LinuxException e) {
            out.println("error " + e.getMessage());
            System.exit(1);
        }
    }

    private static void forward(LinkDirection[] all, Poller poller) throws LinuxException {
        boolean more = false;
        long next = Long.MAX_VALUE;
        for (LinkDirection direction : all) {
            more |= direction.takeIn();
            next = Math.min(next, direction.release(System.nanoTime()));
        }
        long wait = Math.min(LONGEST_WAIT_NANOS, next - System.nanoTime());
        if (!more && wait > 0) {
            poller.await(wait);
        }
    }

    private void obey(BufferedReader commands) throws IOException {
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            try {
                String text = line.equals("stats") ? statistics() : set(line.split(" ", -1));
                Instant now = Instant.now();
                out.println("ok %d.%09d %s"
                        .formatted(now.getEpochSecond(), now.getNano(), text)
                        .strip());
            } catch (RuntimeException e) {
                out.println("error " + line + ": " + e);
            }
        }
    }

    private String set(String[] words) {
        for (LinkDirection direction : select(words[0], words[1])) {
            switch (words[2]) {
                case "delay-us" -> direction.delayNanos = Long.parseLong(words[3]) * 1000;
                case "loss" -> direction.loss = Double.parseDouble(words[3]);
                case "rate-kbit" -> direction.bitsPerSecond = Long.parseLong(words[3]) * 1000;
                case "queue-ms" -> direction.queueNanos = Long.parseLong(words[3]) * 1_000_000;
                case "mtu" -> direction.mtu = Integer.parseInt(words[3]);
                case "hole" -> direction.hole = words[3].equals("on");
                case "flip" -> direction.flips.addAndGet(Integer.parseInt(words[3]));
                case "dup" -> direction.duplicates.addAndGet(Integer.parseInt(words[3]));
                default -> throw new IllegalArgumentException("unknown setting " + words[2]);
            }
        }
        return "";
    }

    private List<LinkDirection> select(String link, String which) {
        List<LinkDirection> selected = new ArrayList<>();
        for (String way : which.equals("both") ? List.of("up", "down") : List.of(which)) {
            LinkDirection direction = directions.get(link + " " + way);
            if (direction == null) {
                throw new IllegalArgumentException("no link " + link + " " + way);
            }
            selected.add(direction);
        }
        return selected;
    }

    private String statistics() {
        StringBuilder text = new StringBuilder();
        directions.forEach((name, direction) -> text.append("%s: %s kernel_drops=%d; "
                .formatted(name, direction.statistics(), PacketSockets.kernelDrops(direction.from))));
        return text.toString();
    }
}
