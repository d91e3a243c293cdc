package jumpvpn.node.transport.udp;

import static jumpvpn.node.transport.udp.Datagrams.at;
import static jumpvpn.node.transport.udp.Datagrams.batch;
import static jumpvpn.node.transport.udp.Datagrams.fill;
import static jumpvpn.node.transport.udp.Datagrams.receive;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Namespace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What only this socket can; what both can is in {@link UdpTransportsTest}. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class UdpSocketTest {
    private static final int SLOTS = 16;

    @Test
    void whatTheKernelHadNoRoomForIsCounted() throws Exception {
        try (UdpSocket a = UdpSocket.open(at("127.0.0.1", 0), null, SLOTS);
                UdpSocket b = UdpSocket.open(at("127.0.0.1", 0), null, SLOTS)) {
            PacketBatch out = batch(1, 2048);
            fill(out, 0, 0, 1_000, 7, b.local());
            int sent = 0;
            while (b.count(TransportCounter.NOT_RECEIVED) == 0) {
                sent += a.send(out, 0, 1);
            }
            PacketBatch in = batch(SLOTS, 2048);
            int received = 0;
            while (b.receive(in) > 0) {
                received += in.count;
            }
            assertThat(received + b.count(TransportCounter.NOT_RECEIVED)).isEqualTo(sent);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0.0.0.0 127.0.0.1 127.0.0.77", "0.0.0.0 127.0.0.1 127.1.2.3", ":: ::1 fd55::1", ":: ::1 fd55::2"
            })
    void anAnswerLeavesFromTheAddressThatWasAsked(String addresses) throws Exception {
        try (Namespace namespace = Namespace.create()) {
            namespace.ip("addr add fd55::1/128 dev lo nodad");
            namespace.ip("addr add fd55::2/128 dev lo nodad");
            namespace.run(() -> answer(addresses.split(" ")));
        }
    }

    private boolean answer(String[] names) throws LinuxException {
        if (names[2].contains(":")) {
            Namespace.awaitAddress(IpAddress.parse(names[2]));
        }
        try (UdpSocket server = UdpSocket.open(at(names[0], 0), null, SLOTS);
                UdpSocket client = UdpSocket.open(at(names[1], 0), null, SLOTS)) {
            Endpoint asked = at(names[2], server.local().port());
            PacketBatch packet = batch(1, 64);
            fill(packet, 0, 0, 8, 1, asked);
            client.send(packet, 0, 1);
            assertThat(client.lastErrno()).isZero();
            receive(server, packet);
            assertThat(packet.local(0)).isEqualTo(asked.address());
            assertThat(packet.peer(0)).isEqualTo(client.local());
            assertThat(server.send(packet, 0, 1)).isEqualTo(1);
            assertThat(server.count(TransportCounter.REFUSED)).isZero();
            receive(client, packet);
            assertThat(packet.peer(0)).isEqualTo(asked);
            return true;
        }
    }

    @Test
    void bothFamiliesShareAPort() throws Exception {
        try (UdpSocket v4 = UdpSocket.open(at("0.0.0.0", 0), null, SLOTS);
                UdpSocket v6 = UdpSocket.open(at("::", v4.local().port()), null, SLOTS)) {
            assertThat(v6.local().port()).isEqualTo(v4.local().port());
        }
    }

    @Test
    void anInterfaceThatIsNotThereIsRefusedByName() {
        assertThatThrownBy(() -> UdpSocket.open(at("127.0.0.1", 0), "nosuchif", SLOTS))
                .hasMessageContaining("by interface nosuchif: ENODEV");
    }

    @Test
    void theCallsAreAllowedHere() {
        assertThat(UdpSocket.refusal()).isZero();
    }
}
