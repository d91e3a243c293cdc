package jumpvpn.core.gateway;

import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Prefix;

/** What the gateway asks of the world. Called on the gateway's own thread; must not block and must not call back into the gateway. */
@FunctionalInterface
public interface GatewayPort {
    /** Sends a datagram from a listening socket; it may be lost. Nobody changes its bytes: they may be sent again. */
    void transmit(int socketId, Endpoint to, byte[] datagram);

    /** Whether this socket sends only through connections, whose other end has shown that it receives there (QUIC, TCP). Only the socket knows: what a message names is the client's word. */
    default boolean isConnected(int socketId) {
        return false;
    }

    /**
     * Sends a datagram to another gateway, which takes it where it takes its clients'; it may be lost.
     *
     * @param gateway its number ({@link jumpvpn.core.ownership.Owner#gateway})
     */
    default void relay(long gateway, byte[] datagram) {
        // whoever is alone has nobody to send to
    }

    /** From now on packets to these inner addresses are this gateway's; said again is harmless. */
    default void owns(List<Prefix> inner) {
        // whoever is alone gets them anyway
    }

    /** They are not, but for a while the gateway hands on what still comes to the one that has them, which may not know yet; {@link #releases} ends that, or {@link #owns}. */
    default void handsOn(List<Prefix> inner) {
        // as above
    }

    /**
     * They are not any more.
     *
     * @param gateway the number of the gateway that has them now ({@link jumpvpn.core.ownership.Owner#gateway}); 0: nobody known
     */
    default void releases(List<Prefix> inner, long gateway) {
        // as above
    }
}
