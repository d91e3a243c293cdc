package jumpvpn.core.agent;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.session.Deadlines;

/** The bindings that a session has left: they receive for two seconds more, and what they carried still counts. */
final class RetiredBindings {
    private static final long DRAIN_NANOS = 2_000_000_000L;

    private final LookupTable<Bound> bindings;
    private final List<Binding> draining = new ArrayList<>();
    private long sentBytes;
    private long receivedBytes;
    private long drainedNanos = Deadlines.NEVER;

    RetiredBindings(LookupTable<Bound> bindings) {
        this.bindings = bindings;
    }

    void retire(long nowNanos, Binding binding) {
        binding.receiveUntil(nowNanos + DRAIN_NANOS);
        sentBytes += binding.delivery.sentBytes();
        receivedBytes += binding.delivery.receivedBytes();
        draining.add(binding);
        drainedNanos = Math.min(drainedNanos, nowNanos + DRAIN_NANOS);
    }

    boolean contains(Binding binding) {
        return draining.contains(binding);
    }

    /** When {@link #forget} has something to do. */
    long drainedNanos() {
        return drainedNanos;
    }

    /** Forgets what receives no more. */
    void forget(long nowNanos) {
        drainedNanos = Deadlines.NEVER;
        for (Binding binding : List.copyOf(draining)) {
            if (binding.receives(nowNanos)) {
                drainedNanos = nowNanos + DRAIN_NANOS;
            } else {
                bindings.remove(0, binding.localWireId);
                binding.wipe();
                draining.remove(binding);
            }
        }
    }

    /** The session has ended: none receives any more. */
    void end(long nowNanos) {
        draining.forEach(binding -> binding.receiveUntil(nowNanos));
        forget(nowNanos);
    }

    long sentBytes() {
        return sentBytes;
    }

    long receivedBytes() {
        return receivedBytes;
    }
}
