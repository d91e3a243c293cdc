package jumpvpn.node.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.node.transport.quic.QuicListener;
import jumpvpn.node.transport.udp.UdpSocket;
import org.junit.jupiter.params.ParameterizedTest;
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
        try (Ends udp = new Ends(UdpSocket.openShared(Ends.at(address, 0), Ends.SLOTS));
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
}
