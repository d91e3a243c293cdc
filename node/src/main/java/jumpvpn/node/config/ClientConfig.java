package jumpvpn.node.config;

import java.nio.file.Path;
import java.util.List;
import jumpvpn.core.net.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * A client's file.
 *
 * @param dashboard null: none
 * @param gateways at least one, in order of preference, each with at least one endpoint of a built protocol
 */
public record ClientConfig(
        Path file,
        String name,
        NodeKey privateKey,
        @Nullable Path control,
        @Nullable Path events,
        @Nullable NodeKey eventsKey,
        CryptoLibrary crypto,
        Packets packets,
        @Nullable Dashboard dashboard,
        Exports exports,
        Network network,
        List<Gateway> gateways,
        List<String> warnings)
        implements NodeConfig {
    /**
     * The inner network.
     *
     * @param interfaceName the TUN device's name
     * @param routes what goes through the tunnel; none overlaps another
     * @param line of the section
     * @param routesLine of the routes
     */
    public record Network(String interfaceName, List<Prefix> routes, int line, int routesLine) {}

    /**
     * A gateway that may be used.
     *
     * @param endpoints in order of preference
     * @param line of the section
     */
    public record Gateway(String name, PeerKey publicKey, List<GatewayEndpoint> endpoints, int line) {}

    /**
     * Reads the file.
     *
     * @throws ConfigException if it can't be used as it is
     */
    public static ClientConfig load(Path file) throws ConfigException {
        return ClientFile.read(ConfigFile.open(file));
    }

    /**
     * What the file would be if it had this text.
     *
     * @throws ConfigException if it could not be used so
     */
    public static ClientConfig of(Path file, String text) throws ConfigException {
        return ClientFile.read(ConfigFile.of(file, text));
    }
}
