package jumpvpn.node.transport;

import jumpvpn.core.net.Endpoint;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.core.transport.TransportCounters;
import org.jspecify.annotations.Nullable;

/** A connection to one peer, and the newest datagrams that wait until it is usable or has room. On Netty's thread only. */
public abstract class Connection {
    boolean touched;
    boolean proven;
    private final NettyTransport transport;
    private final TransportCounters counters;
    private Endpoint peer;
    private @Nullable Backlog waiting;
    private boolean opened;
    private boolean closed;

    /** Not usable yet. */
    protected Connection(NettyTransport transport, Endpoint peer) {
        this.transport = transport;
        this.counters = transport.counters();
        this.peer = peer;
    }

    /** Whom datagrams go to and come from. */
    public final Endpoint peer() {
        return peer;
    }

    /** The same peer, from a new address. */
    final void renamed(Endpoint now) {
        peer = now;
    }

    /** Takes one datagram to send. @return false: no room now; it is asked again by {@link #drain()} */
    protected abstract boolean put(long address, int length);

    /** Sends what was put. */
    protected abstract void flush();

    /** Bytes of the longest datagram it takes now; any thread. */
    public abstract int mostBytes();

    /** Whether what was sent has been left without any answer for {@link Dialer#UNANSWERED_MILLIS}. */
    protected abstract boolean isUnanswered();

    /** Closes its channel. */
    protected abstract void disconnect();

    /** Sends the ring's oldest datagram, or lets it wait with those that wait already. */
    final void send(PacketRing from) {
        if (closed) {
            counters.count(TransportCounter.CONNECTION_LOST);
        } else if (!opened || waiting != null || !put(from.front(), from.length())) {
            await(from);
        }
    }

    private void await(PacketRing from) {
        if (waiting == null) {
            waiting = transport.lendBacklog(this);
            if (waiting == null) {
                counters.count(TransportCounter.DISPLACED);
                return;
            }
        }
        if (waiting.add(from)) {
            counters.count(TransportCounter.DISPLACED);
        }
    }

    /** There may be room again. */
    public final void drain() {
        if (waiting == null || !opened) {
            return;
        }
        boolean some = false;
        while (waiting.front() != 0 && put(waiting.front(), waiting.length())) {
            waiting.release();
            some = true;
        }
        if (waiting.front() == 0) {
            transport.returnBacklog(this, waiting);
            waiting = null;
        }
        if (some) {
            flush();
        }
    }

    /** It is usable from now on. */
    public final void opened() {
        opened = true;
        counters.count(TransportCounter.CONNECTED);
        drain();
    }

    /** It is over, with all that waited; does nothing the second time. */
    public final void closed() {
        if (closed) {
            return;
        }
        closed = true;
        counters.count(TransportCounter.DISCONNECTED);
        if (waiting != null) {
            counters.count(TransportCounter.CONNECTION_LOST, waiting.size());
            while (waiting.front() != 0) {
                waiting.release();
            }
            transport.returnBacklog(this, waiting);
            waiting = null;
        }
    }

    /** Whether it can carry datagrams now. */
    public final boolean isOpen() {
        return opened && !closed;
    }

    /** Whether it could ever. */
    public final boolean wasOpened() {
        return opened;
    }

    /** Whether it is over. */
    public final boolean isClosed() {
        return closed;
    }
}
