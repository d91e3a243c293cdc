package jumpvpn.core.ownership;

import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * A gateway of the configured set (contract section 4).
 *
 * @param number 1 to 255, first byte of the wire identifiers that it gives out; 0: it was given none, and all bytes are random
 * @param endpoints where it listens
 * @param inside its address on the network behind; null: none
 * @param gone it has left for good: its sessions end, nobody else's move
 */
public record Member(
        String name,
        int number,
        List<Endpoint> endpoints,
        @Nullable IpAddress inside,
        boolean gone) {
    /** The highest number: it is one byte. */
    public static final int MOST = 255;

    public Member {
        if (number < 0 || number > MOST) {
            throw new IllegalArgumentException("a member's number is 0 to " + MOST + ", not " + number);
        }
        endpoints = List.copyOf(endpoints);
    }

    /** The number by which tickets and records name it. */
    public long gateway() {
        return Owner.number(name);
    }
}
