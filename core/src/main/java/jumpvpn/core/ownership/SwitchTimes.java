package jumpvpn.core.ownership;

import java.util.ArrayList;
import java.util.List;

/**
 * When a session was bound: what the limits of contract section 3 need to hold over a restart and a take-over (I7). Boot times.
 *
 * @param lastCommitNanos of any bind
 * @param lastForcedNanos of a bind that was not elective; {@link #LONG_AGO} if there was none
 * @param electiveNanos of elective binds, oldest first, those of the last minute, at most {@link #MOST}
 */
public record SwitchTimes(long lastCommitNanos, long lastForcedNanos, List<Long> electiveNanos) {
    /** As many elective switches as any policy allows in a minute. */
    public static final int MOST = 600;

    private static final long MINUTE_NANOS = 60_000_000_000L;

    /** Longer ago than any limit looks back. */
    public static final long LONG_AGO = Long.MIN_VALUE / 2;

    /** The handshake's bind: a commit, but neither elective nor forced. */
    public static SwitchTimes born(long nowNanos) {
        return new SwitchTimes(nowNanos, LONG_AGO, List.of());
    }

    /** The same and one more bind; elective ones of more than a minute ago are forgotten. */
    public SwitchTimes bound(long nowNanos, boolean elective) {
        if (!elective) {
            return new SwitchTimes(nowNanos, nowNanos, electiveNanos);
        }
        List<Long> kept = new ArrayList<>();
        for (long at : electiveNanos.subList(Math.max(0, electiveNanos.size() - MOST + 1), electiveNanos.size())) {
            if (nowNanos - at < MINUTE_NANOS) {
                kept.add(at);
            }
        }
        kept.add(nowNanos);
        return new SwitchTimes(nowNanos, lastForcedNanos, List.copyOf(kept));
    }

    /** The same, but the newest binds were not before those of the other. */
    public SwitchTimes notBefore(SwitchTimes other) {
        return new SwitchTimes(
                Math.max(lastCommitNanos, other.lastCommitNanos),
                Math.max(lastForcedNanos, other.lastForcedNanos),
                electiveNanos);
    }

    /** How many elective binds there were in the last minute. */
    public int electiveInAMinute(long nowNanos) {
        int count = 0;
        for (long at : electiveNanos) {
            count += nowNanos - at < MINUTE_NANOS ? 1 : 0;
        }
        return count;
    }

    SwitchTimes moved(long byNanos) {
        return new SwitchTimes(
                lastCommitNanos + byNanos,
                lastForcedNanos == LONG_AGO ? LONG_AGO : lastForcedNanos + byNanos,
                electiveNanos.stream().map(at -> at + byNanos).toList());
    }
}
