package jumpvpn.node.transport.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.lang.foreign.MemorySegment;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.transport.Transport;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.node.host.Memory;
import jumpvpn.node.transport.Connection;
import jumpvpn.node.transport.NettyTransport;
import org.jspecify.annotations.Nullable;

/** One TLS connection. Frames are gathered into chunks of a TLS record each; no more than a few are on the way into the kernel, the rest waits where newer packets replace older. */
final class TcpConnection extends Connection {
    private final NettyTransport transport;
    private @Nullable Channel channel;
    private @Nullable ByteBuf chunk;
    private int frames;
    private int chunksUnderway;

    TcpConnection(NettyTransport transport, Endpoint peer) {
        super(transport, peer);
        this.transport = transport;
    }

    /** It runs over this channel. */
    void attach(Channel to) {
        channel = to;
    }

    @Override
    protected boolean put(long address, int length) {
        if (channel == null) {
            return false;
        }
        if (chunk != null && chunk.writableBytes() < FrameDecoder.HEADER_BYTES + length) {
            write(channel, chunk);
        }
        if (chunk == null) {
            if (chunksUnderway == TcpSettings.MOST_CHUNKS) {
                return false;
            }
            chunk = channel.alloc().directBuffer(TcpSettings.CHUNK_BYTES, TcpSettings.CHUNK_BYTES);
        }
        frames++;
        chunk.writeShort(length);
        int at = chunk.writerIndex();
        MemorySegment.copy(Memory.ALL, address, MemorySegment.ofBuffer(chunk.internalNioBuffer(at, length)), 0, length);
        chunk.writerIndex(at + length);
        return true;
    }

    private void write(Channel to, ByteBuf full) {
        int inside = frames;
        frames = 0;
        chunk = null;
        chunksUnderway++;
        var _ = to.write(full).addListener(write -> written(write.isSuccess(), inside));
    }

    private void written(boolean isSuccess, int inside) {
        chunksUnderway--;
        if (isSuccess) {
            drain();
        } else {
            transport.counters().count(TransportCounter.CONNECTION_LOST, inside);
        }
    }

    @Override
    protected void flush() {
        if (channel != null && isOpen()) { // a flush before that spoils the TLS handshake
            if (chunk != null) {
                write(channel, chunk);
            }
            channel.flush();
        }
    }

    @Override
    public int mostBytes() {
        return Transport.MOST_BYTES;
    }

    /** The kernel closes a connection that is not acknowledged (TCP_USER_TIMEOUT). */
    @Override
    protected boolean isUnanswered() {
        return false;
    }

    @Override
    protected void disconnect() {
        if (channel != null) {
            var _ = channel.close();
        }
    }
}
