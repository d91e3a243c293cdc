package jumpvpn.core.agent;

import jumpvpn.core.control.Grant;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.session.ReasonCode;

/** What the agent asks of the world. Called on the agent's own thread; must not block and must not call back into the agent. */
public interface AgentPort {
    /** Sends a datagram on a path; it may be lost. The array is the agent's no more. */
    void transmit(int pathId, Endpoint to, byte[] datagram);

    /** A session was granted; nothing of it is forwarded yet. */
    void granted(Grant.Session session, String gateway);

    /** The session's packets are forwarded from now on, ATTACHED is said next: its inner addresses and MTU belong on the TUN. Not before: what came in between would be lost. */
    default void attached(Grant.Session session) {
        // there may be no TUN
    }

    /**
     * The active path carries inner packets of so many bytes whole: that is the TUN's MTU from now on. Said again when it changes; not while it is being found out.
     *
     * @param bytes from 1280 to the session's MTU
     */
    void innerMtu(int bytes);

    /**
     * An attempt to connect, or a session, ended; the agent tries again by itself.
     *
     * @param text for people: what happened and what to do
     */
    void ended(ReasonCode reason, String text);
}
