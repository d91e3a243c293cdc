package jumpvpn.core.transport;

import java.util.concurrent.atomic.AtomicLongArray;

/** One number a {@link TransportCounter}; any thread may count. */
public final class TransportCounters {
    private final AtomicLongArray counts = new AtomicLongArray(TransportCounter.values().length);

    /** Counts one. */
    public void count(TransportCounter counter) {
        counts.incrementAndGet(counter.ordinal());
    }

    /** Counts {@code times}. */
    public void count(TransportCounter counter, long times) {
        counts.addAndGet(counter.ordinal(), times);
    }

    /** How many so far. */
    public long get(TransportCounter counter) {
        return counts.get(counter.ordinal());
    }
}
