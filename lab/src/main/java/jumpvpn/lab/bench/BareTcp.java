package jumpvpn.lab.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import javax.net.ssl.SSLException;
import jumpvpn.core.transport.Transport;
import jumpvpn.node.transport.NettyLoop;
import jumpvpn.node.transport.SelfSigned;
import jumpvpn.node.transport.SocketAddresses;
import jumpvpn.node.transport.tcp.TcpSettings;

/** Netty's TLS over TCP and nothing else, with our TLS settings and framing and Netty's own limits: batches are written on its thread while the channel is writable. */
final class BareTcp implements Carriage {
    private static final EventLoop LOOP = NettyLoop.get();
    private static final int HEADER_BYTES = 2;

    private final Received received = new Received();
    private final Runnable write = this::write;
    private final byte[] payload = new byte[BYTES];
    private final Channel listener;
    private final Channel client;

    BareTcp() throws SSLException {
        SelfSigned own = SelfSigned.create();
        SslContext accepts = TcpSettings.tls(SslContextBuilder.forServer(own.key(), own.certificate()))
                .build();
        SslContext dials = TcpSettings.tls(SslContextBuilder.forClient()
                        .trustManager(InsecureTrustManagerFactory.INSTANCE)
                        .endpointIdentificationAlgorithm(null))
                .build();
        listener = listener(accepts);
        client = client(dials);
        client.pipeline().get(SslHandler.class).handshakeFuture().syncUninterruptibly();
    }

    private Channel listener(SslContext accepts) {
        return new ServerBootstrap()
                .group(LOOP)
                .channel(EpollServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(accepts.newHandler(channel.alloc()))
                                .addLast(new LengthFieldBasedFrameDecoder(
                                        Transport.MOST_BYTES + HEADER_BYTES, 0, HEADER_BYTES, 0, HEADER_BYTES))
                                .addLast(received);
                    }
                })
                .bind(SocketAddresses.of(ANY_PORT))
                .syncUninterruptibly()
                .channel();
    }

    private Channel client(SslContext dials) {
        return new Bootstrap()
                .group(LOOP)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(dials.newHandler(channel.alloc()));
                    }
                })
                .connect(listener.localAddress())
                .syncUninterruptibly()
                .channel();
    }

    @Override
    public int send() {
        if (!client.isWritable()) {
            return 0;
        }
        LOOP.execute(write);
        return BATCH;
    }

    private void write() {
        ByteBuf frames = client.alloc().directBuffer(BATCH * (HEADER_BYTES + BYTES));
        for (int i = 0; i < BATCH; i++) {
            frames.writeShort(BYTES).writeBytes(payload);
        }
        var _ = client.writeAndFlush(frames);
    }

    @Override
    public long received() {
        return received.datagrams.sum();
    }

    @Override
    public void close() {
        client.close().syncUninterruptibly();
        listener.close().syncUninterruptibly();
    }
}
