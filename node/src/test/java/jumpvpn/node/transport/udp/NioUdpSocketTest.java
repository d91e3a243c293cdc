package jumpvpn.node.transport.udp;

import static jumpvpn.node.transport.udp.Datagrams.at;
import static jumpvpn.node.transport.udp.Datagrams.batch;
import static jumpvpn.node.transport.udp.Datagrams.fill;
import static jumpvpn.node.transport.udp.Datagrams.receive;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.TimeUnit;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.node.transport.udp.Datagrams.Received;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is this socket's own; what it has in common with the other is in {@link UdpTransportsTest}. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class NioUdpSocketTest {
    private static final int SLOTS = 4;

    @Test
    void whatFindsNoRoomIsCountedAndTheRestGoesOn() throws Exception {
        try (NioUdpSocket a = NioUdpSocket.open(at("127.0.0.1", 0), null, SLOTS);
                NioUdpSocket b = NioUdpSocket.open(at("127.0.0.1", 0), null, SLOTS)) {
            PacketBatch out = batch(10, 64);
            for (int i = 0; i < 10; i++) {
                fill(out, i, 0, 8, i, b.local());
            }
            assertThat(a.send(out, 0, 10)).isEqualTo(10);
            await().until(() -> b.count(TransportCounter.NOT_RECEIVED) == 10 - SLOTS);
            PacketBatch in = batch(3, 64); // less than there are: it is woken again
            assertThat(receive(b, in, SLOTS)).extracting(Received::mark).containsExactly(0L, 1L, 2L, 3L);
            fill(out, 0, 0, 8, 77, b.local());
            a.send(out, 0, 1);
            assertThat(receive(b, in, 1)).extracting(Received::mark).containsExactly(77L);
        }
    }

    @Test
    void onAllAddressesItNamesNoneAndAnswersBothFamilies() throws Exception {
        try (NioUdpSocket server = NioUdpSocket.open(at("::", 0), null, SLOTS)) {
            for (String address : List.of("127.0.0.1", "::1")) {
                try (NioUdpSocket client = NioUdpSocket.open(at(address, 0), null, SLOTS)) {
                    PacketBatch packet = batch(1, 64);
                    fill(packet, 0, 0, 8, 1, at(address, server.local().port()));
                    client.send(packet, 0, 1);
                    receive(server, packet);
                    assertThat(packet.local(0)).isEqualTo(IpAddress.v6(0, 0));
                    assertThat(packet.peer(0)).isEqualTo(client.local());
                    server.send(packet, 0, 1);
                    receive(client, packet);
                    assertThat(packet.peer(0))
                            .isEqualTo(at(address, server.local().port()));
                }
            }
        }
    }

    @Test
    void whatIsLongerThanAnyTransportCarriesComesEmptyAndIsCounted() throws Exception {
        try (UdpSocket a = UdpSocket.open(at("127.0.0.1", 0), null, SLOTS);
                NioUdpSocket b = NioUdpSocket.open(at("127.0.0.1", 0), null, SLOTS)) {
            PacketBatch out = batch(2, 4096);
            fill(out, 0, 0, 2049, 1, b.local());
            fill(out, 1, 0, 2048, 2, b.local());
            a.send(out, 0, 2);
            assertThat(receive(b, batch(2, 4096), 2))
                    .extracting(Received::length)
                    .containsExactly(0, 2048);
            assertThat(b.count(TransportCounter.CUT)).isEqualTo(1);
        }
    }

    @Test
    void itsThreadEndsWithIt() throws Exception {
        NioUdpSocket socket = NioUdpSocket.open(at("127.0.0.1", 0), null, SLOTS);
        String name = "udp-" + socket.local().port();
        assertThat(running(name)).isTrue();
        socket.close();
        assertThat(socket.fd()).isEqualTo(-1);
        await().until(() -> !running(name));
    }

    private static boolean running(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals(name));
    }
}
