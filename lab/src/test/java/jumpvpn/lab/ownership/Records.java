package jumpvpn.lab.ownership;

import java.nio.charset.StandardCharsets;
import java.util.List;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SwitchTimes;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;

/** Records for tests of session tables, with times around {@link #NOW}. */
final class Records {
    static final long SECOND = 1_000_000_000L;
    static final long NOW = 1000 * SECOND;
    static final long BOUND = NOW - 5 * SECOND;
    static final byte[] SECRET = "a secret that must not be seen..".getBytes(StandardCharsets.US_ASCII);

    private Records() {}

    static SessionId id(long number) {
        return new SessionId(3, number);
    }

    static SessionRecord born(long id, String client, Owner owner, long commitId) {
        return record(id, client, owner, commitId, row(1, 0, SessionState.ATTACHED, ReasonCode.HANDSHAKE_OK));
    }

    static SessionRecord bound(long id, String client, Owner owner, int epoch, long commitId) {
        return record(
                id,
                client,
                owner,
                commitId,
                row(epoch - 1, 9, SessionState.RECOVERING, ReasonCode.PEER_REPORTED),
                row(epoch, 0, SessionState.ATTACHED, ReasonCode.REATTACH_ACCEPT));
    }

    static SessionRecord ended(long id, String client, Owner owner, int epoch, long commitId) {
        return record(id, client, owner, commitId)
                .ended(owner, commitId, List.of(row(epoch, 3, SessionState.TERMINATED, ReasonCode.OPERATOR_TERMINATE)));
    }

    /** The same, but it ends soon if nobody binds it. */
    static SessionRecord dueSoon(SessionRecord record) {
        return new SessionRecord(
                record.id(),
                record.clientKey(),
                record.clientName(),
                record.owner(),
                record.commitId(),
                record.rows(),
                record.secrets(),
                record.bindNonce(),
                record.inner(),
                record.policy().with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 30 * SECOND),
                record.lifetimeEndNanos(),
                record.noBindingSinceNanos(),
                record.switches());
    }

    private static SessionRecord.Row row(int epoch, int step, SessionState to, ReasonCode reason) {
        return new SessionRecord.Row(StateVersion.of(epoch, step), SessionState.VOLATILE, to, reason);
    }

    private static SessionRecord record(long id, String client, Owner owner, long commitId, SessionRecord.Row... rows) {
        return new SessionRecord(
                id(id),
                client.repeat(32),
                "laptop",
                owner,
                commitId,
                List.of(rows),
                List.of(new SessionSecret(7, SECRET.clone())),
                "00112233445566778899aabbccddeeff",
                List.of(Prefix.parse("10.77.0.9/24"), Prefix.parse("fd77::9/64")),
                Policy.DEFAULT,
                NOW + 1000 * SECOND,
                BOUND,
                new SwitchTimes(BOUND, Long.MIN_VALUE, List.of()));
    }
}
