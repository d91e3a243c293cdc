package jumpvpn.node.runtime;

import java.util.ArrayDeque;
import java.util.Deque;
import jumpvpn.core.net.Endpoint;

/**
 * Datagrams that overtook the message which makes their binding: data right behind an ACK, or behind a request, is here before the control thread has attached. Or
 * those for a session that it has yet to wake, or whose bind the table has yet to confirm. Kept for a while, a bounded number of them, then counted as lost. Receiving thread only.
 */
final class Parked {
    /** How soon to try again while any wait. */
    static final long RETRY_NANOS = 200_000;

    /** How long the control thread may take. */
    static final long TURN_NANOS = 20_000_000;

    /** How long the table may take. */
    static final long COMMIT_NANOS = 1_000_000_000;

    /** One of them. */
    record Datagram(byte[] bytes, Endpoint from, long untilNanos) {}

    private final int most;
    private final long mostNanos;
    private final Deque<Datagram> waiting = new ArrayDeque<>();

    /** @param mostNanos how long each waits at most */
    Parked(int most, long mostNanos) {
        this.most = most;
        this.mostNanos = mostNanos;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }

    /** Keeps one; false if there are too many. */
    boolean add(byte[] bytes, Endpoint from, long nowNanos) {
        if (waiting.size() == most) {
            return false;
        }
        waiting.add(new Datagram(bytes, from, nowNanos + mostNanos));
        return true;
    }

    /** Takes the oldest. */
    Datagram remove() {
        return waiting.remove();
    }

    /** Puts one back that is still unknown; false if its time is over. */
    boolean again(Datagram datagram, long nowNanos) {
        return nowNanos < datagram.untilNanos && waiting.add(datagram);
    }
}
