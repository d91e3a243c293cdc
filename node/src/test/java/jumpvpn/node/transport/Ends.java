package jumpvpn.node.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.Transport;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Memory;
import jumpvpn.node.host.Poller;
import jumpvpn.node.transport.quic.QuicClient;
import jumpvpn.node.transport.quic.QuicListener;
import jumpvpn.node.transport.tcp.TcpClient;
import jumpvpn.node.transport.tcp.TcpListener;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** One end under test with a batch of its own: datagrams say their number and are filled from it. */
final class Ends implements AutoCloseable {
    static final int SLOTS = 32;
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    /** What came. */
    record Arrived(int number, int length, Endpoint peer) {}

    final Transport transport;
    private final Arena arena = Arena.ofAuto();
    final PacketBatch batch = new PacketBatch(
            arena.allocate((long) SLOTS * Transport.MOST_BYTES, 64).address(), SLOTS, Transport.MOST_BYTES);

    Ends(Transport transport) {
        this.transport = transport;
    }

    /** Looks often: most of what is awaited here takes less than Awaitility's 100 ms. */
    static ConditionFactory await() {
        return Awaitility.await().pollInterval(Duration.ofMillis(10));
    }

    static Endpoint at(String address, int port) {
        return new Endpoint(IpAddress.parse(address), port);
    }

    static Ends listen(Protocol protocol, Endpoint at) throws LinuxException {
        return new Ends(protocol == Protocol.QUIC ? QuicListener.open(at, false) : TcpListener.open(at));
    }

    static Ends dial(Protocol protocol, Endpoint remote) throws LinuxException {
        Endpoint local = at(remote.address().isV4() ? "127.0.0.1" : "::1", 0);
        return new Ends(
                protocol == Protocol.QUIC ? QuicClient.open(local, null, remote) : TcpClient.open(local, null, remote));
    }

    /** Writes datagram {@code number} of {@code length} bytes into a slot. */
    void fill(int slot, int number, int length, Endpoint peer) {
        batch.offset[slot] = 0;
        batch.length[slot] = length;
        batch.peer(slot, peer);
        for (int i = 0; i < length; i++) {
            Memory.putByte(batch.address[slot] + i, i < 4 ? (byte) (number >> 8 * i) : (byte) (number * 31 + i));
        }
    }

    /** Sends one. @return whether it was taken */
    boolean send(int number, int length, Endpoint peer) {
        fill(0, number, length, peer);
        return transport.send(batch, 0, 1) == 1;
    }

    /** What is there now, each byte of it checked. */
    List<Arrived> receiveNow() {
        List<Arrived> arrived = new ArrayList<>();
        int got = transport.receive(batch);
        for (int slot = 0; slot < got; slot++) {
            long at = batch.address[slot] + batch.offset[slot];
            int number = Memory.getInt(at);
            for (int i = 4; i < batch.length[slot]; i++) {
                if (Memory.getByte(at + i) != (byte) (number * 31 + i)) {
                    throw new AssertionError("byte " + i + " of datagram " + number + " has changed");
                }
            }
            arrived.add(new Arrived(number, batch.length[slot], batch.peer(slot)));
        }
        return arrived;
    }

    /** What comes until nothing is there. */
    List<Arrived> receiveAll() {
        List<Arrived> all = new ArrayList<>();
        for (List<Arrived> now = receiveNow(); !now.isEmpty(); now = receiveNow()) {
            all.addAll(now);
        }
        return all;
    }

    /** The next {@code count}, waiting by the descriptor. */
    List<Arrived> receive(int count) throws LinuxException {
        List<Arrived> arrived = new ArrayList<>();
        Poller poller = new Poller(1);
        poller.watch(0, transport.fd(), false);
        while (arrived.size() < count) {
            assertThat(poller.await(PATIENCE_NANOS))
                    .as("after " + arrived.size() + " of " + count + " nothing arrived")
                    .isEqualTo(1);
            arrived.addAll(receiveNow());
        }
        return arrived;
    }

    @Override
    public void close() {
        transport.close();
    }
}
