package jumpvpn.core.agent;

import jumpvpn.core.control.ReattachMessage;
import jumpvpn.core.control.ReattachRequest;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;

/** Where the gateways of a {@link Script} are, and what a client sends there. */
interface Outside {
    Endpoint ONE = new Endpoint(IpAddress.parse("203.0.113.1"), 4500);
    Endpoint TWO = new Endpoint(IpAddress.parse("203.0.113.2"), 4500);
    Endpoint STRANGE = new Endpoint(IpAddress.parse("203.0.113.3"), 4500);
    long MILLI = 1_000_000L;

    /** A REATTACH_REQUEST that was sent. */
    record Request(
            long nanos, int pathId, Endpoint to, ReattachMessage.Proven<ReattachRequest> proven, byte[] datagram) {
        ReattachRequest body() {
            return proven.body();
        }

        @Override
        public String toString() {
            return pathId + ">" + nameOf(to) + " at " + nanos / MILLI;
        }
    }

    /** A PROBE that was sent. */
    record Probe(long nanos, int pathId, Endpoint to, ReattachMessage.Proven<Long> proven) {}

    /** A first message of a handshake that was sent. */
    record First(long nanos, int pathId, Endpoint to, byte[] datagram) {}

    static String nameOf(Endpoint endpoint) {
        return endpoint.equals(ONE) ? "gw1" : endpoint.equals(TWO) ? "gw2" : "strange";
    }
}
