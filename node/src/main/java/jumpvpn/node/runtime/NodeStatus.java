package jumpvpn.node.runtime;

import java.util.List;
import jumpvpn.core.data.DropCounters;
import jumpvpn.node.security.CryptoChoice;
import org.jspecify.annotations.Nullable;

/** How a node is. */
public sealed interface NodeStatus {
    /** The node's name. */
    String name();

    /** The TUN device's name. */
    String interfaceName();

    /** Whose ciphers and X25519 it uses. */
    CryptoChoice.Names crypto();

    /** Packets that went no further since the start, by reason, none left out. */
    DropCounters drops();

    /** What each open transport counted. */
    List<TransportStatus> transports();

    /**
     * A client.
     *
     * @param session the current one; in BIRTH and without id while there is none
     * @param candidates the paths that {@code jump --to} may name
     */
    record Client(
            String name,
            String interfaceName,
            SessionStatus session,
            List<CandidateStatus> candidates,
            CryptoChoice.Names crypto,
            DropCounters drops,
            List<TransportStatus> transports)
            implements NodeStatus {}

    /**
     * A gateway.
     *
     * @param listen where it receives
     * @param sinceMillis wall clock of its start
     * @param ownership whose word counts about sessions: {@code embedded}, {@code sticky} or {@code etcd}
     * @param state the folder in which sessions outlive the process; null: they end with it
     * @param stateProblem why nothing is committed there any more; null: all is well
     * @param clients how many its file knows
     * @param sessions the live ones
     */
    record Gateway(
            String name,
            String interfaceName,
            List<String> listen,
            long sinceMillis,
            String ownership,
            @Nullable String state,
            @Nullable String stateProblem,
            int clients,
            List<SessionStatus> sessions,
            CryptoChoice.Names crypto,
            DropCounters drops,
            List<TransportStatus> transports)
            implements NodeStatus {}
}
