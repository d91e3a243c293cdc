package jumpvpn.core.ownership;

import java.util.HexFormat;
import java.util.List;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.StateVersion;

/**
 * The truth about a session, as committed.
 *
 * @param clientKey the client's public key, 32 bytes in hexadecimal
 * @param version of the last committed row
 * @param commitId of the commit that wrote this record
 * @param secrets newest generation last; at most three: what the client named, what it may have missed, the newest
 * @param bindNonce hexadecimal nonce of the request that began the epoch; empty for the handshake's
 * @param lifetimeEndNanos boot time
 * @param noBindingSinceNanos boot time of the last durable sign of life: the transport-loss TTL counts from it
 */
public record SessionRecord(
        SessionId id,
        String clientKey,
        String clientName,
        StateVersion version,
        long commitId,
        List<SessionSecret> secrets,
        String bindNonce,
        List<Prefix> inner,
        Policy policy,
        long lifetimeEndNanos,
        long noBindingSinceNanos) {

    /** The key of clientKey. */
    public static String clientKey(byte[] publicKey) {
        return HexFormat.of().formatHex(publicKey);
    }

    /** The newest secret. */
    public SessionSecret secret() {
        return secrets.getLast();
    }
}
