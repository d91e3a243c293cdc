package jumpvpn.node.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.gateway.GatewayPort;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of a node by path. The control thread adds and removes; the receiving threads poll those of {@link #open} that are of their shard and close what was removed, since only they may be
 * inside a receive; any thread sends. A path through sockets that are bound to every address also names the local one that its datagrams leave from.
 */
final class Sockets implements GatewayPort {
    /** Paths with sockets of their own, at most; a thread polls one of each. */
    static final int MOST = 128;

    private static final IpAddress ANY = IpAddress.v4(0);

    /** A way out: sockets on one port, and the local address if they have several. */
    record Exit(List<PathSocket> sockets, IpAddress local) {
        /** The one that the shard's threads send on. */
        PathSocket of(int shard) {
            return sockets.get(shard % sockets.size());
        }
    }

    /** How another gateway is reached, at a UDP port where it serves clients. */
    record Way(int pathId, Endpoint to) {}

    private final LookupTable<Exit> exits = new LookupTable<>();
    private final List<PathSocket> removed = new ArrayList<>();
    private final int shards;
    private volatile List<PathSocket> open = List.of();
    private volatile Map<Long, Way> ways = Map.of();
    private int paths;

    /** @param shards in how many parts the work is done, each with a receiving thread of its own */
    Sockets(int shards) {
        this.shards = shards;
    }

    int shards() {
        return shards;
    }

    /** The way out of a path, or null. */
    @Nullable
    Exit exit(int pathId) {
        return exits.get(0, pathId);
    }

    /** The local port of a path, 0 if the path is gone. */
    int port(int pathId) {
        Exit exit = exits.get(0, pathId);
        return exit == null ? 0 : exit.of(0).socket.local().port();
    }

    /** What the receiving threads poll. */
    List<PathSocket> open() {
        return open;
    }

    /**
     * Opens a path.
     *
     * @param sockets one, or one for each shard in its order
     * @return false if there are {@link #MOST} already: then the sockets are closed
     */
    synchronized boolean add(int pathId, List<? extends Transport> sockets) {
        if (paths == MOST) {
            sockets.forEach(Transport::close);
            return false;
        }
        List<PathSocket> own = new ArrayList<>();
        for (Transport socket : sockets) {
            int shard = sockets.size() == 1 ? paths % shards : own.size();
            own.add(new PathSocket(pathId, shard, socket));
        }
        paths++;
        exits.put(0, pathId, new Exit(List.copyOf(own), ANY));
        List<PathSocket> more = new ArrayList<>(open);
        more.addAll(own);
        open = List.copyOf(more);
        return true;
    }

    /** Another path through the sockets of one that is open. */
    synchronized void alias(int pathId, int ofPathId, IpAddress local) {
        Exit exit = exits.get(0, ofPathId);
        if (exit != null) {
            exits.put(0, pathId, new Exit(exit.sockets, local));
        }
    }

    synchronized void remove(int pathId) {
        Exit exit = exits.get(0, pathId);
        if (exit != null) {
            exits.remove(0, pathId);
            paths--;
            removed.addAll(exit.sockets);
            List<PathSocket> fewer = new ArrayList<>(open);
            fewer.removeAll(exit.sockets);
            open = List.copyOf(fewer);
        }
    }

    /** Closes what was removed of a shard's; its receiving thread only. */
    synchronized void closeRemoved(int shard) {
        removed.stream().filter(socket -> socket.shard == shard).forEach(PathSocket::close);
        removed.removeIf(socket -> socket.shard == shard);
    }

    /** Closes everything, once no thread receives any more. */
    synchronized void closeAll() {
        removed.forEach(PathSocket::close);
        removed.clear();
        open.forEach(PathSocket::close);
        open = List.of();
    }

    /** Sends one datagram on a path; none if the path is gone. */
    @Override
    public void transmit(int pathId, Endpoint to, byte[] datagram) {
        Exit exit = exits.get(0, pathId);
        if (exit != null) {
            exit.of(0).send(datagram, to, exit.local);
        }
    }

    /** Other gateways by their numbers in records. */
    void ways(Map<Long, Way> toGateways) {
        ways = Map.copyOf(toGateways);
    }

    /** Sends one datagram to another gateway; none if no way there is known. */
    @Override
    public void relay(long gateway, byte[] datagram) {
        Way way = ways.get(gateway);
        if (way != null) {
            transmit(way.pathId, way.to, datagram);
        }
    }

    @Override
    public boolean isConnected(int pathId) {
        Exit exit = exits.get(0, pathId);
        return exit != null && exit.of(0).socket.protocol() != Protocol.UDP;
    }
}
