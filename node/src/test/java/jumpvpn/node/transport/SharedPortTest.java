package jumpvpn.node.transport;

import static jumpvpn.node.transport.Ends.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.node.host.Memory;
import jumpvpn.node.host.Poller;
import jumpvpn.node.transport.quic.QuicListener;
import jumpvpn.node.transport.udp.UdpSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plain UDP and QUIC on one port: every first byte that a message of ours may have, and a whole QUIC connection. */
class SharedPortTest {
    private static final int MESSAGES = 0x40;

    private static List<Integer> numbers(Ends at) {
        return at.receiveNow().stream().map(Ends.Arrived::number).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1", "0.0.0.0"})
    void eachGetsItsOwn(String address) throws Exception {
        try (Ends udp = new Ends(UdpSocket.openAll(Ends.at(address, 0), null, Ends.SLOTS, 1, true)
                        .getFirst());
                Ends quic = new Ends(QuicListener.open(udp.transport.local(), true))) {
            String reached = address.equals("0.0.0.0") ? "127.0.0.1" : address;
            Endpoint gateway = Ends.at(reached, udp.transport.local().port());
            try (Ends byUdp = new Ends(UdpSocket.open(Ends.at(reached, 0), null, Ends.SLOTS));
                    Ends byQuic = Ends.dial(Protocol.QUIC, gateway)) {
                List<Integer> atUdp = new ArrayList<>();
                List<Integer> atQuic = new ArrayList<>();
                for (int number = 0; number < MESSAGES; number++) {
                    byUdp.send(number, 100, gateway);
                    int other = 1000 + number;
                    await().pollInterval(Duration.ofMillis(2)).until(() -> {
                        atUdp.addAll(numbers(udp));
                        byQuic.send(other, 100, gateway);
                        atQuic.addAll(numbers(quic));
                        return atQuic.contains(other);
                    });
                }
                await().pollInterval(Duration.ofMillis(2)).until(() -> {
                    atUdp.addAll(numbers(udp));
                    return atUdp.size() >= MESSAGES;
                });
                assertThat(atUdp).hasSize(MESSAGES).doesNotHaveDuplicates().allMatch(number -> number < MESSAGES);
                assertThat(atQuic).allMatch(number -> number >= 1000);
                assertThat(quic.transport.count(TransportCounter.CONNECTED)).isOne();
            }
        }
    }

    /** A packet of a binding, with a wire identifier that ends so. */
    private static void sendOfBinding(Ends from, int lastOfWireId, Endpoint to) {
        from.fill(0, lastOfWireId, 64, to);
        Memory.putByte(from.batch.address[0], (byte) 0x08);
        Memory.putByte(from.batch.address[0] + 11, (byte) lastOfWireId);
        assertThat(from.transport.send(from.batch, 0, 1)).isOne();
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 2, false", "::1, 4, false", "0.0.0.0, 3, true", "127.0.0.1, 4, true"})
    void eachShardGetsItsBindingsWhateverAddressTheyComeFrom(String address, int shards, boolean withQuic)
            throws Exception {
        List<UdpSocket> sockets = UdpSocket.openAll(Ends.at(address, 0), null, Ends.SLOTS, shards, withQuic);
        String reached = address.equals("0.0.0.0") ? "127.0.0.1" : address;
        Endpoint gateway = Ends.at(reached, sockets.getFirst().local().port());
        try {
            assertThat(sockets)
                    .extracting(socket -> socket.local().port())
                    .containsOnly(gateway.port())
                    .hasSize(shards);
            for (int last = 0; last < 256; last++) {
                try (Ends from = new Ends(UdpSocket.open(Ends.at(reached, 0), null, Ends.SLOTS))) {
                    sendOfBinding(from, last, gateway);
                }
                Ends at = new Ends(sockets.get(last % shards));
                Poller poller = new Poller(1);
                poller.watch(0, at.transport.fd(), false);
                assertThat(poller.await(5_000_000_000L)).as("wire id …%d", last).isOne();
                assertThat(at.transport.receive(at.batch)).isOne();
                assertThat(Memory.getByte(at.batch.address[0] + 11)).isEqualTo((byte) last);
            }
            assertThatThrownBy(() -> UdpSocket.open(sockets.getFirst().local(), null, Ends.SLOTS))
                    .hasMessageContaining("EADDRINUSE");
        } finally {
            sockets.forEach(UdpSocket::close);
        }
    }

    @Test
    void aPortThatAnotherHasIsRefusedThoughItIsSharedThere() throws Exception {
        List<UdpSocket> sockets = UdpSocket.openAll(Ends.at("127.0.0.1", 0), null, Ends.SLOTS, 2, false);
        try {
            Endpoint taken = sockets.getFirst().local();
            assertThatThrownBy(() -> UdpSocket.openAll(taken, null, Ends.SLOTS, 2, false))
                    .hasMessageContaining("EADDRINUSE");
        } finally {
            sockets.forEach(UdpSocket::close);
        }
    }
}
