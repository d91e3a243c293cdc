package jumpvpn.node.transport.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import java.lang.foreign.MemorySegment;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.transport.Transport;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.node.host.Memory;
import jumpvpn.node.transport.Connection;
import jumpvpn.node.transport.NettyTransport;
import org.jspecify.annotations.Nullable;

/**
 * One TLS connection. Frames are gathered into chunks of a TLS record each. The kernel is given what its congestion window has room for and hardly more; the rest waits where newer
 * packets replace older and each flow has its turn.
 */
final class TcpConnection extends Connection {
    private final NettyTransport transport;
    private final EpollTcpInfo info = new EpollTcpInfo();
    private @Nullable EpollSocketChannel channel;
    private @Nullable ByteBuf chunk;
    private int frames;
    private int chunksUnderway;
    private int roomBytes;
    private boolean isPutting;

    TcpConnection(NettyTransport transport, Endpoint peer) {
        super(transport, peer);
        this.transport = transport;
    }

    /** It runs over this channel. */
    void attach(Channel to) {
        channel = (EpollSocketChannel) to;
    }

    @Override
    protected boolean put(long address, int length) {
        if (channel == null
                || !channel.isOpen()) { // closed, and not yet told: the kernel would refuse to say anything of it
            return false;
        }
        int bytes = FrameDecoder.HEADER_BYTES + length;
        if (chunk != null && chunk.writableBytes() < bytes) {
            write(channel, chunk);
        }
        if (chunk == null) {
            if (!hasRoom(channel, bytes)) {
                return false;
            }
            int capacity = Math.min(TcpSettings.CHUNK_BYTES, roomBytes);
            chunk = channel.alloc().directBuffer(capacity, capacity);
        }
        frames++;
        chunk.writeShort(length);
        int at = chunk.writerIndex();
        MemorySegment.copy(Memory.ALL, address, MemorySegment.ofBuffer(chunk.internalNioBuffer(at, length)), 0, length);
        chunk.writerIndex(at + length);
        return true;
    }

    /** Whether so many bytes may go to the kernel: once it has all that it was given, as many as its window has room for. */
    private boolean hasRoom(EpollSocketChannel to, int bytes) {
        if (chunksUnderway > 0 && roomBytes < bytes) {
            isPutting = true; // what waits is not to be sent from within
            flush();
            isPutting = false;
        }
        if (chunksUnderway == 0) {
            roomBytes = room(to);
        }
        return roomBytes >= bytes;
    }

    /** What the congestion window leaves; a little also if it leaves nothing, because only a full kernel says when it has room. */
    private int room(EpollSocketChannel of) {
        of.tcpInfo(info);
        long underway = info.unacked() - info.sacked() - info.lost() + info.retrans();
        long room = (info.sndCwnd() - underway) * info.sndMss();
        return Math.clamp(room, TcpSettings.LEAST_BYTES, TcpSettings.MOST_BYTES);
    }

    private void write(Channel to, ByteBuf full) {
        int inside = frames;
        frames = 0;
        chunk = null;
        roomBytes -= full.readableBytes();
        chunksUnderway++;
        var _ = to.write(full).addListener(write -> written(write.isSuccess(), inside));
    }

    private void written(boolean isSuccess, int inside) {
        chunksUnderway--;
        if (!isSuccess) {
            transport.counters().count(TransportCounter.CONNECTION_LOST, inside);
        } else if (!isPutting) {
            drain();
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
