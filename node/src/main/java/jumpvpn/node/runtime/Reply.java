package jumpvpn.node.runtime;

import java.util.List;

/** A running node's answer to a {@link Request}. */
public sealed interface Reply {
    /** To {@link Request.Status}. */
    record Status(NodeStatus status) implements Reply {}

    /** To {@link Request.Sessions}. */
    record Sessions(List<SessionStatus> sessions) implements Reply {}

    /** To {@link Request.Cluster}. */
    record Cluster(ClusterStatus cluster) implements Reply {}

    /**
     * It was done, or has begun.
     *
     * @param text one line for the user
     */
    record Done(String text) implements Reply {
        /** A client is let in from now on. */
        static Done admitted(String client) {
            return new Done("client " + client + " is admitted");
        }

        /** A client is let in no more. */
        static Done revoked(String client) {
            return new Done("client " + client + " is admitted no more, its session ends");
        }
    }

    /**
     * It was not done.
     *
     * @param reason a code that stays the same, such as {@code COOLDOWN_ACTIVE}
     * @param text one line for the user: why, and what to do
     */
    record Refused(String reason, String text) implements Reply {}
}
