package jumpvpn.node.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.transport.Transport;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Memory;
import jumpvpn.node.host.Poller;

/** Datagrams that say their mark, for tests of sockets. */
final class Datagrams {
    private Datagrams() {}

    /** In memory that is never given back. */
    static PacketBatch batch(int slots, int slotSize) {
        return new PacketBatch(
                Arena.global().allocate((long) slots * slotSize, 16).address(), slots, slotSize);
    }

    static Endpoint at(String address, int port) {
        return new Endpoint(IpAddress.parse(address), port);
    }

    static void fill(PacketBatch batch, int slot, int offset, int length, long mark, Endpoint peer) {
        batch.offset[slot] = offset;
        batch.length[slot] = length;
        Memory.putLong(batch.address[slot] + offset, mark);
        batch.peer(slot, peer);
        batch.count = Math.max(batch.count, slot + 1);
    }

    static void receive(Transport socket, PacketBatch batch) throws LinuxException {
        Poller poller = new Poller(1);
        poller.watch(0, socket.fd(), false);
        assertThat(poller.await(5_000_000_000L)).as("nothing arrived").isEqualTo(1);
        socket.receive(batch);
    }

    /** A received datagram. */
    record Received(long mark, int offset, int length, Endpoint peer, IpAddress local) {}

    /** The next {@code count} datagrams, in however many batches they arrive. */
    static List<Received> receive(Transport socket, PacketBatch batch, int count) throws LinuxException {
        List<Received> all = new ArrayList<>();
        while (all.size() < count) {
            receive(socket, batch);
            for (int i = 0; i < batch.count; i++) {
                long mark = Memory.getLong(batch.address[i]);
                all.add(new Received(mark, batch.offset[i], batch.length[i], batch.peer(i), batch.local(i)));
            }
        }
        return all;
    }
}
