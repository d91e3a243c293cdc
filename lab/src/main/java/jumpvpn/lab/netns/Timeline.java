package jumpvpn.lab.netns;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Prints what both ends say, merged by time, as it happens: a line waits a moment in case the other end has an earlier one. Times count from
 * the lab's action once there was one, from the start before. The column "seed" names the step t0 to t8 of the architecture's timeline.
 */
final class Timeline implements AutoCloseable {
    private static final Duration HOLD = Duration.ofMillis(150);

    private record Entry(Instant at, String who, String step, String text) {}

    private final PrintStream out;
    private final List<EventFile> files;
    private final List<Entry> waiting = new ArrayList<>();
    private final Instant start;
    private final Thread follower;
    private @Nullable Instant action;
    private volatile boolean closing;

    Timeline(PrintStream out, List<EventFile> files) {
        this.out = out;
        this.files = files;
        this.start = Instant.now();
        this.follower = Thread.ofPlatform().daemon().name("timeline").start(this::follow);
    }

    private void follow() {
        while (!closing) {
            poll();
            print(Instant.now().minus(HOLD));
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Reads both event files now. */
    void poll() {
        for (EventFile file : files) {
            file.poll(event -> add(new Entry(event.at(), event.role(), step(event), describe(event))));
        }
    }

    /** Something that the lab did or saw. */
    void note(String text) {
        add(new Entry(Instant.now(), "lab", "", text));
    }

    /** The lab's action: from here times count anew. */
    void action(Instant at, String text) {
        synchronized (this) {
            action = at;
        }
        add(new Entry(at, "lab", "", "*** " + text));
    }

    private synchronized void add(Entry entry) {
        waiting.add(entry);
    }

    private synchronized void print(Instant until) {
        waiting.sort(Comparator.comparing(Entry::at));
        while (!waiting.isEmpty() && !waiting.getFirst().at().isAfter(until)) {
            Entry entry = waiting.removeFirst();
            out.printf("  %14s  %-7s  %-2s  %s%n", time(entry.at()), entry.who(), entry.step(), entry.text());
        }
        out.flush();
    }

    private String time(Instant at) {
        if (action == null || at.isBefore(action)) {
            return "%.3f s".formatted(Duration.between(start, at).toNanos() / 1e9);
        }
        return "t+%.1f ms".formatted(Duration.between(action, at).toNanos() / 1e6);
    }

    private static String step(EventLine event) {
        if (!event.role().equals("client")) {
            return "";
        }
        return switch (event.type()) {
            case "STATE_CHANGE" ->
                switch (event.to()) {
                    case "ATTACHED" -> event.reason().equals("REATTACH_ACCEPT") ? "t8" : "t0";
                    case "VOLATILE" -> "t2";
                    case "RECOVERING" -> "t4";
                    default -> "";
                };
            case "VOLATILITY_SIGNAL" -> "t1";
            case "TRANSPORT_DEAD" -> "t3";
            case "REATTACH_REQUEST_SENT" -> "t5";
            case "TRANSPORT_SWITCH" -> event.reason().equals("CANDIDATE_SELECTED") ? "t6" : "";
            case "REATTACH_ACK_RECEIVED" -> "t7";
            default -> "";
        };
    }

    private static String describe(EventLine event) {
        StringBuilder text = new StringBuilder("%-26s".formatted(event.type()));
        if (!event.to().isEmpty()) {
            text.append(' ').append(event.text("from")).append(" -> ").append(event.to());
        }
        if (!event.reason().isEmpty()) {
            text.append(' ').append(event.reason());
        }
        for (String name : List.of("detail", "gates", "path", "state_version")) {
            if (!event.text(name).isEmpty()) {
                text.append("  ").append(name).append('=').append(event.text(name));
            }
        }
        return text.toString();
    }

    @Override
    public void close() {
        closing = true;
        try {
            follower.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        poll();
        print(Instant.MAX);
    }
}
