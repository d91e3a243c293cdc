package jumpvpn.node.dashboard;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The open pages, at most {@value #MOST}. Any thread. */
final class Viewers {
    static final int MOST = 16;

    private final Map<String, Viewer> open = new ConcurrentHashMap<>();

    /** A new one of this name; null: there are too many. */
    synchronized @Nullable Viewer open(String id) {
        if (open.size() >= MOST) {
            return null;
        }
        Viewer viewer = new Viewer();
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

    void take(Seen event) {
        open.values().forEach(viewer -> viewer.take(event));
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
