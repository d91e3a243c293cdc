package jumpvpn.lab.bench;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.LongAdder;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.transport.Transport;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Poller;
import jumpvpn.node.transport.quic.QuicClient;
import jumpvpn.node.transport.quic.QuicListener;
import jumpvpn.node.transport.tcp.TcpClient;
import jumpvpn.node.transport.tcp.TcpListener;

/** Through the transport port, as the product does it: what arrives is taken by a thread of its own. */
final class PortCarriage implements Carriage {
    private static final long LOOK_NANOS = 100_000_000;

    private final Transport from;
    private final Transport to;
    private final PacketBatch batch = batch();
    private final LongAdder received = new LongAdder();
    private final Thread receiving = new Thread(this::receive, "receives");
    private volatile boolean closed;

    private PortCarriage(Transport from, Transport to) {
        this.from = from;
        this.to = to;
        for (int slot = 0; slot < BATCH; slot++) {
            batch.length[slot] = BYTES;
            batch.peer(slot, to.local());
        }
        receiving.start();
    }

    static PortCarriage quic() throws LinuxException {
        Transport listener = QuicListener.open(ANY_PORT, false);
        return new PortCarriage(QuicClient.open(ANY_PORT, null, listener.local()), listener);
    }

    static PortCarriage tcp() throws LinuxException {
        Transport listener = TcpListener.open(ANY_PORT);
        return new PortCarriage(TcpClient.open(ANY_PORT, null, listener.local()), listener);
    }

    private static PacketBatch batch() {
        long base =
                Arena.global().allocate((long) BATCH * Transport.MOST_BYTES, 64).address();
        return new PacketBatch(base, BATCH, Transport.MOST_BYTES);
    }

    private void receive() {
        try {
            PacketBatch arrived = batch();
            Poller poller = new Poller(1);
            poller.watch(0, to.fd(), false);
            while (!closed) {
                if (poller.await(LOOK_NANOS) > 0) {
                    received.add(to.receive(arrived));
                }
            }
        } catch (LinuxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public int send() {
        return from.send(batch, 0, BATCH);
    }

    @Override
    public long received() {
        return received.sum();
    }

    @Override
    public void close() {
        closed = true;
        try {
            receiving.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        from.close();
        to.close();
    }
}
