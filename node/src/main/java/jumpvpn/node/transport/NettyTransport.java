package jumpvpn.node.transport;

import io.netty.buffer.ByteBuf;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.Transport;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.core.transport.TransportCounters;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Memory;
import org.jspecify.annotations.Nullable;

/**
 * A transport whose connections live on Netty's thread. Each direction is a bounded ring: a send fills the one and wakes that thread once a batch, what arrives fills the
 * other and makes {@link #fd()} readable. Nothing of Netty is loaded before the first send. What has to do with connections is for Netty's thread only.
 */
public abstract class NettyTransport implements Transport {
    private final Protocol protocol;
    private final Endpoint bound;
    private final PacketRing outgoing;
    private final Inbox incoming;
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Runnable forward = this::forward;
    private final ArrayDeque<Backlog> backlogs = new ArrayDeque<>();
    private final Set<Connection> waiting = new LinkedHashSet<>();
    private final List<Connection> touched = new ArrayList<>();
    private final ArrayDeque<Runnable> paused = new ArrayDeque<>();
    private final Runnable resume = this::resume;
    private final TransportCounters counters = new TransportCounters();
    private int backlogsLeft;
    private volatile boolean isFull;
    private volatile boolean closed;

    /**
     * With nothing opened yet.
     *
     * @param bound the local endpoint as it was asked for
     * @param slots datagrams that each ring has room for, a power of two
     * @param backlogs connections that datagrams may wait for at a time
     */
    protected NettyTransport(Protocol protocol, Endpoint bound, int slots, int backlogs) throws LinuxException {
        this.protocol = protocol;
        this.bound = bound;
        outgoing = new PacketRing(slots);
        incoming = new Inbox(slots);
        backlogsLeft = backlogs;
    }

    /** The connection to a peer, begun if need be; null: there is none and there won't be. */
    protected abstract @Nullable Connection connection(long high, long low, int port);

    /** Closes every channel, without waiting. */
    protected abstract void closeChannels();

    @Override
    public final Protocol protocol() {
        return protocol;
    }

    @Override
    public final int fd() {
        return incoming.fd();
    }

    @Override
    public final long count(TransportCounter counter) {
        return counters.get(counter);
    }

    /** For what this transport or its connections meet; any thread. */
    public final TransportCounters counters() {
        return counters;
    }

    /** Whether it was closed. */
    protected final boolean isClosed() {
        return closed;
    }

    /** The local endpoint as it was asked for. */
    protected final Endpoint bound() {
        return bound;
    }

    @Override
    public final int send(PacketBatch batch, int from, int to) {
        int at = from;
        while (at < to && offer(batch, at)) {
            at++;
        }
        if (at < to) {
            counters.count(TransportCounter.NO_ROOM);
        }
        if (at > from && !closed && !scheduled.getAndSet(true)) {
            NettyLoop.run(forward);
        }
        return at - from;
    }

    private boolean offer(PacketBatch batch, int slot) {
        int length = batch.length[slot];
        if (length > MOST_BYTES) {
            counters.count(TransportCounter.TOO_LONG);
            return true;
        }
        if (closed) { // nobody empties the ring any more
            counters.count(TransportCounter.NO_PEER);
            return true;
        }
        long room = outgoing.claim();
        if (room == 0) {
            return false;
        }
        Memory.copy(batch.address[slot] + batch.offset[slot], room, length);
        outgoing.publish(length, batch.peerHigh[slot], batch.peerLow[slot], batch.peerPort[slot], batch.flow[slot]);
        return true;
    }

    /** What is in the ring goes to its connections, which then flush once each. */
    private void forward() {
        scheduled.set(false); // before the ring is looked at: whoever publishes after this wakes us again
        for (int most = outgoing.size(); most > 0 && outgoing.front() != 0; most--) {
            Connection connection =
                    closed ? null : connection(outgoing.peerHigh(), outgoing.peerLow(), outgoing.peerPort());
            if (connection == null) {
                counters.count(TransportCounter.NO_PEER);
            } else {
                connection.send(outgoing);
                touch(connection);
            }
            outgoing.release();
        }
        for (Connection connection : touched) {
            connection.touched = false;
            connection.flush();
        }
        touched.clear();
    }

    private void touch(Connection connection) {
        if (!connection.touched) {
            connection.touched = true;
            touched.add(connection);
        }
    }

    @Override
    public final int receive(PacketBatch batch) {
        int got = incoming.receive(batch, bound.address(), counters);
        VarHandle.fullFence(); // what was released first: see hasRoom
        if (isFull) {
            isFull = false;
            NettyLoop.run(resume);
        }
        return got;
    }

    /** Whether a {@link #deliver} has room now; if not, the receiver's next {@link #receive} has {@code toResume} run. */
    public final boolean hasRoom(Runnable toResume) {
        boolean has = hasRoom();
        if (!has) {
            paused.add(toResume);
        }
        return has;
    }

    private boolean hasRoom() {
        if (incoming.claim() != 0) {
            return true;
        }
        isFull = true;
        VarHandle.fullFence(); // either the receiver sees this, or what it has released is seen here
        return incoming.claim() != 0;
    }

    /** In the order in which they found no room, so that each has its turn. */
    private void resume() {
        while (!paused.isEmpty() && hasRoom()) {
            paused.remove().run();
        }
    }

    /** Takes a datagram from a peer, if there is room; {@link #delivered} tells the receiver. */
    public final void deliver(ByteBuf from, int index, int length, Endpoint peer) {
        long room = length <= MOST_BYTES ? incoming.claim() : 0;
        if (room == 0) {
            counters.count(TransportCounter.NOT_RECEIVED);
        } else {
            if (from.hasMemoryAddress()) {
                Memory.copy(from.memoryAddress() + index, room, length);
            } else {
                MemorySegment.copy(MemorySegment.ofBuffer(from.nioBuffer(index, length)), 0, Memory.ALL, room, length);
            }
            incoming.publish(length, peer.address().high(), peer.address().low(), peer.port());
        }
    }

    /** Once after a row of {@link #deliver}. */
    public void delivered() {
        incoming.wake();
    }

    /** Room for what waits for a connection, or null if too many wait already. */
    @Nullable
    Backlog lendBacklog(Connection connection) {
        Backlog backlog = backlogs.poll();
        if (backlog == null && backlogsLeft > 0) {
            backlogsLeft--;
            backlog = new Backlog();
        }
        if (backlog != null) {
            waiting.add(connection);
        }
        return backlog;
    }

    /** Takes one back, empty. */
    void returnBacklog(Connection connection, Backlog backlog) {
        waiting.remove(connection);
        backlogs.add(backlog);
    }

    /** Something arrived that may have made room: whatever waits tries again. */
    public final void drainWaiting() {
        if (!waiting.isEmpty()) {
            List.copyOf(waiting).forEach(Connection::drain);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            incoming.close();
            NettyLoop.run(this::closeChannels);
        }
    }
}
