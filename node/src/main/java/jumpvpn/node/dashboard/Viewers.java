package jumpvpn.node.dashboard;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The open pages, at most {@value #MOST}. Any thread. */
final class Viewers {
    static final int MOST = 16;
    private static final int MOST_NEWEST = 40;

    private final Deque<News> newest = new ArrayDeque<>(); // what a page that opens can show at once
    private final Map<String, Viewer> open = new ConcurrentHashMap<>();

    private record News(Seen event, String client) {}

    /** A new one of this name; null: there are too many. */
    synchronized @Nullable Viewer open(String id) {
        if (open.size() >= MOST) {
            return null;
        }
        Viewer viewer = new Viewer();
        newest.forEach(news -> viewer.take(news.event, news.client));
        open.put(id, viewer);
        notifyAll();
        return viewer;
    }

    void close(String id) {
        open.remove(id);
    }

    @Nullable
    Viewer find(String id) {
        return open.get(id);
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    /** @param client whose session it speaks of; empty: nobody's, or unknown */
    synchronized void take(Seen event, String client) {
        if (Viewer.isNews(event)) {
            newest.addLast(new News(event, client));
            if (newest.size() > MOST_NEWEST) {
                newest.removeFirst();
            }
        }
        open.values().forEach(viewer -> viewer.take(event, client));
    }

    void wakeAll() {
        open.values().forEach(Viewer::wake);
    }

    /** Waits so long, or until the first one comes. */
    synchronized void awaitFirst(long millis) throws InterruptedException {
        long until = System.nanoTime() + millis * 1_000_000;
        for (long left = millis; left > 0 && open.isEmpty(); left = (until - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
    }
}
