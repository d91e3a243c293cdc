package jumpvpn.node.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.unix.Errors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.node.host.BootClock;
import jumpvpn.node.host.Errno;
import jumpvpn.node.host.LinuxException;
import org.jspecify.annotations.Nullable;

/**
 * A gateway's transport: one listening port and the connections of those who came. It begins none: a datagram to a peer that is not there is dropped and counted. Whoever
 * this end has sent nothing within {@link #PROOF_MILLIS} is closed: a gateway answers only who proves something.
 */
public abstract class Listener extends NettyTransport {
    /** Connections that nothing came from for so long are closed, in seconds. Paths in use and standbys are probed more often. */
    public static final int IDLE_SECONDS = 120;

    /** How long a connection may wait for the first datagram to it, in milliseconds. */
    public static final int PROOF_MILLIS = 10_000;

    private static final BootClock CLOCK = new BootClock();
    private static final int SLOTS = 1024;
    private static final int BACKLOGS = 256;
    private static final int CLOSE_MILLIS = 1_000;

    private final Map<Endpoint, Connection> connections =
            new ConcurrentHashMap<>(); // changed on Netty's thread, looked at by any
    private final Admission admission = new Admission();
    private final LinkedHashMap<Connection, Long> strangers = new LinkedHashMap<>(); // since when, oldest first
    private boolean isExpiring;
    private @Nullable Connection last;
    private @Nullable Channel channel;
    private Endpoint local;

    /** With nothing opened yet. */
    protected Listener(Protocol protocol, Endpoint local) throws LinuxException {
        super(protocol, local, SLOTS, BACKLOGS);
        this.local = local;
    }

    /** Waits until the port is bound. @throws LinuxException EADDRINUSE, EADDRNOTAVAIL and others, with the endpoint named */
    protected final void bind(ChannelFuture binding) throws LinuxException {
        channel = binding.channel();
        if (!binding.awaitUninterruptibly().isSuccess()) {
            close();
            String attempted = "listen on " + protocol().scheme() + "://" + bound();
            Throwable cause = binding.cause();
            throw new LinuxException(
                    cause instanceof Errors.NativeIoException kernel ? -kernel.expectedErr() : Errno.EIO, attempted);
        }
        local = SocketAddresses.endpoint(binding.channel().localAddress());
    }

    @Override
    public final Endpoint local() {
        return local;
    }

    @Override
    public final int mostBytes(Endpoint peer) {
        Connection connection = connections.get(peer);
        return connection == null ? 0 : connection.mostBytes();
    }

    /** Whether another connection may begin; then {@link #over} ends it. */
    protected final boolean admit(Connection connection) {
        if (!admission.enter(connection.peer().address())) {
            counters().count(TransportCounter.TURNED_AWAY);
            return false;
        }
        strangers.put(connection, CLOCK.nowNanos());
        if (strangers.size() == 1) {
            expireLater(PROOF_MILLIS);
        }
        return true;
    }

    private void expireLater(long millis) {
        if (!isExpiring) {
            isExpiring = true;
            var _ = NettyLoop.get().schedule(this::expire, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void expire() {
        isExpiring = false;
        long nowNanos = CLOCK.nowNanos();
        while (!strangers.isEmpty()) {
            Map.Entry<Connection, Long> oldest = strangers.firstEntry();
            long leftMillis = PROOF_MILLIS - TimeUnit.NANOSECONDS.toMillis(nowNanos - oldest.getValue());
            if (leftMillis > 0) {
                expireLater(leftMillis);
                return;
            }
            strangers.remove(oldest.getKey());
            counters().count(TransportCounter.UNPROVEN);
            oldest.getKey().disconnect();
        }
    }

    /** Whether newcomers should prove their address first. On Netty's thread. */
    protected final boolean isCrowded() {
        return admission.isCrowded();
    }

    /** A connection that was admitted is usable. */
    protected final void usable(Connection connection) {
        admission.finish(connection.peer().address());
        Connection older = connections.put(connection.peer(), connection);
        if (older != null) { // of a client that came back from the same port
            older.disconnect();
            older.closed();
        }
        connection.opened();
    }

    /** A connection's peer has another address now. */
    protected final void rename(Connection connection, Endpoint now) {
        connections.remove(connection.peer(), connection);
        admission.move(connection.peer().address(), now.address());
        connection.renamed(now);
        connections.put(now, connection);
        last = null;
    }

    /** A connection that was admitted is over. */
    protected final void over(Connection connection) {
        admission.leave(connection.peer().address(), connection.wasOpened());
        connections.remove(connection.peer(), connection);
        strangers.remove(connection);
        connection.closed();
        last = null;
    }

    @Override
    protected final @Nullable Connection connection(long high, long low, int port) {
        if (last == null || !last.peer().is(high, low, port)) {
            last = connections.get(new Endpoint(new IpAddress(high, low), port));
            if (last != null && !last.proven) {
                last.proven = true;
                strangers.remove(last);
            }
        }
        return last;
    }

    @Override
    protected void closeChannels() {
        connections.values().forEach(Connection::disconnect); // first, so that each can say good-bye
        if (channel != null) {
            var _ = channel.close();
        }
    }

    /** Also waits until the port is free again, a second at most. */
    @Override
    public final void close() {
        super.close();
        if (channel != null && !channel.eventLoop().inEventLoop()) {
            channel.closeFuture().awaitUninterruptibly(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
