package jumpvpn.lab.netns;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Follows a file of JSON lines that a node appends to. A line counts when its newline is there. */
public final class EventFile {
    private final Path path;
    private final List<EventLine> seen = new ArrayList<>();
    private final List<String> unreadable = new ArrayList<>();
    private long offset;

    /** Nothing is read before the first poll. */
    public EventFile(Path path) {
        this.path = path;
    }

    /** Reads what was appended since the last call and hands each event on. */
    public synchronized void poll(Consumer<EventLine> listener) {
        if (!Files.exists(path)) {
            return;
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            byte[] fresh = new byte[(int) (file.length() - offset)];
            file.seek(offset);
            file.readFully(fresh);
            int start = 0;
            for (int i = 0; i < fresh.length; i++) {
                if (fresh[i] == '\n') {
                    accept(new String(fresh, start, i - start, StandardCharsets.UTF_8), listener);
                    start = i + 1;
                }
            }
            offset += start;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(String line, Consumer<EventLine> listener) {
        try {
            EventLine event = EventLine.parse(line);
            seen.add(event);
            listener.accept(event);
        } catch (RuntimeException e) {
            unreadable.add(line);
        }
    }

    /** All events so far, in the file's order. */
    public synchronized List<EventLine> events() {
        return List.copyOf(seen);
    }

    /** Of those after this time the wanted ones. */
    public Stream<EventLine> after(Instant since, Predicate<EventLine> wanted) {
        return events().stream().filter(event -> event.at().isAfter(since) && wanted.test(event));
    }

    /** Milliseconds from the first of these to the first of those, both after this time; 0: there are none. */
    long millis(Instant since, Predicate<EventLine> from, Predicate<EventLine> to) {
        Instant begin = after(since, from).map(EventLine::at).findFirst().orElse(since);
        return after(since, to)
                .map(event -> Duration.between(begin, event.at()).toMillis())
                .findFirst()
                .orElse(0L);
    }

    /** Lines that were no events. */
    synchronized List<String> unreadable() {
        return List.copyOf(unreadable);
    }
}
