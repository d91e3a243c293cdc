package jumpvpn.core.gateway;

/** Lets one event a second through and counts all: for what anybody may cause by sending recorded or invented datagrams. */
final class EventLimit {
    private static final long PAUSE_NANOS = 1_000_000_000L;

    private long count;
    private long lastNanos = Long.MIN_VALUE / 2;

    /** Counts one; whether it may be told. */
    boolean tell(long nowNanos) {
        count++;
        if (nowNanos - lastNanos < PAUSE_NANOS) {
            return false;
        }
        lastNanos = nowNanos;
        return true;
    }

    /** How many there were, told or not. */
    long count() {
        return count;
    }
}
