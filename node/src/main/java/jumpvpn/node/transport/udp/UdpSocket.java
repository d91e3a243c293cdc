package jumpvpn.node.transport.udp;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.Transport;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.core.transport.TransportCounters;
import jumpvpn.node.host.Errno;
import jumpvpn.node.host.Libc;
import jumpvpn.node.host.LinuxException;
import org.jspecify.annotations.Nullable;

/**
 * A non-blocking UDP socket of one family on one local endpoint, batch by batch. Its datagrams are never fragmented (DF is set and learnt path MTUs, which anybody on the
 * way can forge, are not believed: too big for the interface is {@code EMSGSIZE}, too big further on is lost). One thread may receive and one other may send; whoever
 * closes it has ended both.
 */
public final class UdpSocket implements Transport {
    /** How strictly the socket keeps to an interface. */
    public enum Confinement {
        /** The routing table decides. */
        NONE,
        /** In and out by this interface only, whatever routes say (SO_BINDTODEVICE). */
        DEVICE,
        /** The kernel refused the former: only the way out is fixed (IP_UNICAST_IF). */
        OUTGOING
    }

    private static final int SO_MEMINFO = 55;
    private static final int MEMINFO_DROPS = 8;
    private static final int MOST_TOGETHER_BYTES = 1 << 16;
    private static final int MOST_TOGETHER = 64;
    private static final int MOST_MESSAGES = 8;

    private final int slots;
    private final int family;
    private final Endpoint local;
    private final boolean anyAddress;
    private final Confinement confinement;
    private final MessageArray incoming;
    private final Sender sender;
    private int fd;
    private boolean isApart;
    private @Nullable PacketBatch receivedInto;
    private int used;
    private int messages;
    private int messageBytes;
    private final TransportCounters counters = new TransportCounters();
    private int receiveErrno;

    private UdpSocket(int fd, Endpoint wanted, Confinement confinement, int slots) throws LinuxException {
        this.fd = fd;
        this.slots = slots;
        this.confinement = confinement;
        family = SocketAddress.family(wanted.address());
        anyAddress = wanted.address().isUnspecified();
        local = new Endpoint(wanted.address(), SocketOptions.boundPort(fd));
        incoming = new MessageArray(family, slots);
        sender = new Sender(fd, family, anyAddress, slots, counters);
        used = slots;
    }

    /**
     * Opens and binds.
     *
     * @param local address of the family to use; unspecified: every address of this host, and each datagram's own is in {@link PacketBatch#localHigh}; port 0: any free one
     * @param device interface to keep to, or null
     * @param slots datagrams a system call at most
     * @throws LinuxException EADDRINUSE, EADDRNOTAVAIL, ENODEV and others, with the endpoint named
     */
    public static UdpSocket open(Endpoint local, @Nullable String device, int slots) throws LinuxException {
        return open(local, device, slots, false);
    }

    /**
     * Opens several on one port, as {@link #open}. A packet of a binding comes to that whose number is its wire identifier's rest ({@link PortSharing}), whatever address it comes from; all else
     * comes to any of them.
     *
     * @param isShared whether QUIC's socket will have the port as well, which is opened after these: then on every interface
     */
    public static List<UdpSocket> openAll(
            Endpoint local, @Nullable String device, int slots, int count, boolean isShared) throws LinuxException {
        List<UdpSocket> all = new ArrayList<>();
        try {
            UdpSocket first = open(local, device, slots, isShared);
            all.add(first);
            String attempted = "share the port of " + first.local;
            if (count > 1
                    && !isShared) { // only now that it is bound, so that a port which another process has is refused
                PortSharing.allow(first.fd, attempted);
            }
            while (all.size() < count) {
                all.add(open(first.local, device, slots, true));
            }
            if (count > 1 || isShared) {
                PortSharing.divide(first.fd, count, isShared, attempted);
            }
            return all;
        } catch (LinuxException e) {
            all.forEach(UdpSocket::close);
            throw e;
        }
    }

    private static UdpSocket open(Endpoint local, @Nullable String device, int slots, boolean isShared)
            throws LinuxException {
        String attempted = "open UDP socket on " + local + (device == null ? "" : " by interface " + device);
        int family = SocketAddress.family(local.address());
        int fd = LinuxException.check(
                Libc.socket(family, SocketOptions.SOCK_DGRAM | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0), attempted);
        try {
            boolean v4 = family == SocketAddress.AF_INET;
            SocketOptions.set(fd, v4, local.address().isUnspecified(), attempted);
            Confinement confinement =
                    device == null ? Confinement.NONE : SocketOptions.confine(fd, v4, device, attempted);
            if (isShared) {
                PortSharing.allow(fd, attempted);
            }
            SocketOptions.bind(fd, local, device, attempted);
            return new UdpSocket(fd, local, confinement, slots);
        } catch (LinuxException e) {
            Libc.close(fd);
            throw e;
        }
    }

    /**
     * Takes what has arrived, up to the smaller of the batch's capacity and this socket's slots, without waiting. Each filled slot has offset 0, its length, the peer and our own
     * address. A datagram longer than its slot comes with length 0 and is counted by {@link TransportCounter#CUT}. Into a batch of 64 slots
     * and 128 KiB, or more, the kernel may put up to 64 datagrams of one sender at once, one behind the other (UDP_GRO).
     *
     * @return {@link PacketBatch#count}; 0: nothing there, or an error in {@link #receiveErrno()}
     */
    @Override
    public int receive(PacketBatch batch) {
        try {
            int room = prepareReceive(batch);
            int got = Libc.recvmmsg(fd, incoming.message(0), room, Libc.MSG_DONTWAIT);
            if (got < 0 && got != -Errno.EAGAIN) { // an error that was left pending on the socket; taking it clears it
                receiveErrno = -got;
                got = Libc.recvmmsg(fd, incoming.message(0), room, Libc.MSG_DONTWAIT);
            }
            used = Math.max(0, got);
            batch.count = 0;
            for (int i = 0; i < used; i++) {
                take(i, batch);
            }
            return batch.count;
        } finally {
            Reference.reachabilityFence(incoming.memory());
        }
    }

    private int prepareReceive(PacketBatch batch) {
        if (batch != receivedInto) {
            receivedInto = batch;
            long bytes = (long) batch.capacity() * batch.slotSize;
            int most = (int) Math.min(bytes / MOST_TOGETHER_BYTES, batch.capacity() / MOST_TOGETHER);
            int several = bytes >= 2 * MOST_TOGETHER_BYTES && most > 0 && !isApart ? 1 : 0;
            boolean isAsked = Libc.setsockopt(fd, MessageArray.SOL_UDP, MessageArray.UDP_GRO, several) == 0;
            boolean together = isAsked && several == 1;
            messageBytes = together ? MOST_TOGETHER_BYTES : batch.slotSize;
            messages = Math.min(slots, together ? Math.min(most, MOST_MESSAGES) : batch.capacity());
            for (int i = 0; i < messages; i++) {
                incoming.vector(i, batch.home(0) + (long) i * messageBytes, messageBytes);
            }
        }
        for (int i = 0; i < used; i++) {
            incoming.resetForReceive(i);
        }
        return messages;
    }

    /** The datagrams of one message, each into a slot. */
    private void take(int i, PacketBatch batch) {
        int length = incoming.length(i);
        int segment = incoming.readSegmentBytes(i);
        int each = segment == 0 ? length : segment;
        int from = 0;
        do {
            int bytes = Math.min(each, length - from);
            boolean isCut = bytes > batch.slotSize || (incoming.flags(i) & Libc.MSG_TRUNC) != 0;
            if (isCut || batch.count == batch.capacity()) {
                counters.count(TransportCounter.CUT);
            }
            if (batch.count < batch.capacity()) {
                int slot = batch.count++;
                batch.address[slot] = batch.home(0) + (long) i * messageBytes + from;
                batch.offset[slot] = 0;
                batch.length[slot] = isCut ? 0 : bytes;
                takeHeader(i, batch, slot);
            }
            from += each;
        } while (from < length);
    }

    private void takeHeader(int i, PacketBatch batch, int slot) {
        incoming.readPeer(i, batch, slot);
        batch.trafficClass[slot] = incoming.readEcn(i);
        if (anyAddress) {
            incoming.readLocal(i, batch, slot);
        } else {
            batch.localHigh[slot] = local.address().high();
            batch.localLow[slot] = local.address().low();
        }
    }

    /**
     * Sends the slots {@code from} to {@code to - 1}, each to its peer and, on a socket for every address, from its local address; neighbours of one length to one peer as one message
     * (UDP_SEGMENT), unless the kernel has refused that before. What the kernel refuses for good is skipped and counted as {@link TransportCounter#REFUSED}, with the error in
     * {@link #lastErrno()}; the rest of the batch goes on.
     *
     * @return how many slots are done with, sent or skipped; fewer than asked for: the kernel's buffer is full, the rest is the caller's
     */
    @Override
    public int send(PacketBatch batch, int from, int to) {
        return sender.send(batch, from, to);
    }

    /** Each datagram is a message of its own from now on, both ways, though the kernel could do more; before the first one. */
    public void keepApart() {
        isApart = true;
        sender.keepApart();
    }

    @Override
    public Protocol protocol() {
        return Protocol.UDP;
    }

    @Override
    public int fd() {
        return fd;
    }

    @Override
    public Endpoint local() {
        return local;
    }

    /** What a datagram may have at most; an interface with a smaller MTU refuses less. */
    @Override
    public int mostBytes(Endpoint peer) {
        return MOST_BYTES;
    }

    @Override
    public long count(TransportCounter counter) {
        return counter == TransportCounter.NOT_RECEIVED
                ? Math.max(
                        0,
                        Libc.getsockopt(
                                fd, SocketOptions.SOL_SOCKET, SO_MEMINFO, MEMINFO_DROPS)) // only the kernel knows
                : counters.get(counter);
    }

    /** How strictly it keeps to its interface. */
    public Confinement confinement() {
        return confinement;
    }

    /** The error of the last datagram that was refused, as in {@link Errno}; 0: none so far. */
    public int lastErrno() {
        return sender.lastErrno();
    }

    /** The last error that a receive met, other than nothing being there; 0: none so far. */
    public int receiveErrno() {
        return receiveErrno;
    }

    @Override
    public void close() {
        if (fd >= 0) {
            Libc.close(fd);
            fd = -1;
            sender.close();
        }
    }
}
