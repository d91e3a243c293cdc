package jumpvpn.node.config;

import java.util.List;
import java.util.Optional;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;

/** Reads addresses and prefixes and knows which of them a host may have. */
final class Addresses {
    private Addresses() {}

    static IpAddress address(String text) throws BadValue {
        try {
            return IpAddress.parse(text);
        } catch (IllegalArgumentException e) {
            int slash = text.indexOf('/');
            throw new BadValue(
                    "\"" + text + "\" is no IP address",
                    slash > 0
                            ? "leave the prefix length out: \"" + text.substring(0, slash) + "\""
                            : "write one such as \"10.77.0.2\" or \"fd77::2\"");
        }
    }

    /** An address of a gateway and the prefix around it. */
    static Prefix network(String text) throws BadValue {
        Prefix prefix = prefix(text, "10.77.0.1/24");
        int most = prefix.address().isV4() ? 30 : 126;
        if (prefix.length() > most || prefix.length() < 8) {
            throw new BadValue(
                    "\"" + text + "\" leaves no sensible room for clients",
                    "use a prefix of /8 to /" + most + ", such as "
                            + (prefix.address().isV4() ? "10.77.0.1/24" : "fd77::1/64"));
        }
        if (isReserved(prefix.address(), prefix)) {
            throw new BadValue(
                    "\"" + text + "\" is the network's own or broadcast address, not a host's",
                    "write the gateway's address in it, such as " + first(prefix) + "/" + prefix.length());
        }
        return prefix;
    }

    static Prefix route(String text) throws BadValue {
        Prefix prefix = prefix(text, "10.88.0.0/24");
        Prefix masked = masked(prefix);
        if (!masked.equals(prefix)) {
            throw new BadValue("route \"" + text + "\" has bits behind its prefix length", "write \"" + masked + "\"");
        }
        return prefix;
    }

    private static Prefix prefix(String text, String example) throws BadValue {
        try {
            return Prefix.parse(text);
        } catch (IllegalArgumentException e) {
            Optional<IpAddress> bare = EndpointText.literal(text);
            throw new BadValue(
                    "\"" + text + "\" is no address with prefix length",
                    "write \""
                            + bare.map(address -> address + (address.isV4() ? "/32" : "/128"))
                                    .orElse(example) + "\"");
        }
    }

    static Prefix masked(Prefix prefix) {
        byte[] bytes = prefix.address().bytes();
        for (int bit = prefix.length(); bit < bytes.length * 8; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >>> bit % 8);
        }
        return new Prefix(IpAddress.of(bytes), prefix.length());
    }

    private static IpAddress first(Prefix prefix) {
        byte[] bytes = masked(prefix).address().bytes();
        bytes[bytes.length - 1] |= 1;
        return IpAddress.of(bytes);
    }

    /** Whether it is the prefix's first address, or IPv4's last (RFC 919 section 7, RFC 4291 section 2.6.1). */
    static boolean isReserved(IpAddress address, Prefix prefix) {
        if (address.equals(masked(prefix).address())) {
            return true;
        }
        int hostMask = prefix.length() == 0 ? -1 : (1 << (32 - prefix.length())) - 1;
        return address.isV4() && (address.v4Bits() & hostMask) == hostMask;
    }

    /** Refuses a second value of the same family. */
    static boolean sameFamily(IpAddress address, List<IpAddress> others) {
        return others.stream().anyMatch(other -> other.isV4() == address.isV4());
    }
}
