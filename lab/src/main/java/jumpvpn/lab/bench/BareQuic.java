package jumpvpn.lab.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import jumpvpn.node.transport.NettyLoop;
import jumpvpn.node.transport.SelfSigned;
import jumpvpn.node.transport.SocketAddresses;
import jumpvpn.node.transport.quic.QuicSettings;

/** Netty's QUIC codec and nothing else, with our settings: batches of DATAGRAM frames are written on its own thread, and flushed once each. */
final class BareQuic implements Carriage {
    private static final EventLoop LOOP = NettyLoop.get();
    /** So many short ones go first: the codec drops longer ones until it has discovered the path MTU, and discovers it only while something is sent. */
    private static final int DISCOVERY = 1_000;

    private static final int SHORT_BYTES = 1_000;

    private final Received received = new Received();
    private final Runnable write = this::write;
    private final byte[] payload = new byte[BYTES];
    private final Channel listener;
    private final Channel socket;
    private final QuicChannel connection;

    BareQuic() {
        SelfSigned own = SelfSigned.create();
        listener = bind(QuicSettings.codec(new QuicServerCodecBuilder(), ANY_PORT)
                .sslContext(QuicSslContextBuilder.forServer(own.key(), null, own.certificate())
                        .applicationProtocols(QuicSettings.PROTOCOL)
                        .build())
                .option(
                        QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR,
                        EpollQuicUtils.newSegmentedAllocator(QuicSettings.SEGMENTS))
                .handler(received)
                .build());
        socket = bind(QuicSettings.codec(new QuicClientCodecBuilder(), ANY_PORT)
                .sslContext(QuicSslContextBuilder.forClient()
                        .trustManager(InsecureTrustManagerFactory.INSTANCE)
                        .endpointIdentificationAlgorithm("")
                        .applicationProtocols(QuicSettings.PROTOCOL)
                        .build())
                .build());
        connection = QuicChannel.newBootstrap(socket)
                .handler(new ChannelInboundHandlerAdapter())
                .option(
                        QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR,
                        EpollQuicUtils.newSegmentedAllocator(QuicSettings.SEGMENTS))
                .remoteAddress(listener.localAddress())
                .connect()
                .syncUninterruptibly()
                .getNow();
    }

    private static Channel bind(ChannelHandler codec) {
        return new Bootstrap()
                .group(LOOP)
                .channelFactory(() -> QuicSettings.socket(ANY_PORT, null))
                .handler(codec)
                .bind(SocketAddresses.of(ANY_PORT))
                .syncUninterruptibly()
                .channel();
    }

    @Override
    public int send() {
        LOOP.execute(write);
        return BATCH;
    }

    private void write() {
        int length = received() < DISCOVERY ? SHORT_BYTES : BYTES;
        for (int i = 0; i < BATCH; i++) {
            var _ = connection.write(connection.alloc().directBuffer(length).writeBytes(payload, 0, length));
        }
        connection.flush();
    }

    @Override
    public long received() {
        return received.datagrams.sum();
    }

    @Override
    public void close() {
        connection.close().syncUninterruptibly();
        socket.close().syncUninterruptibly();
        listener.close().syncUninterruptibly();
    }
}
