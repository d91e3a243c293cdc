package jumpvpn.node.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.session.Policy;
import org.jspecify.annotations.Nullable;

/**
 * A gateway's file.
 *
 * @param listen at least one, of built protocols only
 * @param state the folder in which sessions outlive the process, unless a store keeps them; null: they end with it
 * @param dashboard null: none
 * @param clients in the file's order; names, keys and addresses are unique
 * @param policy the defaults with what the file changes
 * @param ownership where the truth about sessions is
 * @param cluster what it shares with other gateways
 */
public record GatewayConfig(
        Path file,
        String name,
        NodeKey privateKey,
        List<Listen> listen,
        @Nullable Path control,
        @Nullable Path events,
        @Nullable NodeKey eventsKey,
        @Nullable Path state,
        CryptoLibrary crypto,
        Packets packets,
        @Nullable Dashboard dashboard,
        Exports exports,
        Network network,
        List<Client> clients,
        Policy policy,
        Ownership ownership,
        Cluster cluster,
        List<String> warnings)
        implements NodeConfig {
    /**
     * The inner network.
     *
     * @param interfaceName the TUN device's name
     * @param addresses the gateway's own inner addresses with the prefixes that clients get theirs from: at most one IPv4 and one IPv6
     * @param masquerade whether clients are NATed out of this host
     * @param line of the section
     */
    public record Network(String interfaceName, List<Prefix> addresses, boolean masquerade, int line) {}

    /**
     * A client that may connect.
     *
     * @param addresses inside the network's prefixes, at most one IPv4 and one IPv6; empty: from the pool
     * @param line of the section
     */
    public record Client(String name, PeerKey publicKey, List<IpAddress> addresses, int line) {}

    /** The client with this key. */
    public Optional<Client> client(PeerKey key) {
        return clients.stream().filter(client -> client.publicKey().equals(key)).findFirst();
    }

    /** The lowest address of one of the network's prefixes that neither the gateway nor a client has; empty if none is left. */
    public Optional<IpAddress> freeAddress(Prefix prefix) {
        IpAddress next = Addresses.masked(prefix).address();
        do {
            next = new IpAddress(next.high(), next.low() + 1);
        } while (prefix.contains(next) && isTaken(next));
        return prefix.contains(next) && !Addresses.isReserved(next, prefix) ? Optional.of(next) : Optional.empty();
    }

    private boolean isTaken(IpAddress address) {
        return network.addresses().stream().anyMatch(prefix -> prefix.address().equals(address))
                || clients.stream().anyMatch(client -> client.addresses().contains(address));
    }

    /**
     * Reads the file.
     *
     * @throws ConfigException if it can't be used as it is
     */
    public static GatewayConfig load(Path file) throws ConfigException {
        return GatewayFile.read(ConfigFile.open(file));
    }

    /**
     * What the file would be if it had this text.
     *
     * @throws ConfigException if it could not be used so
     */
    public static GatewayConfig of(Path file, String text) throws ConfigException {
        return GatewayFile.read(ConfigFile.of(file, text));
    }
}
