package jumpvpn.node.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;

/** Our endpoints as the JDK's socket addresses, and back. */
public final class SocketAddresses {
    private SocketAddresses() {}

    /** The endpoint of an Internet socket address. */
    public static Endpoint endpoint(SocketAddress address) {
        InetSocketAddress internet = (InetSocketAddress) address;
        return new Endpoint(IpAddress.of(internet.getAddress().getAddress()), internet.getPort());
    }

    /** The socket address of an endpoint; no name is looked up. */
    public static InetSocketAddress of(Endpoint endpoint) {
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(endpoint.address().bytes()), endpoint.port());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }
}
