package jumpvpn.core.data;

/** Why a packet went no further. Every packet is counted once: sent, delivered, or here. */
public enum DropReason {
    /** Shorter than any packet of ours, or an unknown first byte. */
    MALFORMED,
    /** No binding has this wire identifier. */
    UNKNOWN_WIRE_ID,
    /** The tag is wrong: changed on the way, or forged. */
    BAD_TAG,
    /** The counter was seen before, or lies behind the window. */
    REPLAYED,
    /** The binding has ended and its drain is over. */
    BINDING_ENDED,
    /** The inner packet is no IPv4 or IPv6 packet, or its length is wrong. */
    BAD_INNER,
    /** The other half of an inner packet did not come. */
    HALF_LOST,
    /** The inner source address is not the session's. */
    FOREIGN_SOURCE,
    /** No session has the inner destination. */
    NO_ROUTE,
    /** The session's gate says DROP. */
    GATE_CLOSED,
    /** Held, then pushed out by newer packets or by age. */
    HELD_TOO_LONG,
    /** The binding's key may seal no more. */
    KEY_EXHAUSTED,
    /** The gateway's lease is over: others may have the session now. */
    LEASE_OVER,
    /** The socket or the TUN took it not. */
    BACK_PRESSURE,
    /** The control side's queue is full. */
    CONTROL_QUEUE_FULL
}
