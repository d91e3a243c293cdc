package jumpvpn.node.transport;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.node.host.LinuxException;
import org.jspecify.annotations.Nullable;

/**
 * A client's transport: one connection to one remote endpoint, begun by the first send. While it is being made the newest datagrams wait. Once it is over the next send begins
 * another, after a pause that doubles from {@value #FIRST_PAUSE_MILLIS} to {@value #LONGEST_PAUSE_MILLIS} ms until something arrives. It sends nothing of its own accord.
 */
public abstract class Dialer extends NettyTransport {
    /** How long a connection may take until it is usable, in milliseconds. */
    public static final int CONNECT_MILLIS = 5_000;

    /** How long a connection may leave unanswered what was sent, in milliseconds; then it is given up. */
    public static final int UNANSWERED_MILLIS = 4_000;

    private static final int SLOTS = 256;
    private static final int FIRST_PAUSE_MILLIS = 50;
    private static final int LONGEST_PAUSE_MILLIS = 2_000;

    /** The interface to keep to, or null. */
    protected final @Nullable String device;

    private final Endpoint remote;
    private volatile Endpoint local;
    private volatile @Nullable Connection connection; // changed on Netty's thread, looked at by any
    private int pauseMillis;

    /**
     * With nothing opened yet.
     *
     * @param local address to leave from, of the remote's family; port 0: any free one
     * @param device interface to keep to, or null
     */
    protected Dialer(Protocol protocol, Endpoint local, @Nullable String device, Endpoint remote)
            throws LinuxException {
        super(protocol, local, SLOTS, 1);
        this.device = device;
        this.remote = remote;
        this.local = local;
    }

    @Override
    public final Endpoint local() {
        return local;
    }

    /** A channel was bound: it leaves from there. */
    protected final void leavesFrom(Channel channel) {
        local = SocketAddresses.endpoint(channel.localAddress());
    }

    /** A connection that is not begun yet. */
    protected abstract Connection prepare();

    /** Begins it; however that ends, {@link Connection#opened()} or {@link #lost} is called. */
    protected abstract void dial(Connection connection);

    /** The other end. */
    protected final Endpoint remote() {
        return remote;
    }

    @Override
    protected final @Nullable Connection connection(long high, long low, int port) {
        if (!remote.is(high, low, port)) {
            return null;
        }
        Connection known = connection;
        if (known != null && known.isUnanswered()) {
            known.disconnect();
            lost(known);
            known = null;
        }
        if (known == null) {
            Connection fresh = prepare();
            connection = fresh;
            EventLoop loop = NettyLoop.get();
            if (pauseMillis == 0) {
                loop.execute(() -> begin(fresh)); // after this batch has taken its place in the queue
            } else {
                var _ = loop.schedule(() -> begin(fresh), pauseMillis, TimeUnit.MILLISECONDS);
            }
            pauseMillis = Math.min(Math.max(FIRST_PAUSE_MILLIS, 2 * pauseMillis), LONGEST_PAUSE_MILLIS);
            known = fresh;
        }
        return known;
    }

    private void begin(Connection fresh) {
        if (isClosed()) {
            lost(fresh);
        } else {
            try {
                dial(fresh);
            } catch (RuntimeException e) { // a channel option that the kernel refuses, such as a device that is gone
                counters().count(TransportCounter.REFUSED);
                lost(fresh);
            }
        }
    }

    @Override
    public final void delivered() {
        pauseMillis = 0; // the remote is there
        super.delivered();
    }

    /** A connection is over, or never came to be. */
    protected final void lost(Connection over) {
        over.closed();
        if (connection == over) {
            connection = null;
        }
    }

    @Override
    public final int mostBytes(Endpoint peer) {
        Connection known = connection;
        return known != null && remote.equals(peer) ? known.mostBytes() : 0;
    }

    @Override
    protected void closeChannels() {
        Connection known = connection;
        if (known != null) {
            known.disconnect();
            lost(known);
        }
    }
}
