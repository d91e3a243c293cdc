package jumpvpn.node.runtime;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jumpvpn.core.net.Endpoint;

/**
 * First messages of clients that come before the gateway has a lease and its records: kept for as long as their clients wait at most before they ask again, so that
 * nobody's start takes longer than the gateway's. Of each address the newest, a bounded number of them. The control thread's.
 */
final class EarlyHandshakes {
    static final int MOST = 64;
    static final long MOST_NANOS = 2_000_000_000L;

    /** One of them. */
    record Early(int socketId, Endpoint from, byte[] datagram, long untilNanos) {}

    private final Map<Endpoint, Early> waiting = new LinkedHashMap<>();

    void keep(long nowNanos, int socketId, Endpoint from, byte[] datagram) {
        waiting.remove(from);
        if (waiting.size() == MOST) {
            Iterator<Early> oldest = waiting.values().iterator();
            oldest.next();
            oldest.remove();
        }
        waiting.put(from, new Early(socketId, from, datagram, nowNanos + MOST_NANOS));
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** All whose time is not over, oldest first; none is kept. */
    List<Early> take(long nowNanos) {
        List<Early> all = waiting.values().stream()
                .filter(early -> nowNanos < early.untilNanos)
                .toList();
        waiting.clear();
        return all;
    }
}
