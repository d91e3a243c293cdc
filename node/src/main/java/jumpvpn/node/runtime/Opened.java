package jumpvpn.node.runtime;

import java.util.ArrayDeque;
import java.util.Deque;

/** What a node has opened and started so far, so that an end at any point, also in the middle of a start, leaves nothing behind. One thread. */
final class Opened implements AutoCloseable {
    private final Log log;
    private final Deque<Runnable> closers = new ArrayDeque<>();

    Opened(Log log) {
        this.log = log;
    }

    /** What ends the thing that was opened just now. */
    void add(Runnable closer) {
        closers.push(closer);
    }

    /** Closes everything, newest first; what fails keeps no other from being closed. */
    @Override
    public void close() {
        while (!closers.isEmpty()) {
            try {
                closers.pop().run();
            } catch (RuntimeException e) {
                log.bug("could not close everything", e);
            }
        }
    }
}
