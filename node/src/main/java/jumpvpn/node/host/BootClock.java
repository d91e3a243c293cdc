package jumpvpn.node.host;

/** Boot time: counts suspend, never steps, starts near 0 when the machine does. All deadlines are in it. Any thread. */
public final class BootClock {
    /** Nanoseconds since the machine started (CLOCK_BOOTTIME). */
    public long nowNanos() {
        return Libc.clockNanos(Libc.CLOCK_BOOTTIME);
    }
}
