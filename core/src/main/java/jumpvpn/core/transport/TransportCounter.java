package jumpvpn.core.transport;

/** What a {@link Transport} counts: each datagram that it dropped under one reason, and what it did to connections. */
public enum TransportCounter {
    /** A send found no room. Nothing was dropped: the rest went back to the caller. */
    NO_ROOM,
    /** Datagrams that the kernel refused to send. */
    REFUSED,
    /** Datagrams longer than the peer can be sent now. */
    TOO_LONG,
    /** Datagrams to a peer that there is no connection with. */
    NO_PEER,
    /** Datagrams that gave way to newer ones while they waited for a slow or unfinished connection. */
    DISPLACED,
    /** Datagrams that waited for a connection which then died. */
    CONNECTION_LOST,
    /** Datagrams that arrived while the receiver had no room. */
    NOT_RECEIVED,
    /** Datagrams that arrived and were longer than the receiver's slot. */
    CUT,
    /** Connections that became usable. */
    CONNECTED,
    /** Connections that ended, or never became usable. */
    DISCONNECTED,
    /** Connections that were closed because the peer broke the framing. */
    BAD_FRAME,
    /** Connections that were refused because there were too many. */
    TURNED_AWAY,
    /** Connections that were closed because this end had nothing to say to whoever made them. */
    UNPROVEN
}
