package jumpvpn.node.runtime;

import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Resting;
import jumpvpn.core.net.Endpoint;

/** The deciding half of a node, as its control loop drives it: the agent or the gateway. One thread. */
interface Engine {
    /** A datagram that no binding has. */
    void receive(long nowNanos, int socketId, Endpoint from, byte[] datagram);

    /** A control message that a binding opened. */
    void receiveControl(long nowNanos, Binding binding, Endpoint from, byte[] message);

    /** Traffic on a binding that nobody watched. */
    void watch(long nowNanos, Binding binding);

    /** A packet for a session at rest. A client has none. */
    default void wake(long nowNanos, Resting session) {}

    /** The kernel's links or addresses changed. */
    void linksChanged(long nowNanos);

    /** Does what is due. */
    void proceed(long nowNanos);

    /** When {@link #proceed} has something to do. */
    long nextNanos();
}
