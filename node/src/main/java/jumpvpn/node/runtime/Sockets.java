package jumpvpn.node.runtime;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.gateway.GatewayPort;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of a node by path. The control thread adds and removes; the receiving thread polls {@link #open} and closes what was removed, since only it may be inside a
 * receive; any thread sends. A path through a socket that is bound to every address also names the local one that its datagrams leave from.
 */
final class Sockets implements GatewayPort {
    /** More than that are not polled. */
    static final int MOST = 128;

    private static final IpAddress ANY = IpAddress.v4(0);

    /** A way out: a socket, and the local address if the socket has several. */
    record Exit(PathSocket socket, IpAddress local) {}

    private final LookupTable<Exit> exits = new LookupTable<>();
    private final List<PathSocket> removed = new ArrayList<>();
    private volatile List<PathSocket> open = List.of();

    /** The way out of a path, or null. */
    @Nullable
    Exit exit(int pathId) {
        return exits.get(0, pathId);
    }

    /** The local port of a path, 0 if the path is gone. */
    int port(int pathId) {
        Exit exit = exits.get(0, pathId);
        return exit == null ? 0 : exit.socket.socket.local().port();
    }

    /** What the receiving thread polls. */
    List<PathSocket> open() {
        return open;
    }

    /** Opens a path. @return false if there are {@link #MOST} already: then the socket is closed */
    synchronized boolean add(PathSocket socket) {
        if (open.size() == MOST) {
            socket.close();
            return false;
        }
        exits.put(0, socket.id, new Exit(socket, ANY));
        List<PathSocket> more = new ArrayList<>(open);
        more.add(socket);
        open = List.copyOf(more);
        return true;
    }

    /** Another path through a socket that is open. */
    synchronized void alias(int pathId, PathSocket socket, IpAddress local) {
        exits.put(0, pathId, new Exit(socket, local));
    }

    synchronized void remove(int pathId) {
        Exit exit = exits.get(0, pathId);
        if (exit != null) {
            exits.remove(0, pathId);
            removed.add(exit.socket);
            List<PathSocket> fewer = new ArrayList<>(open);
            fewer.remove(exit.socket);
            open = List.copyOf(fewer);
        }
    }

    /** Closes what was removed; receiving thread only. */
    synchronized void closeRemoved() {
        removed.forEach(PathSocket::close);
        removed.clear();
    }

    /** Closes everything, once no thread receives any more. */
    synchronized void closeAll() {
        closeRemoved();
        open.forEach(PathSocket::close);
        open = List.of();
    }

    /** Sends one datagram on a path; none if the path is gone. */
    @Override
    public void transmit(int pathId, Endpoint to, byte[] datagram) {
        Exit exit = exits.get(0, pathId);
        if (exit != null) {
            exit.socket.send(datagram, to, exit.local);
        }
    }

    @Override
    public boolean isConnected(int pathId) {
        Exit exit = exits.get(0, pathId);
        return exit != null && exit.socket.socket.protocol() != Protocol.UDP;
    }
}
