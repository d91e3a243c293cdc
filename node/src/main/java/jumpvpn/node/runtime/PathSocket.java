package jumpvpn.node.runtime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.transport.Transport;
import jumpvpn.node.host.Memory;

/**
 * A socket of a path, all of whose datagrams are received by the threads of one shard. Two threads send on it, the shard's in batches, the control thread one by one: the lock is almost never
 * contended. Where a path has only one socket, the sending threads of all shards share it.
 */
final class PathSocket {
    final int id;
    final int shard;
    final Transport socket;
    private final MemorySegment memory =
            Arena.ofAuto().allocate(Transport.MOST_BYTES); // a field, since the address alone keeps nothing alive
    private final PacketBatch one = new PacketBatch(memory.address(), 1, Transport.MOST_BYTES);
    private boolean closed;

    PathSocket(int id, int shard, Transport socket) {
        this.id = id;
        this.shard = shard;
        this.socket = socket;
    }

    /** Sends one datagram; it may be lost. */
    synchronized void send(byte[] datagram, Endpoint to, IpAddress local) {
        if (!closed && datagram.length <= Transport.MOST_BYTES) {
            Memory.copy(datagram, 0, one.address[0], datagram.length);
            one.offset[0] = 0;
            one.length[0] = datagram.length;
            one.peer(0, to);
            one.localHigh[0] = local.high();
            one.localLow[0] = local.low();
            one.count = 1;
            socket.send(one, 0, 1);
        }
    }

    /**
     * Sends slots of a batch.
     *
     * @return how many are done with; there was no room for the rest
     */
    synchronized int send(PacketBatch batch, int from, int to) {
        return closed ? to - from : socket.send(batch, from, to);
    }

    synchronized void close() {
        closed = true;
        socket.close();
    }
}
