package jumpvpn.node.transport.quic;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import java.util.concurrent.TimeUnit;
import jumpvpn.core.net.Endpoint;
import jumpvpn.node.transport.Listener;
import jumpvpn.node.transport.SocketOptions;
import org.jspecify.annotations.Nullable;

/** What both ends set alike; public for the benchmark that has the library without the adapter. */
public final class QuicSettings {
    /** The application protocol (ALPN, RFC 7301). */
    public static final String PROTOCOL = "jumpvpn/1";

    /** QUIC packets that leave in one system call (UDP_SEGMENT). */
    public static final int SEGMENTS = 16;

    /** Of the identifiers that this end gives connections. */
    static final int CONNECTION_ID_BYTES = 8;

    private static final int ETHERNET_MTU = 1500;
    private static final int V4_HEADERS = 28;
    private static final int V6_HEADERS = 48;
    private static final int RECEIVE_QUEUE = 256;
    private static final int SEND_QUEUE = 64;
    private static final int INITIAL_WINDOW = 32;
    private static final int READ_BYTES = 2048;
    private static final int READS = 32;
    private static final int SOCKET_BUFFER_BYTES = 4 << 20;

    private QuicSettings() {}

    /** No streams, datagrams only; packets as long as the path turns out to carry, up to Ethernet's. */
    public static <B extends QuicCodecBuilder<B>> B codec(B builder, Endpoint local) {
        int headers = local.address().isV4() ? V4_HEADERS : V6_HEADERS;
        return builder.datagram(RECEIVE_QUEUE, SEND_QUEUE)
                .maxIdleTimeout(Listener.IDLE_SECONDS, TimeUnit.SECONDS)
                .localConnectionIdLength(CONNECTION_ID_BYTES)
                .initialCongestionWindowPackets(INITIAL_WINDOW)
                .maxRecvUdpPayloadSize(READ_BYTES)
                .maxSendUdpPayloadSize(ETHERNET_MTU - headers)
                .discoverPmtu(true);
    }

    /** A UDP channel that is not bound yet. */
    public static Channel socket(Endpoint local, @Nullable String device) {
        EpollDatagramChannel channel = new EpollDatagramChannel(SocketOptions.family(local));
        SocketOptions.onlyItsFamily(channel, local);
        SocketOptions.neverFragment(channel, local);
        if (device != null) {
            SocketOptions.confine(channel, local, device);
        }
        channel.config().setOption(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, READ_BYTES);
        channel.config().setOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES * READS));
        channel.config().setOption(ChannelOption.SO_RCVBUF, SOCKET_BUFFER_BYTES);
        channel.config().setOption(ChannelOption.SO_SNDBUF, SOCKET_BUFFER_BYTES);
        return channel;
    }
}
