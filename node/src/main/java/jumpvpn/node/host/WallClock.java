package jumpvpn.node.host;

/** The time of day: for what people read and for expiry across machines, never for deadlines, because it steps. */
public final class WallClock {
    /** Milliseconds since 1970, UTC. */
    public long nowMillis() {
        return System.currentTimeMillis();
    }
}
