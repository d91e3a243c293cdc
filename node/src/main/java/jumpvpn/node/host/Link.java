package jumpvpn.node.host;

import java.util.List;
import jumpvpn.core.net.Prefix;

/**
 * A network interface as it was at one moment.
 *
 * @param index the kernel's number for it, never reused while it exists
 * @param up switched on, with carrier, and ready to send
 * @param mtu bytes
 * @param addresses usable ones with their prefix lengths, in the kernel's order: tentative, failed and deprecated IPv6 addresses are left out; link-local ones are in
 */
public record Link(int index, String name, boolean up, int mtu, boolean loopback, Kind kind, List<Prefix> addresses) {
    /** What it is made of: a guess from what the kernel says. */
    public enum Kind {
        ETHERNET,
        WIFI,
        CELLULAR,
        /** Tunnels, loopback and all else. */
        OTHER
    }

    public Link {
        addresses = List.copyOf(addresses);
    }
}
