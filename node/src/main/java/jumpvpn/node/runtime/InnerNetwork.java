package jumpvpn.node.runtime;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.NetworkConfig;
import jumpvpn.node.host.Undo;

/** What this node changed on the machine: addresses, MTU and routes of its TUN, and whatever else has to be put back, newest first. */
final class InnerNetwork implements AutoCloseable {
    private final NetworkConfig network;
    private final Log log;
    private final Deque<Undo> undos = new ArrayDeque<>();

    InnerNetwork(NetworkConfig network, Log log) {
        this.network = network;
        this.log = log;
    }

    /** Switches the TUN on with these addresses and routes. */
    void raise(String tun, int mtu, List<Prefix> addresses, List<Prefix> routes) throws LinuxException {
        add(network.up(tun, mtu));
        for (Prefix address : addresses) {
            add(network.address(tun, address));
        }
        for (Prefix route : routes) {
            for (Prefix part : halves(route)) {
                add(network.route(part, tun, source(part, addresses)));
            }
        }
    }

    /** The default route in two halves, so that the machine's own default route stays as it is. */
    static List<Prefix> halves(Prefix route) {
        if (route.length() > 0) {
            return List.of(route);
        }
        return route.address().isV4()
                ? List.of(Prefix.parse("0.0.0.0/1"), Prefix.parse("128.0.0.0/1"))
                : List.of(Prefix.parse("::/1"), Prefix.parse("8000::/1"));
    }

    private static @org.jspecify.annotations.Nullable IpAddress source(Prefix route, List<Prefix> addresses) {
        for (Prefix address : addresses) {
            if (address.address().isV4() == route.address().isV4()) {
                return address.address();
            }
        }
        return null;
    }

    void add(Undo undo) {
        undos.push(undo);
    }

    /** Puts everything back. */
    @Override
    public void close() {
        for (Undo undo : new ArrayList<>(undos)) {
            try {
                undo.close();
            } catch (IOException e) {
                log.warn("could not put everything back: " + e.getMessage());
            }
        }
        undos.clear();
    }
}
