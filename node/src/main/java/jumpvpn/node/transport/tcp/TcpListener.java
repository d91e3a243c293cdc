package jumpvpn.node.transport.tcp;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateHandler;
import javax.net.ssl.SSLException;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.transport.Dialer;
import jumpvpn.node.transport.Listener;
import jumpvpn.node.transport.NettyLoop;
import jumpvpn.node.transport.SelfSigned;
import jumpvpn.node.transport.SocketAddresses;
import jumpvpn.node.transport.SocketOptions;

/** A gateway's TCP: one port, any number of connections within {@link jumpvpn.node.transport.Admission}'s bounds, each with {@link Dialer#CONNECT_MILLIS} for its TLS handshake. */
public final class TcpListener extends Listener {
    private static final class Tls {
        static final SslContext CONTEXT = context(SelfSigned.create());

        private static SslContext context(SelfSigned own) {
            try {
                return TcpSettings.tls(SslContextBuilder.forServer(own.key(), own.certificate()))
                        .build();
            } catch (SSLException e) {
                throw new IllegalStateException("no TLS 1.3", e);
            }
        }
    }

    private final ChannelGroup channels = new DefaultChannelGroup(NettyLoop.get());

    private TcpListener(Endpoint local) throws LinuxException {
        super(Protocol.TCP, local);
    }

    /**
     * Binds; waits until that is done.
     *
     * @param local port 0: any free one
     * @throws LinuxException EADDRINUSE, EADDRNOTAVAIL and others, with the endpoint named
     */
    public static TcpListener open(Endpoint local) throws LinuxException {
        TcpListener listener = new TcpListener(local);
        listener.bind(new ServerBootstrap()
                .group(NettyLoop.get())
                .channelFactory(() -> socket(local))
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(listener.connectionInitializer())
                .bind(SocketAddresses.of(local)));
        return listener;
    }

    private static ServerChannel socket(Endpoint local) {
        EpollServerSocketChannel channel = new EpollServerSocketChannel(SocketOptions.family(local));
        SocketOptions.onlyItsFamily(channel, local);
        return channel;
    }

    private ChannelInitializer<Channel> connectionInitializer() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                Endpoint peer = SocketAddresses.endpoint(channel.remoteAddress());
                TcpConnection connection = new TcpConnection(TcpListener.this, peer);
                if (admit(connection)) {
                    accept(channel, connection);
                } else {
                    var _ = channel.close();
                }
            }
        };
    }

    private void accept(Channel channel, TcpConnection connection) {
        channels.add(channel);
        TcpSettings.tune(channel);
        SslHandler tls = Tls.CONTEXT.newHandler(channel.alloc());
        tls.setHandshakeTimeoutMillis(Dialer.CONNECT_MILLIS);
        channel.pipeline()
                .addLast(new IdleStateHandler(IDLE_SECONDS, 0, 0))
                .addLast(tls)
                .addLast(new FrameDecoder(this, connection, () -> usable(connection), () -> over(connection)));
    }

    @Override
    protected void closeChannels() {
        super.closeChannels();
        var _ = channels.close();
    }
}
