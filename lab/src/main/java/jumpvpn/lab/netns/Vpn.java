package jumpvpn.lab.netns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A VPN as an operator runs it: a process at the gateway and one at the client, each with the device {@code jvpn0} and an address of {@link Topology#INNER_NETWORK}. */
interface Vpn {
    /** Starts the process in its namespace; it is the VPN itself, so that it can be killed or stopped. */
    Process start(Product.Role role, Namespace namespace) throws IOException;

    /** The gateway can be connected to. */
    boolean listens();

    /** What a running process answers when it is asked; nothing where none can be asked. */
    default Map<String, @Nullable Object> status(Product.Role role) throws IOException {
        return new LinkedHashMap<>();
    }

    /** The last lines of a process's log, for a reader who wants to know why. */
    String logTail(Product.Role role) throws IOException;

    /** Whether these words are among the last lines of its gateway's log. */
    default boolean gatewaySays(String words) {
        try {
            return logTail(Product.Role.GATEWAY).contains(words);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
