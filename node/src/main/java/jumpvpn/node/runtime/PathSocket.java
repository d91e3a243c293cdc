package jumpvpn.node.runtime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.node.host.Memory;
import jumpvpn.node.transport.udp.UdpSocket;

/** A socket that two threads send on: the packet thread in batches, the control thread one by one. The lock is almost never contended. */
final class PathSocket {
    private static final int MOST_BYTES = 2048;

    final int id;
    final UdpSocket socket;
    private final MemorySegment memory =
            Arena.ofAuto().allocate(MOST_BYTES); // a field, since the address alone keeps nothing alive
    private final PacketBatch one = new PacketBatch(memory.address(), 1, MOST_BYTES);
    private boolean closed;

    PathSocket(int id, UdpSocket socket) {
        this.id = id;
        this.socket = socket;
    }

    /** Sends one datagram; it may be lost. */
    synchronized void send(byte[] datagram, Endpoint to, IpAddress local) {
        if (!closed && datagram.length <= MOST_BYTES) {
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
     * @return how many are done with; the kernel had no room for the rest
     */
    synchronized int send(PacketBatch batch, int from, int to) {
        return closed ? to - from : socket.send(batch, from, to);
    }

    synchronized void close() {
        closed = true;
        socket.close();
    }
}
