package jumpvpn.lab.sim;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.net.Endpoint;

/** Where one gateway may send packets of bindings: to who asked it for one or answered a challenge; elsewhere at most three times what came from there authentically. */
final class ProvenAddresses {
    private static final int MOST_TIMES = 3;

    private final String gateway;
    private final Set<Endpoint> proven = new HashSet<>(); // never iterated
    private final Map<Endpoint, Long> left = new HashMap<>(); // never iterated

    ProvenAddresses(String gateway) {
        this.gateway = gateway;
    }

    /** A handshake, a request or the answer to a challenge came from there. */
    void prove(Endpoint from) {
        proven.add(from);
    }

    /** An authentic packet of a binding came from there. */
    void came(Endpoint from, int length) {
        left.merge(from, (long) MOST_TIMES * length, Long::sum);
    }

    /** The gateway sends something. */
    void sends(Endpoint to, byte[] bytes) {
        if (bytes[0] != PacketLayout.DATA && bytes[0] != PacketLayout.CONTROL || proven.contains(to)) {
            return;
        }
        if (left.merge(to, (long) -bytes.length, Long::sum) < 0) {
            throw new Violation(
                    "REBIND",
                    gateway + " sends more than three times what came from " + to
                            + ", which never asked for it nor proved itself");
        }
    }
}
