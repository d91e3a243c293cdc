package jumpvpn.core.agent;

import java.util.LinkedHashMap;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.KeepaliveInterval;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/** What was found out about the networks that this client has been in, as long as the process lives. A network is told by link and prefix; of many the newest are kept. */
final class Networks {
    private static final int MOST = 16;
    private static final int V4_LENGTH = 24;
    private static final int V6_LENGTH = 64;

    /** One of them. */
    static final class Network {
        final KeepaliveInterval keepalive = new KeepaliveInterval();
        /** What carried a session there last; null: nothing has. */
        @Nullable
        Protocol carried;
    }

    private record Key(String link, Prefix prefix) {}

    private final LinkedHashMap<Key, Network> known = new LinkedHashMap<>();

    /** Whether the path's protocol is what carried a session in its network last. Nothing is remembered or forgotten for having been asked. */
    boolean carried(Path path) {
        Network network = known.get(key(path));
        return network != null && network.carried == path.protocol();
    }

    /** The network that the path begins in; it is the newest from now on. */
    Network of(Path path) {
        Key key = key(path);
        Network network = known.remove(key);
        Network newest = network == null ? new Network() : network;
        known.put(key, newest);
        if (known.size() > MOST) {
            known.pollFirstEntry();
        }
        return newest;
    }

    private static Key key(Path path) {
        return new Key(path.link(), new Prefix(path.local(), path.local().isV4() ? V4_LENGTH : V6_LENGTH).network());
    }
}
