package jumpvpn.lab.bench;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.atomic.LongAdder;

/** Counts the datagrams that come out of a channel. */
@Sharable
final class Received extends ChannelInboundHandlerAdapter {
    final LongAdder datagrams = new LongAdder();

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        datagrams.increment();
        ReferenceCountUtil.release(message);
    }
}
