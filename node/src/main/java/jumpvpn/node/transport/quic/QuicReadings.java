package jumpvpn.node.transport.quic;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicPathEvent;
import java.util.function.Consumer;
import jumpvpn.core.net.Endpoint;
import jumpvpn.node.transport.NettyTransport;
import jumpvpn.node.transport.SocketAddresses;

/** What a QUIC connection reports: its datagrams go to the transport, its begin, end and moves to whoever made it. */
final class QuicReadings extends ChannelInboundHandlerAdapter {
    private final NettyTransport transport;
    private final QuicConnection connection;
    private final Runnable usable;
    private final Runnable over;
    private final Consumer<Endpoint> moved;

    QuicReadings(
            NettyTransport transport,
            QuicConnection connection,
            Runnable usable,
            Runnable over,
            Consumer<Endpoint> moved) {
        this.transport = transport;
        this.connection = connection;
        this.usable = usable;
        this.over = over;
        this.moved = moved;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        connection.attach((QuicChannel) context.channel());
        var _ = context.channel().closeFuture().addListener(_ -> over.run()); // also if it never becomes active
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        connection.established();
        usable.run();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf datagram = (ByteBuf) message;
        transport.deliver(datagram, datagram.readerIndex(), datagram.readableBytes(), connection.peer());
        datagram.release();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        transport.delivered();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof QuicPathEvent.PeerMigrated migrated) {
            moved.accept(SocketAddresses.endpoint(migrated.remote()));
        }
    }

    /** Whatever it is, the connection says itself when it is over. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {}
}
