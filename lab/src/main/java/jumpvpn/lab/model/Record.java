package jumpvpn.lab.model;

import java.util.List;

/**
 * What a commit leaves of a session: who loads it knows this and no more (contract sections 1 and 4). Times are boot times of whoever holds it.
 *
 * @param rows of the last commit, in order; before them those of the commit before, if whoever made the last one had not told them
 * @param generations of the secret, newest last
 * @param bindNonce of the request that began the epoch, empty for the handshake's
 * @param noBindingSinceNanos from when the transport-loss TTL counts if the owner's memory is lost
 */
public record Record(
        List<Row> rows,
        List<Long> generations,
        String bindNonce,
        long lifetimeEndNanos,
        long noBindingSinceNanos,
        Binds binds) {
    /** The same with these rows. */
    public Record with(List<Row> others) {
        return new Record(others, generations, bindNonce, lifetimeEndNanos, noBindingSinceNanos, binds);
    }

    /** The last row's. */
    public Version version() {
        return rows.getLast().version();
    }

    /** Whether the session still exists. */
    public boolean isLive() {
        return rows.getLast().to() != State.TERMINATED;
    }
}
