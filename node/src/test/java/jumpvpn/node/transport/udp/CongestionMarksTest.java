package jumpvpn.node.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Memory;
import jumpvpn.node.host.Poller;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the outer header says of congestion comes out and in with each datagram. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class CongestionMarksTest {
    private static final int LENGTH = 600;

    private final Arena arena = Arena.ofAuto();

    private PacketBatch batch(int slots) {
        return new PacketBatch(arena.allocate(slots * 2048L, 16).address(), slots, 2048);
    }

    /** Each number, with the bits that came with it. */
    private List<Integer> receive(UdpSocket socket, int count) throws LinuxException {
        PacketBatch batch = batch(512);
        Poller poller = new Poller(1);
        poller.watch(0, socket.fd(), false);
        List<Integer> all = new ArrayList<>();
        while (all.size() < count) {
            assertThat(poller.await(5_000_000_000L)).isEqualTo(1);
            socket.receive(batch);
            for (int i = 0; i < batch.count; i++) {
                assertThat(batch.length[i]).isEqualTo(LENGTH);
                all.add(Memory.getByte(batch.address[i]) << 2 | batch.trafficClass[i]);
            }
        }
        return all;
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1,127.0.0.1", "::1,::1", "0.0.0.0,127.0.0.1", "::,::1"})
    void eachDatagramHasItsOwnAlsoInARowOfOneLength(String address, String to) throws LinuxException {
        try (UdpSocket from = UdpSocket.open(new Endpoint(IpAddress.parse(address), 0), null, 64);
                UdpSocket socket = UdpSocket.open(new Endpoint(IpAddress.parse(address), 0), null, 64)) {
            Endpoint peer = new Endpoint(IpAddress.parse(to), socket.local().port());
            PacketBatch batch = batch(64);
            byte[] bits = {0, 0, 1, 1, 1, 2, 2, 0, 3, 3, 3, 1, 0};
            List<Integer> sent = new ArrayList<>();
            for (int i = 0; i < bits.length; i++) {
                Memory.putByte(batch.address[i], (byte) i);
                batch.length[i] = LENGTH;
                batch.trafficClass[i] = bits[i];
                batch.peer(i, peer);
                sent.add(i << 2 | bits[i]);
            }
            assertThat(from.send(batch, 0, bits.length)).isEqualTo(bits.length);
            assertThat(receive(socket, bits.length)).containsExactlyInAnyOrderElementsOf(sent);
        }
    }
}
