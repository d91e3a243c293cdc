package jumpvpn.node.ownership.etcd;

import java.util.List;
import jumpvpn.core.ownership.Owner;
import org.jspecify.annotations.Nullable;

/**
 * How the store is doing.
 *
 * @param endpoint of the member in use
 * @param p50Micros median of the last 1,024 calls
 * @param p99Micros 99 of 100 of them took at most this
 * @param revision the highest that was seen
 * @param error why nothing is committed at present; null: all is well
 * @param present the owners that live
 */
public record StoreHealth(
        String endpoint,
        long p50Micros,
        long p99Micros,
        long revision,
        @Nullable String error,
        List<Present> present) {
    /**
     * An owner whose lease is not over.
     *
     * @param number of the member
     * @param signWallNanos wall clock of its last sign of life; 0: none yet
     * @param sessions that it had then
     * @param isDraining whether it was emptying itself
     */
    public record Present(Owner owner, int number, String name, long signWallNanos, int sessions, boolean isDraining) {}
}
