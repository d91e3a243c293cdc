package jumpvpn.node.transport.quic;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import java.net.SocketAddress;
import java.util.function.Consumer;
import jumpvpn.core.net.Endpoint;
import jumpvpn.node.transport.NettyTransport;
import jumpvpn.node.transport.SocketAddresses;
import org.jspecify.annotations.Nullable;

/** What a QUIC connection reports: its datagrams go to the transport, its begin, end and moves to whoever made it. */
final class QuicReadings extends ChannelInboundHandlerAdapter {
    private final NettyTransport transport;
    private final QuicConnection connection;
    private final Runnable usable;
    private final Runnable over;
    private final Consumer<Endpoint> moved;
    private @Nullable SocketAddress known;

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
        known = ((QuicChannel) context.channel()).remoteSocketAddress();
        connection.established();
        usable.run();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        SocketAddress from = ((QuicChannel) context.channel()).remoteSocketAddress(); // the sender of this very packet
        if (from != null && !from.equals(known)) {
            if (known != null) {
                moved.accept(SocketAddresses.endpoint(from));
            }
            known = from;
        }
        ByteBuf datagram = (ByteBuf) message;
        transport.deliver(datagram, datagram.readerIndex(), datagram.readableBytes(), connection.peer());
        datagram.release();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        transport.delivered();
    }

    /** Whatever it is, the connection says itself when it is over. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {}
}
