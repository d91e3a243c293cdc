package jumpvpn.lab.sim;

import jumpvpn.core.observability.Event;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;

/**
 * Whoever looks on: hears all that the ends say, and what befalls them, in the order in which it happens. One observer sees one seed. Any method may throw a
 * {@link Violation}; none may touch the world.
 */
public interface Observer {
    /** A process starts. */
    default void started(long nanos, String node, Role role) {}

    /** A process is gone, and with it all that it held in memory. */
    default void stopped(long nanos, String node) {}

    /**
     * An end says something.
     *
     * @param nanos simulated time; the event's own is the boot time of its machine
     */
    default void event(long nanos, String node, Event event) {}

    /** An inner packet of a session comes out of an end's tunnel, in a binding of this epoch. */
    default void delivered(long nanos, String node, SessionId session, int epoch) {}

    /** The seed is over; the network has healed before. */
    default void finished(long nanos) {}
}
