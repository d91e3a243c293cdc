package jumpvpn.node.transport.tcp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import javax.net.ssl.SSLException;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.transport.Connection;
import jumpvpn.node.transport.Dialer;
import jumpvpn.node.transport.NettyLoop;
import jumpvpn.node.transport.SocketAddresses;
import jumpvpn.node.transport.SocketOptions;
import org.jspecify.annotations.Nullable;

/** A client's TCP: one connection at a time to one gateway endpoint, each from a port of its own. */
public final class TcpClient extends Dialer {
    private static final class Tls {
        static final SslContext CONTEXT = context();

        private static SslContext context() {
            try {
                return TcpSettings.tls(SslContextBuilder.forClient()
                                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                                .endpointIdentificationAlgorithm(null))
                        .build();
            } catch (SSLException e) {
                throw new IllegalStateException("no TLS 1.3", e);
            }
        }
    }

    private TcpClient(Endpoint local, @Nullable String device, Endpoint remote) throws LinuxException {
        super(Protocol.TCP, local, device, remote);
    }

    /**
     * Ready to connect.
     *
     * @param local address to leave from, of the remote's family; port 0: any free one
     * @param device interface to keep to, or null
     * @throws LinuxException without file descriptors; what the network refuses is counted when something is sent
     */
    public static TcpClient open(Endpoint local, @Nullable String device, Endpoint remote) throws LinuxException {
        return new TcpClient(local, device, remote);
    }

    @Override
    protected Connection prepare() {
        return new TcpConnection(this, remote());
    }

    @Override
    protected void dial(Connection connection) {
        var _ = new Bootstrap()
                .group(NettyLoop.get())
                .channelFactory(this::socket)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        SslHandler tls = Tls.CONTEXT.newHandler(channel.alloc());
                        tls.setHandshakeTimeoutMillis(CONNECT_MILLIS);
                        channel.pipeline()
                                .addLast(tls)
                                .addLast(new FrameDecoder(
                                        TcpClient.this,
                                        (TcpConnection) connection,
                                        connection::opened,
                                        () -> lost(connection)));
                    }
                })
                .connect(SocketAddresses.of(remote()), SocketAddresses.of(bound()))
                .addListener((ChannelFuture connecting) -> {
                    if (connecting.isSuccess()) {
                        leavesFrom(connecting.channel());
                    } else {
                        lost(connection);
                    }
                });
    }

    private Channel socket() {
        EpollSocketChannel channel = new EpollSocketChannel(SocketOptions.family(bound()));
        TcpSettings.tune(channel);
        if (device != null) {
            SocketOptions.confine(channel, bound(), device);
        }
        return channel;
    }
}
