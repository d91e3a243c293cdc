package jumpvpn.node.transport.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.concurrent.TimeUnit;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.transport.Transport;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.node.host.Memory;
import jumpvpn.node.transport.Connection;
import jumpvpn.node.transport.NettyTransport;
import org.jspecify.annotations.Nullable;

/**
 * One TLS connection. Frames are gathered into chunks of a TLS record each. The kernel is given no more than the {@link SendWindow} has room for.
 */
final class TcpConnection extends Connection {
    private final NettyTransport transport;
    private final SendWindow window = new SendWindow();
    private @Nullable EpollSocketChannel channel;
    private @Nullable ByteBuf chunk;
    private int frames;
    private int chunksUnderway;
    private boolean isPutting;
    private boolean isDrainDue;

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
            int capacity = window.recordBytes();
            chunk = channel.alloc().directBuffer(capacity, capacity);
        }
        frames++;
        long to = chunk.memoryAddress() + chunk.writerIndex();
        Memory.putShortBig(to, (short) length);
        Memory.copy(address, to + FrameDecoder.HEADER_BYTES, length);
        chunk.writerIndex(chunk.writerIndex() + bytes);
        return true;
    }

    /** Whether so many bytes may go to the kernel; if not, what waits is drained when some of what it has is gone. */
    private boolean hasRoom(EpollSocketChannel to, int bytes) {
        if (chunksUnderway > 0 && window.roomBytes() < bytes) {
            isPutting = true; // what waits is not to be sent from within
            flush();
            isPutting = false;
        }
        if (chunksUnderway == 0) {
            window.look(to);
            if (window.roomBytes() < bytes) {
                drainLater(to);
            }
        }
        return window.roomBytes() >= bytes;
    }

    private void drainLater(Channel to) {
        if (!isDrainDue) {
            isDrainDue = true;
            var _ = to.eventLoop().schedule(this::drainNow, window.pauseMicros(), TimeUnit.MICROSECONDS);
        }
    }

    private void drainNow() {
        isDrainDue = false;
        drain();
    }

    private void write(Channel to, ByteBuf full) {
        int inside = frames;
        frames = 0;
        chunk = null;
        window.taken(full.readableBytes());
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
