package jumpvpn.node.runtime;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import jumpvpn.core.net.IpAddress;

/** The gateways behind a host name: each address is one of its own, {@code name/address}; where there is one of a family it has the plain name, so that IPv4 and IPv6 are one gateway. */
final class NamedAddresses {
    private NamedAddresses() {}

    /**
     * What the name stands for after it was looked up again. A gateway keeps the name that it has, else the session there would lose its path.
     *
     * @param before addresses and gateways until now
     * @param found what the look-up gave
     * @param needed addresses that stay though they were not found: name servers tell a part of many, or a part in turn
     */
    static Map<IpAddress, String> merged(
            String name, Map<IpAddress, String> before, List<IpAddress> found, Set<IpAddress> needed) {
        Map<IpAddress, String> merged = new TreeMap<>(before);
        merged.keySet().removeIf(address -> !found.contains(address) && !needed.contains(address));
        List<IpAddress> fresh = found.stream()
                .filter(address -> !merged.containsKey(address))
                .distinct()
                .toList();
        for (IpAddress address : fresh) {
            boolean alone = merged.keySet().stream().noneMatch(other -> other.isV4() == address.isV4())
                    && fresh.stream().allMatch(other -> other.equals(address) || other.isV4() != address.isV4());
            merged.put(address, alone ? name : name + "/" + address);
        }
        return merged;
    }
}
