package jumpvpn.node.observability;

import java.io.IOException;
import java.util.List;

/** Writes events somewhere else. One thread, that of its {@link Sink}; may block as long as it keeps to a bound of its own. */
public interface Exporter {
    /**
     * Hands these over: all, in order.
     *
     * @throws IOException if some or all did not arrive; the same list comes again until it does not throw, or until the sink closes. What arrived may arrive twice
     * @throws RefusedException if the other side will never take them
     */
    void deliver(List<NumberedEvent> batch) throws IOException, InterruptedException;

    /** How long the sink waits after an event for more to come with it; 0: not at all. */
    default long lingerMillis() {
        return 0;
    }

    /** Gives back what it holds. */
    default void close() {}

    /** The other side understood and does not want these events, or some of them: trying again is of no use. */
    final class RefusedException extends IOException {
        private static final long serialVersionUID = 1;

        private final long count;

        /** With what the other side said to all of them. */
        public RefusedException(String message) {
            this(message, Long.MAX_VALUE);
        }

        /**
         * With what the other side said to some of them; the others have arrived.
         *
         * @param count how many it did not take
         */
        public RefusedException(String message, long count) {
            super(message);
            this.count = count;
        }

        long count() {
            return count;
        }
    }
}
