package jumpvpn.node.runtime;

import java.util.List;
import jumpvpn.core.net.IpAddress;
import jumpvpn.node.config.PeerKey;
import org.jspecify.annotations.Nullable;

/** What may be asked of a running node. */
public sealed interface Request {
    /** How is it? */
    record Status() implements Request {}

    /** Which sessions are there? */
    record Sessions() implements Request {}

    /**
     * Switch the session to another path (OPERATOR_JUMP).
     *
     * @param to the id of a candidate, an interface's name or a local address; null: the best other one
     */
    record Jump(@Nullable String to) implements Request {}

    /**
     * End a session (OPERATOR_TERMINATE).
     *
     * @param session its id, or at a gateway the name of its client
     */
    record Terminate(String session) implements Request {}

    /** Send every session to another gateway, and take none. */
    record Drain() implements Request {}

    /** How are the gateways that share sessions with this one, and their store? */
    record Cluster() implements Request {}

    /**
     * Admit a client.
     *
     * @param client its name
     * @param addresses its inner ones
     */
    record Admit(String client, PeerKey key, List<IpAddress> addresses) implements Request {}

    /**
     * Admit a client no more, and end its session, wherever it is.
     *
     * @param client its name
     * @param key its public key, where it is known: then the name may be another's as well; null: all of that name
     */
    record Revoke(String client, @Nullable PeerKey key) implements Request {}
}
