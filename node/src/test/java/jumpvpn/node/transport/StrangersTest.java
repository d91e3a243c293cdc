package jumpvpn.node.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.TransportCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a listener keeps of those who prove nothing: not their address, or not who they are. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StrangersTest {
    private static final Endpoint ANY = Ends.at("127.0.0.1", 0);
    private static final int SOURCES = 100;

    /** A first packet of a client that will say no more. */
    private static byte[] first() throws Exception {
        try (DatagramSocket ear = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                Ends client = Ends.dial(Protocol.QUIC, SocketAddresses.endpoint(ear.getLocalSocketAddress()))) {
            client.send(1, 100, SocketAddresses.endpoint(ear.getLocalSocketAddress()));
            DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
            ear.receive(packet);
            return Arrays.copyOf(packet.getData(), packet.getLength());
        }
    }

    /** Sends one from each of so many addresses. @return the sockets, with what was answered */
    private static List<DatagramSocket> flood(Ends server) throws Exception {
        List<byte[]> packets = new ArrayList<>();
        while (packets.size() < SOURCES) {
            packets.add(first());
        }
        List<DatagramSocket> strangers = new ArrayList<>();
        for (byte[] packet : packets) {
            byte[] source = {127, 0, 1, (byte) strangers.size()};
            strangers.add(new DatagramSocket(0, InetAddress.getByAddress(source)));
            strangers
                    .getLast()
                    .send(new DatagramPacket(
                            packet,
                            packet.length,
                            InetAddress.getLoopbackAddress(),
                            server.transport.local().port()));
        }
        return strangers;
    }

    /** Whether it is asked to prove its address: the first answer is a packet of type Retry (RFC 9000 section 17.2.5). */
    private static boolean isAsked(DatagramSocket stranger) throws Exception {
        DatagramPacket answer = new DatagramPacket(new byte[2_048], 2_048);
        stranger.receive(answer);
        return (answer.getData()[0] & 0xf0) == 0xf0;
    }

    @Test
    void aFloodOfFirstPacketsTakesNoPlaceFromAnHonestClient() throws Exception {
        try (Ends server = Ends.listen(Protocol.QUIC, ANY);
                Ends before = Ends.dial(Protocol.QUIC, server.transport.local());
                Ends after = Ends.dial(Protocol.QUIC, server.transport.local())) {
            TransportTest.meet(before, server);
            TransportTest.drain(before, server);
            List<DatagramSocket> strangers = flood(server);
            TransportTest.meet(after, server);
            TransportTest.drain(after, server);
            for (int i = 0; i < SOURCES; i++) {
                assertThat(isAsked(strangers.get(i))).as("number " + i).isEqualTo(i >= 64);
            }
            assertThat(server.transport.count(TransportCounter.TURNED_AWAY)).isZero();
            server.send(1, 100, before.transport.local());
            assertThat(before.receive(1).getFirst().number()).isEqualTo(1);
            await().atMost(20, TimeUnit.SECONDS).until(() -> server.transport.count(TransportCounter.UNPROVEN) == 64);
            assertThat(server.transport.count(TransportCounter.CONNECTED)).isEqualTo(2);
            strangers.forEach(DatagramSocket::close);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"QUIC", "TCP"})
    void whoeverIsToldNothingIsClosedAndWhoeverIsAnsweredStays(Protocol protocol) throws Exception {
        try (Ends server = Ends.listen(protocol, ANY);
                Ends known = Ends.dial(protocol, server.transport.local());
                Ends stranger = Ends.dial(protocol, server.transport.local())) {
            TransportTest.meet(known, server);
            TransportTest.drain(known, server);
            TransportTest.meet(stranger, server);
            await().atMost(20, TimeUnit.SECONDS)
                    .until(() -> stranger.transport.count(TransportCounter.DISCONNECTED) == 1);
            assertThat(server.transport.count(TransportCounter.UNPROVEN)).isEqualTo(1);
            assertThat(known.transport.count(TransportCounter.DISCONNECTED)).isZero();
        }
    }
}
