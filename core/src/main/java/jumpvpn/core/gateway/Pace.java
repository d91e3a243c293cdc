package jumpvpn.core.gateway;

/** How long a request will wait for its decision when many are asked at once: by how many are under way and how fast they ended lately (docs/adr/0058). */
final class Pace {
    /** As long as a client waits before it asks anew: who is decided by then is told nothing before. */
    private static final long SOON_NANOS = 200_000_000;

    private static final long FIRST_NANOS_EACH = 2_000_000;
    private static final long LEAST_NANOS_EACH = 100_000;
    private static final long MOST_NANOS_EACH = 10_000_000;
    /** With fewer under way than this they wait for clients, not for the table. */
    private static final int MANY = 64;

    private static final int WINDOW = 256;

    private long nanosEach = FIRST_NANOS_EACH;
    private long sinceNanos;
    private int ended;

    /** A read has ended, of so many that were under way. */
    void ended(long nowNanos, int underWay) {
        if (underWay < MANY || ended == 0) {
            sinceNanos = nowNanos;
            ended = underWay < MANY ? 0 : 1;
        } else if (++ended > WINDOW) {
            long measured = Math.clamp((nowNanos - sinceNanos) / WINDOW, LEAST_NANOS_EACH, MOST_NANOS_EACH);
            nanosEach = (nanosEach + measured) / 2;
            ended = 0;
        }
    }

    /** Until who asks now is decided. */
    long waitNanos(int underWay) {
        return underWay * nanosEach;
    }

    /** Whether who asks now has to be told that it takes long. */
    boolean isLate(int underWay) {
        return underWay >= MANY && waitNanos(underWay) > SOON_NANOS;
    }
}
