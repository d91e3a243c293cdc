package jumpvpn.node.transport.quic;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Before QUIC's codec: says when packets have been handled, acknowledgements among them, which make room. */
final class SocketReadings extends ChannelInboundHandlerAdapter {
    private final Runnable handled;

    SocketReadings(Runnable handled) {
        this.handled = handled;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.fireChannelReadComplete();
        handled.run();
    }

    /** Errors of the socket are hints of the network, and anybody can forge them. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {}
}
