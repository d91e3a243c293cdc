package jumpvpn.node.transport.quic;

import io.netty.handler.codec.quic.DatagramQueue;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionStats;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.node.host.BootClock;
import jumpvpn.node.transport.Connection;
import jumpvpn.node.transport.Dialer;
import jumpvpn.node.transport.NettyTransport;
import org.jspecify.annotations.Nullable;

/** One QUIC connection. Its datagrams wait in quiche's short queue, and behind that in ours. */
final class QuicConnection extends Connection {
    private static final BootClock CLOCK = new BootClock();
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final NettyTransport transport;
    private @Nullable QuicChannel channel;
    private long askedNanos;
    private long packetsThen;
    private volatile int mostBytes;

    QuicConnection(NettyTransport transport, Endpoint peer) {
        super(transport, peer);
        this.transport = transport;
    }

    /** It runs over this channel. */
    void attach(QuicChannel to) {
        channel = to;
    }

    @Override
    protected boolean put(long address, int length) {
        int result = tryPut(address, length);
        if (result == DatagramQueue.FULL) { // perhaps only because nothing was flushed yet
            flush();
            result = tryPut(address, length);
        }
        if (result == DatagramQueue.TOO_LONG) {
            transport.counters().count(TransportCounter.TOO_LONG);
        } else if (result == DatagramQueue.CLOSED) {
            transport.counters().count(TransportCounter.CONNECTION_LOST);
        }
        return result != DatagramQueue.FULL;
    }

    private int tryPut(long address, int length) {
        return channel == null ? DatagramQueue.CLOSED : DatagramQueue.put(channel, address, length);
    }

    @Override
    protected void flush() {
        if (channel != null && isOpen()) {
            DatagramQueue.flush(channel);
            mostBytes = DatagramQueue.mostBytes(channel);
        }
    }

    /** It is usable: the handshake is complete. */
    void established() {
        if (channel != null) {
            mostBytes = DatagramQueue.mostBytes(channel);
        }
    }

    @Override
    public int mostBytes() {
        return mostBytes;
    }

    /** Asked before each send; so at least one was sent when it last said no. */
    @Override
    protected boolean isUnanswered() {
        long nowNanos = CLOCK.nowNanos();
        if (channel == null || !isOpen() || nowNanos - askedNanos < Dialer.UNANSWERED_MILLIS * NANOS_PER_MILLI) {
            return false;
        }
        QuicConnectionStats stats = channel.collectStats().getNow(); // on the channel's thread it is there at once
        long packets = stats == null ? packetsThen : stats.recv();
        boolean none = packets == packetsThen;
        packetsThen = packets;
        askedNanos = nowNanos;
        return none;
    }

    @Override
    protected void disconnect() {
        if (channel != null) {
            var _ = channel.close();
        }
    }
}
