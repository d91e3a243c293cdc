package jumpvpn.core.data;

import java.util.concurrent.atomic.AtomicLong;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;

/**
 * A source address, other than the peer's, that the newest authentic packets of a binding come from. Nothing has proven it yet: copies of what goes to the peer may go there too, inside three times the bytes that came from it
 * (contract section 2), challenges included. The receiving thread adds, whoever sends takes.
 */
public final class Roamed {
    private static final int MOST_TIMES = 3;
    /** The challenge and its one repetition, 9 bytes inside each, go there in any case. */
    private static final int CHALLENGE_BYTES = 2 * (PacketLayout.OVERHEAD + 9);

    /** The address. */
    public final Endpoint at;

    private final AtomicLong left;

    /** @param length of the datagram that came from there first */
    Roamed(long high, long low, int port, int length) {
        at = new Endpoint(new IpAddress(high, low), port);
        left = new AtomicLong((long) MOST_TIMES * length - CHALLENGE_BYTES);
    }

    /** Another datagram of so many bytes came from there. */
    void came(int length) {
        left.addAndGet((long) MOST_TIMES * length);
    }

    /** Whether a copy of so many bytes may go there; then they are spent. */
    boolean admits(int length) {
        return left.getAndUpdate(before -> before < length ? before : before - length) >= length;
    }
}
