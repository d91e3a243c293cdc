package jumpvpn.core.ownership;

/**
 * Both clocks at one moment, so that boot times can cross a restart or go to another machine (contract section 4: stored as time left with the wall clock of the
 * commit).
 *
 * @param bootNanos boot time
 * @param wallNanos nanoseconds since 1970
 */
public record ClockReading(long bootNanos, long wallNanos) {
    /**
     * What to add to a boot time that was taken by this reading's boot clock, so that it means the same moment by the boot clock of {@code now}. If the wall clock
     * was set back in between, no time has passed: nothing lasts longer than it had left, and nothing seems longer ago than it was.
     */
    public long shiftTo(ClockReading now) {
        long passedNanos = Math.max(0, now.wallNanos - wallNanos);
        return now.bootNanos - bootNanos - passedNanos;
    }
}
