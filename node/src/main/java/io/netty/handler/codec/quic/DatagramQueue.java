package io.netty.handler.codec.quic;

import org.jspecify.annotations.Nullable;

/**
 * What Netty keeps to itself: whether quiche took a datagram. Netty's own write succeeds also when quiche's queue is full and the datagram is dropped, and says how long one may
 * be only once. Stands in Netty's package to be compiled against what it calls. On the channel's thread only.
 */
public final class DatagramQueue {
    /** The queue is full: the congestion window is used up. */
    public static final int FULL = -1;

    /** The datagram is longer than the path carries now. */
    public static final int TOO_LONG = -2;

    /** The connection is closed, or not open yet, or the peer takes no datagrams. */
    public static final int CLOSED = -3;

    private DatagramQueue() {}

    /** Queues a copy of the bytes at a raw address as one DATAGRAM frame (RFC 9221). @return 0, or why not */
    public static int put(QuicChannel channel, long address, int length) {
        QuicheQuicConnection connection = connection(channel);
        if (connection == null) {
            return CLOSED;
        }
        int result = Quiche.quiche_conn_dgram_send(connection.address(), address, length);
        if (result >= 0) {
            return 0;
        } else if (result == Quiche.QUICHE_ERR_DONE) {
            return FULL;
        } else {
            return result == Quiche.QUICHE_ERR_BUFFER_TOO_SHORT ? TOO_LONG : CLOSED;
        }
    }

    /** Sends what is queued as far as the congestion window allows. */
    public static void flush(QuicChannel channel) {
        if (connection(channel) != null) {
            ((QuicheQuicChannel) channel).connectionSendAndFlush();
        }
    }

    /** Bytes of the longest datagram now; 0 if there is none. It grows as the path MTU is discovered. */
    public static int mostBytes(QuicChannel channel) {
        QuicheQuicConnection connection = connection(channel);
        return connection == null ? 0 : Math.max(0, Quiche.quiche_conn_dgram_max_writable_len(connection.address()));
    }

    private static @Nullable QuicheQuicConnection connection(QuicChannel channel) {
        QuicheQuicSslEngine engine = (QuicheQuicSslEngine) channel.sslEngine();
        QuicheQuicConnection connection = engine == null ? null : engine.connection;
        return connection == null || connection.isFreed() ? null : connection;
    }
}
