package jumpvpn.node.config;

import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;

/**
 * Where a gateway receives.
 *
 * @param endpoint a literal address, perhaps 0.0.0.0 or ::, and a port of 1..65535
 * @param line where the file says so, for errors found later, such as a port in use
 */
public record Listen(Protocol protocol, Endpoint endpoint, int line) {
    /** Whether both want the same UDP port: plain UDP and QUIC can have it together. */
    public boolean sharesPortWith(Listen other) {
        return protocol != other.protocol
                && protocol != Protocol.TCP
                && other.protocol != Protocol.TCP
                && endpoint.equals(other.endpoint);
    }

    /** {@code udp://0.0.0.0:4500}. */
    @Override
    public String toString() {
        return EndpointText.format(protocol, endpoint.toString());
    }
}
