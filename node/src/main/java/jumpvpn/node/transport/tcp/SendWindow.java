package jumpvpn.node.transport.tcp;

import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import jumpvpn.node.host.Libc;
import jumpvpn.node.host.Memory;

/**
 * How much the kernel may be given of a connection: what leaves within a millisecond, so that it is not idle while its window is open. All else waits with us, where
 * newer packets replace older and each flow has its turn. The kernel itself would take more: TCP_NOTSENT_LOWAT does not bound what it adds to the last segment of its queue, 64 KiB.
 * On Netty's thread only.
 */
final class SendWindow {
    private static final int SIOCOUTQNSD = 0x894B;
    private static final long MICROS_PER_MILLI = 1000;
    private static final long LEAST_PAUSE_MICROS = 500;
    private static final long MOST_PAUSE_MICROS = 2000;

    private final EpollTcpInfo info = new EpollTcpInfo();
    private long aMillisecondBytes;
    private long packetMicros;
    private int roomBytes;

    /** Asks the kernel. Once it has all that it was given. */
    void look(EpollSocketChannel channel) {
        channel.tcpInfo(info);
        seen(info.sndCwnd(), info.sndMss(), info.rtt(), unsentBytes(channel));
    }

    /**
     * What the kernel says.
     *
     * @param windowPackets that may be under way, of at most so many bytes
     * @param unsentBytes it has and has not sent yet
     */
    void seen(long windowPackets, long packetBytes, long rttMicros, int unsentBytes) {
        long perMilli = windowPackets * packetBytes * MICROS_PER_MILLI / Math.max(1, rttMicros);
        aMillisecondBytes = Math.max(TcpSettings.LEAST_BYTES, perMilli);
        packetMicros = rttMicros / Math.max(1, windowPackets);
        roomBytes = Math.clamp(aMillisecondBytes - unsentBytes, 0, TcpSettings.MOST_BYTES);
    }

    private static int unsentBytes(EpollSocketChannel channel) {
        long at = Libc.scratch();
        return Libc.ioctl(channel.fd().intValue(), SIOCOUTQNSD, at) < 0 ? 0 : Memory.getInt(at);
    }

    /** Bytes that it may be given. */
    int roomBytes() {
        return roomBytes;
    }

    /** It was given so many. */
    void taken(int bytes) {
        roomBytes -= bytes;
    }

    /**
     * Bytes of a record: what leaves in a millisecond, because the other end can use nothing of a record before it has all of it, and the window may shrink under one that was begun. BBR takes
     * it down to four packets a round trip every 10 s: there a record of 16 KiB is three round trips on its way.
     */
    int recordBytes() {
        return Math.min(roomBytes, (int) Math.min(aMillisecondBytes, TcpSettings.CHUNK_BYTES));
    }

    /** When there may be room again: a packet later. */
    long pauseMicros() {
        return Math.clamp(packetMicros, LEAST_PAUSE_MICROS, MOST_PAUSE_MICROS);
    }
}
