package jumpvpn.node.transport.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.List;
import jumpvpn.core.transport.Transport;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.node.transport.NettyTransport;
import org.jspecify.annotations.Nullable;

/**
 * Behind TLS: takes the stream apart into frames, a length in two bytes and as many bytes, and hands them to the transport; while that has no room it reads no more, so that the sender
 * feels it. Whoever breaks the framing is disconnected.
 */
final class FrameDecoder extends ByteToMessageDecoder {
    static final int HEADER_BYTES = 2;

    private final NettyTransport transport;
    private final TcpConnection connection;
    private final Runnable usable;
    private final Runnable over;
    private @Nullable ChannelHandlerContext context;
    private boolean isPaused;

    FrameDecoder(NettyTransport transport, TcpConnection connection, Runnable usable, Runnable over) {
        this.transport = transport;
        this.connection = connection;
        this.usable = usable;
        this.over = over;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext to) {
        context = to;
        connection.attach(to.channel());
        var _ = to.channel().closeFuture().addListener(_ -> over.run());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                usable.run();
            } else {
                var _ = context.close();
            }
        } else if (event instanceof io.netty.handler.timeout.IdleStateEvent) {
            var _ = context.close();
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> none) {
        while (!isPaused && in.readableBytes() >= HEADER_BYTES) {
            int length = in.getUnsignedShort(in.readerIndex());
            if (length == 0 || length > Transport.MOST_BYTES) {
                transport.counters().count(TransportCounter.BAD_FRAME);
                in.skipBytes(in.readableBytes());
                var _ = context.close();
            } else if (in.readableBytes() < HEADER_BYTES + length) {
                return;
            } else if (context.channel().isActive() && !transport.hasRoom(this::resume)) {
                isPaused = true;
                context.channel().config().setAutoRead(false);
            } else {
                transport.deliver(in, in.readerIndex() + HEADER_BYTES, length, connection.peer());
                in.skipBytes(HEADER_BYTES + length);
            }
        }
    }

    private void resume() {
        if (context != null && !context.isRemoved()) {
            isPaused = false;
            decode(context, internalBuffer(), List.of());
            transport.delivered();
            if (!isPaused) {
                context.channel().config().setAutoRead(true);
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        transport.delivered();
        connection.drain(); // what arrived acknowledges, so there may be room
        if (!isPaused) { // else it would read on
            super.channelReadComplete(context);
        }
    }

    /** What has no room any more is counted. */
    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        isPaused = false;
        super.channelInactive(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var _ = context.close();
    }
}
