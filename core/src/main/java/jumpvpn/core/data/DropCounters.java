package jumpvpn.core.data;

import java.util.concurrent.atomic.AtomicLongArray;

/** One counter a {@link DropReason}; any thread may count. */
public final class DropCounters {
    private final AtomicLongArray counts = new AtomicLongArray(DropReason.values().length);

    /** Counts one packet. */
    public void count(DropReason reason) {
        counts.incrementAndGet(reason.ordinal());
    }

    /** Counts {@code packets}. */
    public void count(DropReason reason, long packets) {
        counts.addAndGet(reason.ordinal(), packets);
    }

    /** How many so far. */
    public long get(DropReason reason) {
        return counts.get(reason.ordinal());
    }
}
