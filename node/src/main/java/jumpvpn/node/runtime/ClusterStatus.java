package jumpvpn.node.runtime;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway sees those with which it shares sessions.
 *
 * @param mode whose word counts: {@code embedded}, {@code sticky} or {@code etcd}
 * @param name of the gateway that was asked
 * @param sessions that it serves
 * @param draining whether it sends them elsewhere
 * @param leaseLeftNanos how long it may take itself for an owner, 0: not any more, or not yet; null: it needs no lease
 * @param clients how many may come in
 * @param clientsDigest of their keys and addresses: gateways with the same clients have the same
 * @param members the gateways that are known, by number and name, itself included
 * @param store null: there is none
 */
public record ClusterStatus(
        String mode,
        String name,
        int sessions,
        boolean draining,
        @Nullable Long leaseLeftNanos,
        int clients,
        String clientsDigest,
        List<Row> members,
        @Nullable Store store) {
    /**
     * A gateway.
     *
     * @param number 0: it has none
     * @param alive null: nobody says
     * @param sessions that it had at its newest sign of life; negative: unknown
     * @param signAgeMillis how old that is; negative: unknown
     */
    public record Row(
            String name, int number, @Nullable Boolean alive, boolean draining, long sessions, long signAgeMillis) {}

    /**
     * The store.
     *
     * @param endpoint which is asked at present
     * @param p50Micros of the newest answers, half came within
     * @param p99Micros of the newest answers, 99 of a hundred came within
     * @param revision the newest that was heard of
     * @param error the newest, null: none so far
     */
    public record Store(
            String endpoint,
            long p50Micros,
            long p99Micros,
            long revision,
            @Nullable String error) {}
}
