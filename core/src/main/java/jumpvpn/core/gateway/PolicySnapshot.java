package jumpvpn.core.gateway;

import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.HoldQueue;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;

/**
 * A policy that sessions at rest share.
 *
 * @param attached they have a path: packets wait for nothing but the control thread
 */
record PolicySnapshot(Policy policy, boolean attached, DropCounters drops) {
    private static final long WAKE_BYTES = 65_536;
    private static final long WAKE_NANOS = 1_000_000_000;

    /** An empty queue with this policy's bounds; a policy that holds next to nothing is no reason to lose what has a path. */
    HoldQueue queue() {
        long bytes = policy.get(PolicyKey.HOLD_BYTES_PER_SESSION);
        long ageNanos = policy.get(PolicyKey.HOLD_MAX_AGE);
        return attached
                ? new HoldQueue(Math.max(bytes, WAKE_BYTES), Math.max(ageNanos, WAKE_NANOS), drops)
                : new HoldQueue(bytes, ageNanos, drops);
    }
}
