package jumpvpn.core.gateway;

import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.HoldQueue;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;

/** A policy that sessions at rest share. */
record PolicySnapshot(Policy policy, DropCounters drops) {
    /** An empty queue with this policy's bounds. */
    HoldQueue queue() {
        return new HoldQueue(policy.get(PolicyKey.HOLD_BYTES_PER_SESSION), policy.get(PolicyKey.HOLD_MAX_AGE), drops);
    }
}
