package jumpvpn.core.gateway;

import jumpvpn.core.control.Nonce;
import jumpvpn.core.control.ReattachMessage.Proven;
import jumpvpn.core.control.ReattachRequest;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.session.SessionId;

/**
 * A proven request and where it came from.
 *
 * @param id of the session
 * @param pathName what operators call the path that it asks for, seen from here
 */
record Asked(
        int socketId, Endpoint from, byte[] datagram, Proven<ReattachRequest> proven, SessionId id, String pathName) {
    /** With the session that its ticket names. */
    Asked(int socketId, Endpoint from, byte[] datagram, Proven<ReattachRequest> proven) {
        this(
                socketId,
                from,
                datagram,
                proven,
                SessionId.of(proven.ticket().sessionId()),
                ActivePath.name(proven.body().protocol(), from));
    }

    ReattachRequest request() {
        return proven.body();
    }

    Nonce nonce() {
        return proven.nonce();
    }
}
