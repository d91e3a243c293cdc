package jumpvpn.node.data.tun;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.node.host.Errno;
import jumpvpn.node.host.Libc;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Memory;

/**
 * A TUN interface of our own, non-blocking: IP packets as on a wire. Where the kernel can, one read brings, and one write takes, many packets of a flow at once ({@link Offload}). It exists
 * from {@link #create} until {@link #close}; an interface that somebody else made, persistent or not, is never taken over. One thread may read and one other may write; whoever closes it has
 * ended both.
 */
public final class TunDevice implements AutoCloseable {
    private static final String CLONE_DEVICE = "/dev/net/tun";
    private static final long TUNSETIFF = 0x400454caL;
    private static final short IFF_TUN = 1;
    private static final short IFF_NO_PI = 0x1000;
    private static final short IFF_VNET_HDR = 0x4000;
    private static final short IFF_MULTI_QUEUE = 0x100;
    private static final short IFF_TUN_EXCL = (short) 0x8000;
    private static final long TUNSETOFFLOAD = 0x400454d0L;
    private static final int CHECKSUM_AND_TCP = 1 | 2 | 4;
    private static final int UDP_TOO = 0x20 | 0x40; // only both families together
    private static final int IFREQ_BYTES = 40;

    /** Bytes before each packet that is written. */
    public static final int HEADROOM = VirtioHeader.BYTES;

    /** What the kernel hands over and takes at once. */
    public enum Offload {
        /** A packet a read or write. */
        NONE,
        /** Super-packets of TCP. */
        TCP,
        /** Super-packets of TCP and UDP (Linux 6.2). */
        TCP_UDP
    }

    private final String name;
    private final int index;
    private final Offload offload;
    private final Segmentation incoming = new Segmentation();
    private final Coalescing outgoing;
    private int fd;
    private long dropped;
    private int lastErrno;
    private long cut;

    private TunDevice(String name, int fd, Offload offload) {
        this.name = name;
        this.fd = fd;
        this.offload = offload;
        outgoing = new Coalescing(this::write, offload == Offload.TCP_UDP);
        index = Libc.ifNameToIndex(name);
    }

    /**
     * Makes the interface; it is down and has no address.
     *
     * @param name 1 to 15 printable ASCII characters without %, / : and blanks
     * @throws LinuxException EBUSY if the name is taken, EPERM, ENOENT without /dev/net/tun, EINVAL for a bad name
     */
    public static TunDevice create(String name) throws LinuxException {
        return create(name, Offload.TCP_UDP);
    }

    /** As {@link #create(String)}, with this offload at most: less if the kernel can't. */
    public static TunDevice create(String name, Offload most) throws LinuxException {
        return make(name, most, (short) 0);
    }

    /**
     * As {@link #create(String)}, with several queues, each an object of its own that one thread may read and one other may write. The kernel keeps a flow to a queue: that which its packets from the
     * other side are written to. The interface exists until all are closed.
     */
    public static List<TunDevice> create(String name, Offload most, int queues) throws LinuxException {
        List<TunDevice> all = new ArrayList<>();
        try {
            all.add(make(name, most, queues > 1 ? IFF_MULTI_QUEUE : 0));
            while (all.size() < queues) {
                all.add(all.getFirst().another());
            }
            return all;
        } catch (LinuxException e) {
            all.forEach(TunDevice::close);
            throw e;
        }
    }

    private TunDevice another() throws LinuxException {
        String attempted = "open another queue of the interface " + name;
        int another = opened(attempted);
        int status = attach(another, name, IFF_MULTI_QUEUE | (offload == Offload.NONE ? 0 : IFF_VNET_HDR));
        if (status < 0) {
            Libc.close(another);
            throw new LinuxException(-status, attempted);
        }
        return new TunDevice(name, another, offload);
    }

    private static TunDevice make(String name, Offload most, short queues) throws LinuxException {
        String attempted = "create the interface " + name;
        if (!name.matches("[!-~&&[^%/:]]{1,15}") || name.equals(".") || name.equals("..")) {
            throw new LinuxException(
                    Errno.EINVAL, attempted, "a name has 1 to 15 printable characters without %, / : and blanks");
        }
        if (Libc.ifNameToIndex(name) != 0) {
            throw taken(attempted);
        }
        int fd = opened(attempted);
        int exclusive = IFF_TUN_EXCL | queues; // or an interface that came into being since the check would be joined
        boolean isPlain = most == Offload.NONE;
        int status = attach(fd, name, exclusive | (isPlain ? 0 : IFF_VNET_HDR));
        if (status == -Errno.EINVAL && !isPlain) {
            isPlain = true;
            status = attach(fd, name, exclusive);
        }
        if (status < 0) {
            Libc.close(fd);
            throw status == -Errno.EBUSY || status == -Errno.EEXIST
                    ? taken(attempted)
                    : new LinuxException(-status, attempted);
        }
        keepQuiet(name);
        return new TunDevice(name, fd, isPlain ? Offload.NONE : offload(fd, most));
    }

    /** Asks for as much as there may be. Headers come with each packet also where the kernel refuses all of it. */
    private static Offload offload(int fd, Offload most) {
        boolean withUdp = most == Offload.TCP_UDP && Libc.ioctl(fd, TUNSETOFFLOAD, CHECKSUM_AND_TCP | UDP_TOO) == 0;
        if (!withUdp) {
            Libc.ioctl(fd, TUNSETOFFLOAD, CHECKSUM_AND_TCP);
        }
        return withUdp ? Offload.TCP_UDP : Offload.TCP;
    }

    private static int opened(String attempted) throws LinuxException {
        int fd = Libc.open(CLONE_DEVICE, Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
        if (fd < 0) {
            throw unopened(-fd, attempted);
        }
        return fd;
    }

    private static int attach(int fd, String name, int more) {
        long ifreq = Libc.scratch();
        Memory.ALL.asSlice(ifreq, IFREQ_BYTES).fill((byte) 0);
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        Memory.copy(bytes, 0, ifreq, bytes.length);
        Memory.putShort(ifreq + 16, (short) (IFF_TUN | IFF_NO_PI | more));
        return Libc.ioctl(fd, TUNSETIFF, ifreq);
    }

    private static LinuxException taken(String attempted) {
        return new LinuxException(
                Errno.EBUSY,
                attempted,
                "an interface with this name exists and is not taken over: choose another name ([network] interface), or"
                        + " remove it with `ip link delete` if nothing needs it");
    }

    private static LinuxException unopened(int errno, String attempted) {
        String advice = errno == Errno.ENOENT || errno == Errno.ENODEV
                ? CLONE_DEVICE + " is missing: `modprobe tun`, or in a container pass the device in (mknod "
                        + CLONE_DEVICE + " c 10 200)"
                : errno == Errno.EACCES || errno == Errno.EPERM
                        ? CLONE_DEVICE + " may not be opened: run as root, or `chmod 0666 " + CLONE_DEVICE + "`"
                        : "opening " + CLONE_DEVICE + " failed, see errno(3)";
        return new LinuxException(errno, attempted, advice);
    }

    /** Without a link-local address, so that the kernel's own router solicitations do not go through the tunnel; where IPv6 is off or /proc read-only they don't matter. */
    private static void keepQuiet(String name) {
        try {
            Files.writeString(Path.of("/proc/sys/net/ipv6/conf", name, "addr_gen_mode"), "1");
        } catch (IOException e) {
            // cosmetic only
        }
    }

    /**
     * Takes what waits, up to the batch's capacity, without waiting. Each packet starts {@code headroom} bytes into its slot, which is where {@link PacketBatch#offset} points.
     * One that does not fit its slot is dropped, counted by {@link #cut()}: slots have to be larger than headroom and MTU.
     *
     * @return {@link PacketBatch#count}; {@link #isHolding} says whether there is more that {@link #fd} does not tell of
     * @throws LinuxException if the interface is gone, for instance deleted by somebody
     */
    public int read(PacketBatch batch, int headroom) throws LinuxException {
        int room = batch.slotSize - headroom;
        batch.count = 0;
        while (batch.count < batch.capacity()) {
            int filled = batch.count;
            if (offload == Offload.NONE && !readPlain(batch.address[filled] + headroom, room, batch)) {
                break;
            }
            if (offload != Offload.NONE) {
                if (!incoming.hasNext() && !readNext()) {
                    break;
                }
                batch.length[filled] = incoming.next(batch.address[filled] + headroom, room);
            }
            batch.offset[filled] = headroom;
            if (batch.length[filled] == 0) {
                cut++;
            } else {
                batch.count++;
            }
        }
        return batch.count;
    }

    private boolean readPlain(long to, int room, PacketBatch batch) throws LinuxException {
        int length = readInto(to, room);
        batch.length[batch.count] = length == room ? 0 : length; // one that fills its slot may have been cut
        return length >= 0;
    }

    private boolean readNext() throws LinuxException {
        int length = readInto(incoming.room(), incoming.roomBytes());
        while (length >= 0 && !incoming.begin(length)) {
            cut++;
            length = readInto(incoming.room(), incoming.roomBytes());
        }
        return length >= 0;
    }

    /** Bytes of what was read, -1: there is nothing. */
    private int readInto(long to, int room) throws LinuxException {
        int length;
        do {
            length = Libc.read(fd, to, room);
        } while (length == -Errno.EINTR);
        if (length < 0 && length != -Errno.EAGAIN) {
            throw new LinuxException(
                    -length, "read from the interface " + name, "it is gone; was it deleted? start again");
        }
        return Math.max(-1, length);
    }

    /** Whether a read left packets of a super-packet behind: read again. */
    public boolean isHolding() {
        return incoming.hasNext();
    }

    /**
     * Hands one packet to the kernel, at {@link #flush} at the latest. Until then its memory must stay as it is, and {@link #HEADROOM} bytes before it are this object's. What the kernel does
     * not take is counted by {@link #dropped()}, with the error in {@link #lastErrno()}: EIO while the interface is down, EINVAL if it is neither IPv4 nor IPv6.
     */
    public void write(long address, int length) {
        if (offload == Offload.NONE) {
            written(Libc.write(fd, address, length), 1);
        } else {
            outgoing.add(address, length);
        }
    }

    /**
     * Hands the kernel an answer to a packet that was just read, from the thread that reads. {@link #HEADROOM} bytes before it are this object's. What the kernel does not take is lost and
     * not counted.
     */
    public void answer(long address, int length) {
        if (offload == Offload.NONE) {
            Libc.write(fd, address, length);
        } else {
            VirtioHeader.plain(address - HEADROOM, true);
            Libc.write(fd, address - HEADROOM, HEADROOM + length);
        }
    }

    /** Hands over what {@link #write} still has. */
    public void flush() {
        outgoing.flush();
    }

    private void write(long vectors, int count, int packets) {
        written(Libc.writev(fd, vectors, count), packets);
    }

    private void written(int result, int packets) {
        if (result < 0) {
            dropped += packets;
            lastErrno = -result;
        }
    }

    /** What it can. */
    public Offload offload() {
        return offload;
    }

    /** The interface's name. */
    public String name() {
        return name;
    }

    /** The interface's index. */
    public int index() {
        return index;
    }

    /** For a {@link jumpvpn.node.host.Poller}; -1 once closed. */
    public int fd() {
        return fd;
    }

    /** Packets that the kernel did not take. */
    public long dropped() {
        return dropped;
    }

    /** The error of the last packet that the kernel did not take, as in {@link Errno}; 0: none so far. */
    public int lastErrno() {
        return lastErrno;
    }

    /** Packets from the kernel that did not fit their slot, or were none. */
    public long cut() {
        return cut;
    }

    /** Removes the interface, and with it its addresses and routes. */
    @Override
    public void close() {
        if (fd >= 0) {
            Libc.close(fd);
            fd = -1;
        }
    }
}
