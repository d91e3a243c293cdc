package jumpvpn.core.gateway;

import java.util.ArrayDeque;

/** When a session was bound, for the limits of contract section 3. Bounded by the most switches that a policy allows in a minute. */
final class SwitchHistory {
    private static final int MOST = 600;
    private static final long LONG_AGO = Long.MIN_VALUE / 2;

    private final ArrayDeque<Long> electiveNanos = new ArrayDeque<>();
    private long lastCommitNanos = LONG_AGO;
    private long lastForcedNanos = LONG_AGO;

    /** The handshake's bind: a commit, but neither elective nor forced. */
    void born(long nowNanos) {
        lastCommitNanos = nowNanos;
    }

    void bound(long nowNanos, boolean elective) {
        lastCommitNanos = nowNanos;
        if (elective) {
            electiveNanos.add(nowNanos);
            if (electiveNanos.size() > MOST) {
                electiveNanos.remove();
            }
        } else {
            lastForcedNanos = nowNanos;
        }
    }

    int electiveWithin(long nowNanos, long windowNanos) {
        electiveNanos.removeIf(at -> nowNanos - at >= windowNanos);
        return electiveNanos.size();
    }

    long lastCommitNanos() {
        return lastCommitNanos;
    }

    long lastForcedNanos() {
        return lastForcedNanos;
    }
}
