package jumpvpn.core.data;

/** Until when a gateway may take itself for its sessions' owner (contract section 4). One thread sets it, packet threads read it. Without a word: for ever. */
public final class Lease {
    /** As a deadline that never comes. */
    private static final long NEVER = Long.MAX_VALUE;

    private volatile long endNanos = NEVER;

    /** From now on it is over at this boot time; {@link Long#MIN_VALUE}: it has not begun. */
    public void endsAt(long nanos) {
        endNanos = nanos;
    }

    /** When it is over; {@link Long#MAX_VALUE}: never. */
    public long endNanos() {
        return endNanos;
    }

    /** Whether nothing may be delivered or sealed any more. */
    public boolean isOver(long nowNanos) {
        return nowNanos >= endNanos;
    }
}
