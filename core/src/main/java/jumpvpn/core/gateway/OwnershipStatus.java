package jumpvpn.core.gateway;

/**
 * How a gateway stands as an owner (contract section 4).
 *
 * @param leased whether it may take itself for its sessions' owner
 * @param leaseEndNanos boot time at which it may not any more, unless the table takes another sign of life; {@link jumpvpn.core.session.Deadlines#NEVER} where the
 *     table is its own; {@link Long#MIN_VALUE}: there was no lease yet
 * @param draining whether it wants to be empty
 * @param sessions that it has
 * @param orphans others' sessions, whose owner is gone, that wait here for their end
 */
public record OwnershipStatus(boolean leased, long leaseEndNanos, boolean draining, int sessions, int orphans) {}
