package jumpvpn.node.config;

import java.util.Optional;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;

/**
 * Where a client reaches a gateway.
 *
 * @param host an address literal without brackets, or a name that is to be looked up when used
 * @param port 1..65535
 * @param line where the file says so
 */
public record GatewayEndpoint(Protocol protocol, String host, int port, int line) {
    /**
     * Reads one that no file holds: its line is 0.
     *
     * @throws IllegalArgumentException with words for its user
     */
    public static GatewayEndpoint parse(String text) {
        try {
            return EndpointText.endpoint(text, 0);
        } catch (BadValue bad) {
            throw new IllegalArgumentException(bad.what() + "; " + bad.suggestion(), bad);
        }
    }

    /** The address if the host is a literal. */
    public Optional<IpAddress> address() {
        return EndpointText.literal(host);
    }

    /** {@code udp://198.51.100.1:4500}. */
    @Override
    public String toString() {
        return EndpointText.format(protocol, (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port);
    }
}
