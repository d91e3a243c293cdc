package jumpvpn.node.transport.udp;

import java.lang.foreign.Arena;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.Transport;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.core.transport.TransportCounters;
import jumpvpn.node.host.Errno;
import jumpvpn.node.host.Libc;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Memory;
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

    private static final int SOCK_DGRAM = 2;
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_BINDTODEVICE = 25;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SO_MEMINFO = 55;
    private static final int MEMINFO_DROPS = 8;
    private static final int IP_MTU_DISCOVER = 10;
    private static final int IP_UNICAST_IF = 50;
    private static final int IPV6_MTU_DISCOVER = 23;
    private static final int IPV6_V6ONLY = 26;
    private static final int IPV6_RECVPKTINFO = 49;
    private static final int IPV6_UNICAST_IF = 76;
    private static final int PMTUDISC_PROBE = 3;
    private static final int RECEIVE_BUFFER_BYTES = 4 << 20;
    private static final int SEND_BUFFER_BYTES = 1 << 20;
    private static final int MOST_TOGETHER = 1 << 16;
    private static final int MOST_TOGETHER_OUT = 65_000;
    private static final int MOST_SEGMENTS = 64;
    private static final int MOST_MESSAGES = 8;

    private final int slots;
    private final int family;
    private final Endpoint local;
    private final boolean anyAddress;
    private final Confinement confinement;
    private final MessageArray incoming;
    private final MessageArray outgoing;
    private int fd;
    private @Nullable PacketBatch receivedInto;
    private int used;
    private int messages;
    private int messageBytes;
    private final int[] ends;
    private boolean segments = true;
    private int refusedTogether;
    private final TransportCounters counters = new TransportCounters();
    private int lastErrno;
    private int receiveErrno;

    private UdpSocket(int fd, Endpoint wanted, Confinement confinement, int slots) throws LinuxException {
        this.fd = fd;
        this.slots = slots;
        this.confinement = confinement;
        family = SocketAddress.family(wanted.address());
        anyAddress = wanted.address().isUnspecified();
        local = new Endpoint(wanted.address(), boundPort(fd));
        incoming = new MessageArray(family, slots);
        outgoing = new MessageArray(family, slots);
        ends = new int[slots];
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

    /** As {@link #open}, on every interface, on a port that QUIC's socket will have as well, which is opened after this one ({@link PortSharing}). */
    public static UdpSocket openShared(Endpoint local, int slots) throws LinuxException {
        return open(local, null, slots, true);
    }

    private static UdpSocket open(Endpoint local, @Nullable String device, int slots, boolean isShared)
            throws LinuxException {
        String attempted = "open UDP socket on " + local + (device == null ? "" : " by interface " + device);
        int family = SocketAddress.family(local.address());
        int fd = LinuxException.check(Libc.socket(family, SOCK_DGRAM | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0), attempted);
        try {
            boolean v4 = family == SocketAddress.AF_INET;
            setOptions(fd, v4, local.address().isUnspecified(), attempted);
            Confinement confinement = device == null ? Confinement.NONE : confine(fd, v4, device, attempted);
            if (isShared) {
                PortSharing.allow(fd, attempted);
            }
            bind(fd, local, device, attempted);
            if (isShared) {
                PortSharing.divide(fd, attempted);
            }
            return new UdpSocket(fd, local, confinement, slots);
        } catch (LinuxException e) {
            Libc.close(fd);
            throw e;
        }
    }

    private static void setOptions(int fd, boolean v4, boolean anyAddress, String attempted) throws LinuxException {
        int level = v4 ? SocketAddress.IPPROTO_IP : SocketAddress.IPPROTO_IPV6;
        int mtuDiscover = v4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER;
        LinuxException.check(Libc.setsockopt(fd, level, mtuDiscover, PMTUDISC_PROBE), attempted);
        if (!v4) { // so that 0.0.0.0 and :: can have the same port
            LinuxException.check(Libc.setsockopt(fd, level, IPV6_V6ONLY, 1), attempted);
        }
        if (anyAddress) {
            int packetInfo = v4 ? SocketAddress.IP_PKTINFO : IPV6_RECVPKTINFO;
            LinuxException.check(Libc.setsockopt(fd, level, packetInfo, 1), attempted);
        }
        enlarge(fd, SO_RCVBUFFORCE, SO_RCVBUF, RECEIVE_BUFFER_BYTES);
        enlarge(fd, SO_SNDBUFFORCE, SO_SNDBUF, SEND_BUFFER_BYTES);
    }

    /** Past the administrator's limit if we may, else up to it; a smaller buffer is no reason to fail. */
    private static void enlarge(int fd, int force, int plain, int bytes) {
        if (Libc.setsockopt(fd, SOL_SOCKET, force, bytes) < 0) {
            Libc.setsockopt(fd, SOL_SOCKET, plain, bytes);
        }
    }

    private static Confinement confine(int fd, boolean v4, String device, String attempted) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            byte[] name = device.getBytes(StandardCharsets.UTF_8);
            long at = arena.allocate(name.length + 1L).address();
            Memory.copy(name, 0, at, name.length);
            int status = Libc.setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, at, name.length);
            if (status != -Errno.EPERM) {
                LinuxException.check(status, attempted);
                return Confinement.DEVICE;
            }
        }
        int index = Libc.ifNameToIndex(device);
        if (index == 0) {
            throw new LinuxException(Errno.ENODEV, attempted);
        }
        int level = v4 ? SocketAddress.IPPROTO_IP : SocketAddress.IPPROTO_IPV6;
        int option = v4 ? IP_UNICAST_IF : IPV6_UNICAST_IF;
        LinuxException.check(Libc.setsockopt(fd, level, option, Integer.reverseBytes(index)), attempted);
        return Confinement.OUTGOING;
    }

    private static void bind(int fd, Endpoint local, @Nullable String device, String attempted) throws LinuxException {
        boolean v4 = local.address().isV4();
        int scope = !v4 && local.address().isLinkLocal() && device != null ? Libc.ifNameToIndex(device) : 0;
        long at = Libc.scratch();
        SocketAddress.write(at, v4, local.address().high(), local.address().low(), local.port(), scope);
        LinuxException.check(Libc.bind(fd, at, v4 ? SocketAddress.V4_BYTES : SocketAddress.V6_BYTES), attempted);
    }

    private static int boundPort(int fd) throws LinuxException {
        long at = Libc.scratch();
        Memory.putInt(at + 32, 32);
        LinuxException.check(Libc.getsockname(fd, at, at + 32), "read the port of a UDP socket");
        return SocketAddress.port(at);
    }

    /**
     * Takes what has arrived, up to the smaller of the batch's capacity and this socket's slots, without waiting. Each filled slot has offset 0, its length, the peer and our own
     * address. A datagram longer than its slot comes with length 0 and is counted by {@link TransportCounter#CUT}. Into a batch of 128 KiB and more the kernel may put up to 64 datagrams of
     * one sender at once, one behind the other (UDP_GRO).
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
            boolean several = bytes >= 2 * MOST_TOGETHER
                    && Libc.setsockopt(fd, MessageArray.SOL_UDP, MessageArray.UDP_GRO, 1) == 0;
            messageBytes = several ? MOST_TOGETHER : batch.slotSize;
            messages = (int) Math.min(several ? MOST_MESSAGES : slots, bytes / messageBytes);
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
        boolean isCut = each > batch.slotSize || (incoming.flags(i) & Libc.MSG_TRUNC) != 0;
        int from = 0;
        do {
            if (isCut || batch.count == batch.capacity()) {
                counters.count(TransportCounter.CUT);
            }
            if (batch.count < batch.capacity()) {
                int slot = batch.count++;
                batch.address[slot] = batch.home(0) + (long) i * messageBytes + from;
                batch.offset[slot] = 0;
                batch.length[slot] = isCut ? 0 : Math.min(each, length - from);
                takeAddresses(i, batch, slot);
            }
            from += each;
        } while (from < length);
    }

    private void takeAddresses(int i, PacketBatch batch, int slot) {
        incoming.readPeer(i, batch, slot);
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
        int at = from;
        try {
            boolean hasRoom = true;
            while (at < to && hasRoom) {
                int chunk = Math.min(slots, to - at);
                int done = sendChunk(batch, at, chunk, segments);
                hasRoom = done == chunk || refusedTogether > 0;
                if (refusedTogether > 0) {
                    done += sendSingly(batch, at + done, refusedTogether);
                }
                at += done;
            }
            if (!hasRoom) {
                counters.count(TransportCounter.NO_ROOM);
            }
        } finally {
            Reference.reachabilityFence(outgoing.memory());
        }
        return at - from;
    }

    /** What was refused as one message. Unless each is refused as well, this kernel or interface can't send several as one. */
    private int sendSingly(PacketBatch batch, int from, int count) {
        long refused = counters.get(TransportCounter.REFUSED);
        refusedTogether = 0;
        int done = sendChunk(batch, from, count, false);
        segments = counters.get(TransportCounter.REFUSED) != refused;
        return done;
    }

    private int sendChunk(PacketBatch batch, int from, int count, boolean inSegments) {
        int prepared = 0;
        for (int at = from; at < from + count; prepared++) {
            int end = inSegments ? together(batch, at, from + count) : at + 1;
            prepareSend(batch, from, at, end, prepared);
            ends[prepared] = end - from;
            at = end;
        }
        int done = 0;
        while (done < prepared) {
            int sent = Libc.sendmmsg(fd, outgoing.message(done), prepared - done, Libc.MSG_DONTWAIT);
            if (sent == -Errno.EAGAIN) {
                break;
            } else if (sent >= 0) {
                done += sent;
            } else if (ends[done] - before(done) > 1) {
                refusedTogether = ends[done] - before(done);
                break;
            } else { // the first of them failed; had it been a later one, the ones before would have been counted
                lastErrno = -sent;
                counters.count(TransportCounter.REFUSED, ends[done] - before(done));
                done++;
            }
        }
        return before(done);
    }

    private int before(int message) {
        return message == 0 ? 0 : ends[message - 1];
    }

    /** Where the neighbours end that may go in one message with this one. */
    private static int together(PacketBatch batch, int at, int end) {
        int bytes = batch.length[at];
        int most = Math.min(end, at + Math.min(MOST_SEGMENTS, MOST_TOGETHER_OUT / Math.max(1, bytes)));
        int next = at + 1;
        while (next < most
                && batch.length[next - 1] == bytes
                && batch.length[next] <= bytes
                && batch.length[next] > 0
                && batch.peerLow[next] == batch.peerLow[at]
                && batch.peerHigh[next] == batch.peerHigh[at]
                && batch.peerPort[next] == batch.peerPort[at]
                && batch.localLow[next] == batch.localLow[at]
                && batch.localHigh[next] == batch.localHigh[at]) {
            next++;
        }
        return next;
    }

    /** Message {@code i} is the slots {@code at} to {@code end - 1} of a chunk that begins at {@code from}. */
    private void prepareSend(PacketBatch batch, int from, int at, int end, int i) {
        for (int slot = at; slot < end; slot++) {
            outgoing.vector(slot - from, batch.address[slot] + batch.offset[slot], batch.length[slot]);
        }
        outgoing.vectors(i, at - from, end - at);
        outgoing.writePeer(i, batch, at);
        if (anyAddress) {
            outgoing.writeLocal(i, batch, at);
        } else {
            outgoing.clearLocal(i);
        }
        if (end - at > 1) {
            outgoing.writeSegmentBytes(i, batch.length[at]);
        }
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
                ? Math.max(0, Libc.getsockopt(fd, SOL_SOCKET, SO_MEMINFO, MEMINFO_DROPS)) // only the kernel knows
                : counters.get(counter);
    }

    /** How strictly it keeps to its interface. */
    public Confinement confinement() {
        return confinement;
    }

    /** The error of the last datagram that was refused, as in {@link Errno}; 0: none so far. */
    public int lastErrno() {
        return lastErrno;
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
        }
    }
}
