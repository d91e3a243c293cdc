package jumpvpn.node.transport.quic;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import java.util.Objects;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;
import jumpvpn.node.host.BootClock;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.transport.Listener;
import jumpvpn.node.transport.NettyLoop;
import jumpvpn.node.transport.SelfSigned;
import jumpvpn.node.transport.SocketAddresses;

/** A gateway's QUIC: one UDP port, any number of connections within {@link jumpvpn.node.transport.Admission}'s bounds; when many are unfinished, newcomers prove their address first. A peer that gets a new address goes on under that. */
public final class QuicListener extends Listener {
    private static final class Tls {
        static final QuicSslContext CONTEXT = context(SelfSigned.create());

        private static QuicSslContext context(SelfSigned own) {
            return QuicSslContextBuilder.forServer(own.key(), null, own.certificate())
                    .applicationProtocols(QuicSettings.PROTOCOL)
                    .build();
        }
    }

    private QuicListener(Endpoint local) throws LinuxException {
        super(Protocol.QUIC, local);
    }

    /**
     * Binds; waits until that is done.
     *
     * @param local port 0: any free one
     * @param isShared whether a socket for plain UDP has this port as well, and was opened before
     * @throws LinuxException EADDRINUSE, EADDRNOTAVAIL and others, with the endpoint named
     */
    public static QuicListener open(Endpoint local, boolean isShared) throws LinuxException {
        QuicListener listener = new QuicListener(local);
        listener.bind(new Bootstrap()
                .group(NettyLoop.get())
                .channelFactory(() -> QuicSettings.socket(local, null))
                .option(EpollChannelOption.SO_REUSEPORT, isShared)
                .handler(listener.socketInitializer())
                .bind(SocketAddresses.of(local)));
        return listener;
    }

    private ChannelInitializer<Channel> socketInitializer() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline()
                        .addLast(new SocketReadings(QuicListener.this::drainWaiting))
                        .addLast(QuicSettings.codec(new QuicServerCodecBuilder(), bound())
                                .sslContext(Tls.CONTEXT)
                                .option(
                                        QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR,
                                        EpollQuicUtils.newSegmentedAllocator(QuicSettings.SEGMENTS))
                                .tokenHandler(
                                        new AddressTokens(QuicListener.this::isCrowded, new BootClock()::nowNanos))
                                .handler(connectionInitializer())
                                .build());
            }
        };
    }

    private ChannelInitializer<QuicChannel> connectionInitializer() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(QuicChannel channel) {
                Endpoint peer = SocketAddresses.endpoint(Objects.requireNonNull(channel.remoteSocketAddress()));
                QuicConnection connection = new QuicConnection(QuicListener.this, peer);
                if (admit(connection)) {
                    channel.pipeline()
                            .addLast(new QuicReadings(
                                    QuicListener.this,
                                    connection,
                                    () -> usable(connection),
                                    () -> over(connection),
                                    now -> rename(connection, now)));
                } else {
                    var _ = channel.close();
                }
            }
        };
    }
}
