package jumpvpn.node.app;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.DatagramChannel;
import jumpvpn.core.net.IpAddress;

/** Guesses the address under which others reach this machine. */
final class OwnAddress {
    /** Documentation addresses (RFC 5737, RFC 3849): only the kernel's choice of a source is asked for, nothing is sent. */
    private static final String[] FAR = {"192.0.2.1", "2001:db8::1"};

    private OwnAddress() {}

    /** The address listened on if it is a certain one, else that of the default route. */
    static String guess(IpAddress listen) throws CommandFailed {
        if (!listen.isUnspecified()) {
            return listen.toString();
        }
        for (String far : FAR) {
            try (DatagramChannel channel = DatagramChannel.open()) {
                SocketAddress source =
                        channel.connect(new InetSocketAddress(far, 9)).getLocalAddress();
                if (source instanceof InetSocketAddress address
                        && !address.getAddress().isAnyLocalAddress()) {
                    return IpAddress.of(address.getAddress().getAddress()).toString();
                }
            } catch (IOException noRoute) {
                // The next family may have one.
            }
        }
        throw new CommandFailed(
                "this machine has no default route to guess its address from; say --endpoint HOST[:PORT]");
    }
}
