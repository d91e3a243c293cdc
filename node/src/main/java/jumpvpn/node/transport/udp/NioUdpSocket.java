package jumpvpn.node.transport.udp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.UnsupportedAddressTypeException;
import jdk.net.ExtendedSocketOptions;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.Transport;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.core.transport.TransportCounters;
import jumpvpn.node.host.Errno;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Memory;
import jumpvpn.node.transport.Inbox;
import jumpvpn.node.transport.SocketAddresses;
import org.jspecify.annotations.Nullable;

/**
 * A UDP socket by java.nio, a datagram a call, for kernels and sandboxes that refuse {@link UdpSocket}'s calls. A thread of its own takes what arrives; what finds no room with the receiver is
 * {@link TransportCounter#NOT_RECEIVED}. What it can't do, since Java has no way to:
 * <ul>
 *   <li>keep to an interface: the routing table alone decides, and could lead its datagrams into the tunnel;
 *   <li>say which of our addresses a datagram came to, or let an answer leave from it, if it is bound to all of them;
 *   <li>read or write the traffic class, and with it the marks of congestion;
 *   <li>share its port; bound to {@code [::]} it has that of {@code 0.0.0.0} as well;
 *   <li>keep a forged message about a path's MTU from being believed: then longer datagrams are refused. Fragmented it never is;
 *   <li>count what the kernel had no room for.
 * </ul>
 */
public final class NioUdpSocket implements Transport {
    private static final int BUFFER_BYTES = 4 << 20; // the kernel gives what its administrator allows
    private static final int MOST_AT_ONCE = 64;
    private static final Endpoint NOBODY = new Endpoint(IpAddress.v6(0, 0), 0);

    private final DatagramChannel channel;
    private final Selector selector;
    private final Endpoint local;
    private final Inbox inbox;
    private final TransportCounters counters = new TransportCounters();
    private final ByteBuffer outgoing = ByteBuffer.allocateDirect(MOST_BYTES);
    private final long outgoingAddress = MemorySegment.ofBuffer(outgoing).address();
    private Endpoint sentTo = NOBODY;
    private InetSocketAddress target = SocketAddresses.of(sentTo);
    private final ByteBuffer incoming =
            ByteBuffer.allocateDirect(MOST_BYTES + 1); // so that one that is too long can be told
    private final long incomingAddress = MemorySegment.ofBuffer(incoming).address();
    private @Nullable SocketAddress lastSender;
    private Endpoint receivedFrom = NOBODY;

    private NioUdpSocket(DatagramChannel channel, Selector selector, Endpoint wanted, int slots) throws IOException {
        this.channel = channel;
        this.selector = selector;
        int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
        local = new Endpoint(wanted.address(), port);
        inbox = new Inbox(slots);
    }

    /**
     * Opens and binds.
     *
     * @param local address of the family to use; unspecified: every address of this host, and the kernel picks whence answers leave; port 0: any free one
     * @param device interface that it should keep to, or null: it can't, so this only names the socket in an error
     * @param slots datagrams that may wait for the receiver, a power of two
     * @throws LinuxException EADDRINUSE, EADDRNOTAVAIL and others, with the endpoint named
     */
    public static NioUdpSocket open(Endpoint local, @Nullable String device, int slots) throws LinuxException {
        NioUdpSocket socket;
        try {
            DatagramChannel channel = DatagramChannel.open(
                    local.address().isV4() ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
            try {
                socket = bound(channel, local, slots);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (LinuxException e) {
            throw e;
        } catch (IOException e) {
            String attempted = "open UDP socket on " + local + (device == null ? "" : " by interface " + device);
            throw new LinuxException(errno(e, local), attempted);
        }
        Thread thread = new Thread(socket::takeArrivals, "udp-" + socket.local.port());
        thread.setDaemon(true);
        thread.start();
        return socket;
    }

    private static NioUdpSocket bound(DatagramChannel channel, Endpoint local, int slots) throws IOException {
        channel.setOption(ExtendedSocketOptions.IP_DONTFRAGMENT, true);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER_BYTES);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, BUFFER_BYTES);
        channel.configureBlocking(false);
        channel.bind(SocketAddresses.of(local));
        Selector selector = Selector.open();
        try {
            channel.register(selector, SelectionKey.OP_READ);
            return new NioUdpSocket(channel, selector, local, slots);
        } catch (IOException e) {
            selector.close();
            throw e;
        }
    }

    /** Java says in words of the user's language what the kernel says in numbers. */
    private static int errno(IOException refused, Endpoint local) {
        if (!(refused instanceof BindException)) {
            return Errno.EIO;
        }
        try {
            boolean isOurs = local.address().isUnspecified()
                    || local.address().isLoopback()
                    || NetworkInterface.getByInetAddress(
                                    SocketAddresses.of(local).getAddress())
                            != null;
            return isOurs ? Errno.EADDRINUSE : Errno.EADDRNOTAVAIL;
        } catch (IOException e) {
            return Errno.EIO;
        }
    }

    private void takeArrivals() {
        try {
            while (channel.isOpen()) {
                selector.select(_ -> takeSome());
                inbox.wake();
            }
        } catch (ClosedSelectorException e) {
            // it was closed
        } catch (IOException e) {
            throw new UncheckedIOException("a UDP socket on " + local + " receives no more", e);
        }
    }

    private void takeSome() {
        try {
            for (int i = 0; i < MOST_AT_ONCE; i++) {
                SocketAddress sender = channel.receive(incoming.clear());
                if (sender == null) {
                    return;
                }
                deliver(sender, incoming.position());
            }
        } catch (IOException e) {
            // it was closed, or an error was left pending on the socket, which is taken by now
        }
    }

    private void deliver(SocketAddress sender, int length) {
        if (sender != lastSender) { // Java makes a new one for another sender only
            lastSender = sender;
            receivedFrom = SocketAddresses.endpoint(sender);
        }
        long room = inbox.claim();
        if (room == 0) {
            counters.count(TransportCounter.NOT_RECEIVED);
            return;
        }
        int bytes = length;
        if (length > MOST_BYTES) {
            counters.count(TransportCounter.CUT);
            bytes = 0;
        }
        Memory.copy(incomingAddress, room, bytes);
        inbox.publish(
                bytes, receivedFrom.address().high(), receivedFrom.address().low(), receivedFrom.port());
    }

    @Override
    public int receive(PacketBatch batch) {
        return inbox.receive(batch, local.address(), counters);
    }

    @Override
    public int send(PacketBatch batch, int from, int to) {
        int at = from;
        while (at < to && offer(batch, at)) {
            at++;
        }
        if (at < to) {
            counters.count(TransportCounter.NO_ROOM);
        }
        return at - from;
    }

    /** @return false: the kernel has no room for it now */
    private boolean offer(PacketBatch batch, int slot) {
        int length = batch.length[slot];
        if (length > MOST_BYTES) {
            counters.count(TransportCounter.TOO_LONG);
            return true;
        }
        Memory.copy(batch.address[slot] + batch.offset[slot], outgoingAddress, length);
        try {
            aim(batch, slot);
            int sent = channel.send(outgoing.clear().limit(length), target);
            return sent > 0 || length == 0; // of an empty one Java does not tell
        } catch (IOException | UnsupportedAddressTypeException refused) {
            counters.count(TransportCounter.REFUSED);
            return true;
        }
    }

    private void aim(PacketBatch batch, int slot) {
        if (!sentTo.is(batch.peerHigh[slot], batch.peerLow[slot], batch.peerPort[slot])) {
            sentTo = batch.peer(slot);
            target = SocketAddresses.of(sentTo);
        }
    }

    @Override
    public Protocol protocol() {
        return Protocol.UDP;
    }

    @Override
    public Endpoint local() {
        return local;
    }

    @Override
    public int fd() {
        return inbox.fd();
    }

    /** What a datagram may have at most; an interface with a smaller MTU refuses less. */
    @Override
    public int mostBytes(Endpoint peer) {
        return MOST_BYTES;
    }

    @Override
    public long count(TransportCounter counter) {
        return counters.get(counter);
    }

    @Override
    public void close() {
        try {
            channel.close();
            selector.close(); // which ends the thread, and only now the kernel's socket is gone
        } catch (IOException e) {
            throw new UncheckedIOException("a UDP socket on " + local + " was not closed", e);
        }
        inbox.close();
    }
}
