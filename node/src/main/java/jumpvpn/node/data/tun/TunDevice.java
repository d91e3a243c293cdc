package jumpvpn.node.data.tun;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.node.host.Errno;
import jumpvpn.node.host.Libc;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Memory;

/**
 * A TUN interface of our own: plain IP packets, one a read, non-blocking. It exists from {@link #create} until {@link #close}; an interface that somebody else made,
 * persistent or not, is never taken over. One thread may read and one other may write; whoever closes it has ended both.
 */
public final class TunDevice implements AutoCloseable {
    private static final String CLONE_DEVICE = "/dev/net/tun";
    private static final long TUNSETIFF = 0x400454caL;
    private static final short IFF_TUN = 1;
    private static final short IFF_NO_PI = 0x1000;
    private static final short IFF_TUN_EXCL = (short) 0x8000;
    private static final int IFREQ_BYTES = 40;

    private final String name;
    private final int index;
    private int fd;
    private long dropped;
    private int lastErrno;
    private long cut;

    private TunDevice(String name, int fd) {
        this.name = name;
        this.fd = fd;
        index = Libc.ifNameToIndex(name);
    }

    /**
     * Makes the interface; it is down and has no address.
     *
     * @param name 1 to 15 printable ASCII characters without %, / : and blanks
     * @throws LinuxException EBUSY if the name is taken, EPERM, ENOENT without /dev/net/tun, EINVAL for a bad name
     */
    public static TunDevice create(String name) throws LinuxException {
        String attempted = "create the interface " + name;
        if (!name.matches("[!-~&&[^%/:]]{1,15}") || name.equals(".") || name.equals("..")) {
            throw new LinuxException(
                    Errno.EINVAL, attempted, "a name has 1 to 15 printable characters without %, / : and blanks");
        }
        if (Libc.ifNameToIndex(name) != 0) {
            throw taken(attempted);
        }
        int fd = Libc.open(CLONE_DEVICE, Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
        if (fd < 0) {
            throw unopened(-fd, attempted);
        }
        int status = attach(fd, name);
        if (status < 0) {
            Libc.close(fd);
            throw status == -Errno.EBUSY || status == -Errno.EEXIST
                    ? taken(attempted)
                    : new LinuxException(-status, attempted);
        }
        keepQuiet(name);
        return new TunDevice(name, fd);
    }

    private static int attach(int fd, String name) {
        long ifreq = Libc.scratch();
        Memory.ALL.asSlice(ifreq, IFREQ_BYTES).fill((byte) 0);
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        Memory.copy(bytes, 0, ifreq, bytes.length);
        // exclusive, or an interface that came into being since the check would be joined
        Memory.putShort(ifreq + 16, (short) (IFF_TUN | IFF_NO_PI | IFF_TUN_EXCL));
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
     * A packet that fills its slot to the last byte may have been cut by the kernel and is dropped, counted by {@link #cut()}: slots have to be larger than headroom and MTU.
     *
     * @return {@link PacketBatch#count}
     * @throws LinuxException if the interface is gone, for instance deleted by somebody
     */
    public int read(PacketBatch batch, int headroom) throws LinuxException {
        int room = batch.slotSize - headroom;
        int filled = 0;
        while (filled < batch.capacity()) {
            int length = Libc.read(fd, batch.address[filled] + headroom, room);
            if (length == -Errno.EAGAIN) {
                break;
            } else if (length == room) {
                cut++;
            } else if (length >= 0) {
                batch.offset[filled] = headroom;
                batch.length[filled] = length;
                filled++;
            } else if (length != -Errno.EINTR) {
                batch.count = filled;
                throw new LinuxException(
                        -length, "read from the interface " + name, "it is gone; was it deleted? start again");
            }
        }
        batch.count = filled;
        return filled;
    }

    /**
     * Hands one packet to the kernel.
     *
     * @return whether the kernel took it; else it is counted by {@link #dropped()}, with the error in {@link #lastErrno()}: EIO while the interface is down, EINVAL if it is
     *     neither IPv4 nor IPv6
     */
    public boolean write(long address, int length) {
        int written = Libc.write(fd, address, length);
        if (written == length) {
            return true;
        }
        dropped++;
        lastErrno = -written;
        return false;
    }

    /** Hands the kernel an answer to a packet that was just read, from the thread that reads. What it does not take is lost and not counted. */
    public void answer(long address, int length) {
        Libc.write(fd, address, length);
    }

    /** Hands every filled slot to the kernel, as {@link #write(long, int)} does. @return how many it took */
    public int write(PacketBatch batch) {
        int taken = 0;
        for (int i = 0; i < batch.count; i++) {
            if (write(batch.address[i] + batch.offset[i], batch.length[i])) {
                taken++;
            }
        }
        return taken;
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

    /** Packets from the kernel that did not fit their slot. */
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
