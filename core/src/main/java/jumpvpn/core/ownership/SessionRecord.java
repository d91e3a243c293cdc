package jumpvpn.core.ownership;

import java.util.HexFormat;
import java.util.List;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.jspecify.annotations.Nullable;

/**
 * The truth about a session, as committed. After its termination what is left of it are its last rows, without secrets, until their events are surely told; then
 * it is removed. All times are boot times of the machine that holds this object.
 *
 * @param clientKey the client's public key, 32 bytes in hexadecimal
 * @param owner who committed it last
 * @param commitId of the commit that wrote this record
 * @param rows of the last commit, one or two, in order; before them those of the commit before, if whoever made the last one had not told them. Whoever loads the record
 *     says them all again
 * @param secrets newest generation last; at most three: what the client named, what it may have missed, the newest; none after the end
 * @param bindNonce hexadecimal nonce of the request that began the epoch; empty for the handshake's
 * @param noBindingSinceNanos the transport-loss TTL counts from here. As committed: the commit's time. What a table gives back has it moved to the owner's latest
 *     durable sign of life, or to the loss of the binding that a mark has told
 */
public record SessionRecord(
        SessionId id,
        String clientKey,
        String clientName,
        Owner owner,
        long commitId,
        List<Row> rows,
        List<SessionSecret> secrets,
        String bindNonce,
        List<Prefix> inner,
        Policy policy,
        long lifetimeEndNanos,
        long noBindingSinceNanos,
        SwitchTimes switches) {

    /** The most rows: two commits, each with one that makes a bind or an end possible, and that one. */
    public static final int MOST_ROWS = 4;

    /** The most generations of the secret. */
    public static final int MOST_SECRETS = 3;

    /**
     * A committed row.
     *
     * @param version after it
     */
    public record Row(StateVersion version, SessionState from, SessionState to, ReasonCode reason) {
        private boolean binds() {
            return to == SessionState.ATTACHED;
        }
    }

    /** Of these rows of a live record those of its last commit, which made a bind: what comes after the bind before. None of none. */
    public static List<Row> ofLastCommit(List<Row> rows) {
        int from = Math.max(0, rows.size() - 1);
        while (from > 0 && !rows.get(from - 1).binds()) {
            from--;
        }
        return rows.subList(from, rows.size());
    }

    /** The key of clientKey. */
    public static String clientKey(byte[] publicKey) {
        return HexFormat.of().formatHex(publicKey);
    }

    /** The version of the last committed row. */
    public StateVersion version() {
        return rows.getLast().version();
    }

    /** The state that the last committed row led to: ATTACHED or TERMINATED. */
    public SessionState state() {
        return rows.getLast().to();
    }

    /** When the transport-loss TTL is over, without a binding since {@link #noBindingSinceNanos}. */
    public long lossEndNanos() {
        return noBindingSinceNanos + policy.get(PolicyKey.SESSION_TRANSPORT_LOSS_TTL);
    }

    /** When the session ends if nobody binds it any more. */
    public long dueNanos() {
        return Math.min(lifetimeEndNanos, lossEndNanos());
    }

    /** Whether the session still exists. */
    public boolean isLive() {
        return state().isLive();
    }

    /** The newest secret. */
    public SessionSecret secret() {
        return secrets.getLast();
    }

    /** The same record by a boot clock that shows so much more. */
    public SessionRecord moved(long byNanos) {
        return new SessionRecord(
                id,
                clientKey,
                clientName,
                owner,
                commitId,
                rows,
                secrets,
                bindNonce,
                inner,
                policy,
                lifetimeEndNanos + byNanos,
                noBindingSinceNanos + byNanos,
                switches.moved(byNanos));
    }

    /** What is left at the end: the last rows, without secrets. */
    public SessionRecord ended(Owner by, long byCommit, List<Row> lastRows) {
        return new SessionRecord(
                id,
                clientKey,
                clientName,
                by,
                byCommit,
                lastRows,
                List.of(),
                "",
                inner,
                policy,
                lifetimeEndNanos,
                noBindingSinceNanos,
                switches);
    }

    /** The same record with secrets of its own, so that whoever wipes his wipes nobody else's. */
    public SessionRecord copy() {
        return new SessionRecord(
                id,
                clientKey,
                clientName,
                owner,
                commitId,
                rows,
                copies(),
                bindNonce,
                inner,
                policy,
                lifetimeEndNanos,
                noBindingSinceNanos,
                switches);
    }

    private List<SessionSecret> copies() {
        return switch (secrets.size()) {
            case 1 -> List.of(secrets.getFirst().copy());
            case 2 -> List.of(secrets.getFirst().copy(), secrets.getLast().copy());
            default -> secrets.stream().map(SessionSecret::copy).toList();
        };
    }

    /** The secret of a generation, or null. */
    public @Nullable SessionSecret secret(int generation) {
        for (SessionSecret secret : secrets) {
            if (secret.generation() == generation) {
                return secret;
            }
        }
        return null;
    }

    /** The same record with another beginning of the transport-loss TTL. */
    public SessionRecord noBindingSince(long nanos) {
        return new SessionRecord(
                id,
                clientKey,
                clientName,
                owner,
                commitId,
                rows,
                secrets,
                bindNonce,
                inner,
                policy,
                lifetimeEndNanos,
                nanos,
                switches);
    }

    /**
     * The generations of the secret after a commit: what the client named, what it may have missed, and the newest.
     *
     * @param named the generation that the client named
     */
    public List<SessionSecret> generations(SessionSecret named, SessionSecret made) {
        return named.generation() == secret().generation() ? List.of(named, made) : List.of(named, secret(), made);
    }

    /** The same record with another newest generation of the secret: a commit without a row. */
    public SessionRecord renewed(long newCommitId, List<SessionSecret> generations) {
        return new SessionRecord(
                id,
                clientKey,
                clientName,
                owner,
                newCommitId,
                rows,
                generations,
                bindNonce,
                inner,
                policy,
                lifetimeEndNanos,
                noBindingSinceNanos,
                switches);
    }
}
