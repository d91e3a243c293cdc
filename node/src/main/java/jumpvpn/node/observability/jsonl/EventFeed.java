package jumpvpn.node.observability.jsonl;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hands event lines to followers, each with a bounded buffer of its own, and keeps the newest ones for who comes late. Publishing never waits for a follower: what one
 * can't take is counted, and it reads an EVENTS_DROPPED line in that place. Any thread may publish or follow.
 */
public final class EventFeed {
    private final int kept;
    private final LongFunction<String> dropped;
    private final Deque<Supplier<String>> newest = new ArrayDeque<>();
    private final List<Follower> followers = new CopyOnWriteArrayList<>();

    /**
     * @param kept how many lines are kept, and how many a follower may be behind
     * @param dropped the EVENTS_DROPPED line for this many lost lines, without line feed
     */
    public EventFeed(int kept, LongFunction<String> dropped) {
        this.kept = kept;
        this.dropped = dropped;
    }

    /** Adds a line, without its line feed. */
    public void publish(String line) {
        publish(() -> line);
    }

    /** Adds a line that is made when somebody reads it, perhaps several times and on any thread. */
    public synchronized void publish(Supplier<String> line) {
        if (newest.size() == kept) {
            newest.removeFirst();
        }
        newest.addLast(line);
        followers.forEach(follower -> follower.offer(line));
    }

    /** From now on, beginning with the lines that are kept. To be closed. */
    public synchronized Follower follow() {
        Follower follower = new Follower(newest);
        followers.add(follower);
        return follower;
    }

    /** The lines that are kept, oldest first. */
    public synchronized List<String> newest() {
        return newest.stream().map(Supplier::get).toList();
    }

    /** One reader's place in the feed. */
    public final class Follower implements AutoCloseable {
        private final Deque<Supplier<String>> waiting;
        private long lost;
        private boolean closed;

        private Follower(Deque<Supplier<String>> first) {
            waiting = new ArrayDeque<>(first);
        }

        private synchronized void offer(Supplier<String> line) {
            if (waiting.size() >= kept) {
                lost++;
            } else {
                sayLost();
                waiting.addLast(line);
            }
            notifyAll();
        }

        private void sayLost() {
            if (lost > 0) {
                String line = dropped.apply(lost);
                waiting.addLast(() -> line);
                lost = 0;
            }
        }

        /** The next line; waits for it; null once closed. */
        public @Nullable String next() throws InterruptedException {
            Supplier<String> line = take();
            return line == null ? null : line.get();
        }

        private synchronized @Nullable Supplier<String> take() throws InterruptedException {
            while (!closed && waiting.isEmpty() && lost == 0) {
                wait();
            }
            if (closed) {
                return null;
            }
            if (waiting.isEmpty()) {
                sayLost();
            }
            return waiting.removeFirst();
        }

        @Override
        public void close() {
            followers.remove(this);
            synchronized (this) {
                closed = true;
                notifyAll();
            }
        }
    }
}
