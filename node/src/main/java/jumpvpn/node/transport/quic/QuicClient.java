package jumpvpn.node.transport.quic;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.concurrent.Future;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.transport.Connection;
import jumpvpn.node.transport.Dialer;
import jumpvpn.node.transport.NettyLoop;
import jumpvpn.node.transport.SocketAddresses;
import org.jspecify.annotations.Nullable;

/** A client's QUIC: one connection at a time to one gateway endpoint, all from one UDP port, which is bound by the first send. */
public final class QuicClient extends Dialer {
    private static final class Tls {
        static final QuicSslContext CONTEXT = QuicSslContextBuilder.forClient()
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm("")
                .applicationProtocols(QuicSettings.PROTOCOL)
                .build();
    }

    private @Nullable Channel socket;

    private QuicClient(Endpoint local, @Nullable String device, Endpoint remote) throws LinuxException {
        super(Protocol.QUIC, local, device, remote);
    }

    /**
     * Ready to connect.
     *
     * @param local address to leave from, of the remote's family; port 0: any free one
     * @param device interface to keep to, or null
     * @throws LinuxException without file descriptors; what the network refuses is counted when something is sent
     */
    public static QuicClient open(Endpoint local, @Nullable String device, Endpoint remote) throws LinuxException {
        return new QuicClient(local, device, remote);
    }

    @Override
    protected Connection prepare() {
        return new QuicConnection(this, remote());
    }

    @Override
    protected void dial(Connection connection) {
        Channel known = socket;
        if (known != null) {
            connect(known, (QuicConnection) connection);
        } else {
            var _ = bindSocket().addListener((ChannelFuture binding) -> {
                if (binding.isSuccess()) {
                    socket = binding.channel();
                    leavesFrom(binding.channel());
                    connect(binding.channel(), (QuicConnection) connection);
                } else {
                    counters().count(TransportCounter.REFUSED);
                    lost(connection);
                }
            });
        }
    }

    private ChannelFuture bindSocket() {
        return new Bootstrap()
                .group(NettyLoop.get())
                .channelFactory(() -> QuicSettings.socket(bound(), device))
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new SocketReadings(QuicClient.this::drainWaiting))
                                .addLast(QuicSettings.codec(new QuicClientCodecBuilder(), bound())
                                        .sslContext(Tls.CONTEXT)
                                        .build());
                    }
                })
                .bind(SocketAddresses.of(bound()));
    }

    private void connect(Channel over, QuicConnection connection) {
        var _ = QuicChannel.newBootstrap(over)
                .handler(new QuicReadings(this, connection, connection::opened, () -> lost(connection), _ -> {}))
                .option(
                        QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR,
                        EpollQuicUtils.newSegmentedAllocator(QuicSettings.SEGMENTS))
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .remoteAddress(SocketAddresses.of(remote()))
                .connect()
                .addListener((Future<QuicChannel> connecting) -> {
                    if (!connecting.isSuccess()) {
                        lost(connection);
                    }
                });
    }

    @Override
    protected void closeChannels() {
        super.closeChannels();
        if (socket != null) {
            var _ = socket.close();
        }
    }
}
