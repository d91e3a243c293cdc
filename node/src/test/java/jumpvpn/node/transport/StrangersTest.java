package jumpvpn.node.transport;

import static jumpvpn.node.transport.Ends.await;
import static org.assertj.core.api.Assertions.assertThat;

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

    /** All three wait for {@link Listener#PROOF_MILLIS}, so they wait together. */
    @Test
    void whoProvesNothingIsClosedAndTakesNoPlaceFromWhoDoes() throws Exception {
        try (Flooded flooded = new Flooded();
                Acquainted quic = new Acquainted(Protocol.QUIC);
                Acquainted tcp = new Acquainted(Protocol.TCP)) {
            flooded.assertOver();
            quic.assertStrangerClosed();
            tcp.assertStrangerClosed();
        }
    }

    /** A flood of first packets takes no place from an honest client, and is over by time. */
    private static final class Flooded implements AutoCloseable {
        private final Ends server = Ends.listen(Protocol.QUIC, ANY);
        private final Ends before = Ends.dial(Protocol.QUIC, server.transport.local());
        private final Ends after = Ends.dial(Protocol.QUIC, server.transport.local());
        private final List<DatagramSocket> strangers;

        Flooded() throws Exception {
            TransportTest.meet(before, server);
            TransportTest.drain(before, server);
            strangers = flood(server);
            TransportTest.meet(after, server);
            TransportTest.drain(after, server);
            for (int i = 0; i < SOURCES; i++) {
                assertThat(isAsked(strangers.get(i))).as("number " + i).isEqualTo(i >= 64);
            }
            assertThat(server.transport.count(TransportCounter.TURNED_AWAY)).isZero();
            server.send(1, 100, before.transport.local());
            assertThat(before.receive(1).getFirst().number()).isEqualTo(1);
        }

        void assertOver() {
            await().atMost(20, TimeUnit.SECONDS).until(() -> server.transport.count(TransportCounter.UNPROVEN) == 64);
            assertThat(server.transport.count(TransportCounter.CONNECTED)).isEqualTo(2);
        }

        @Override
        public void close() {
            strangers.forEach(DatagramSocket::close);
            List.of(after, before, server).forEach(Ends::close);
        }
    }

    /** Whoever is told nothing is closed, and whoever is answered stays. */
    private static final class Acquainted implements AutoCloseable {
        private final Ends server;
        private final Ends known;
        private final Ends stranger;

        Acquainted(Protocol protocol) throws Exception {
            server = Ends.listen(protocol, ANY);
            known = Ends.dial(protocol, server.transport.local());
            stranger = Ends.dial(protocol, server.transport.local());
            TransportTest.meet(known, server);
            TransportTest.drain(known, server);
            TransportTest.meet(stranger, server);
        }

        void assertStrangerClosed() {
            await().atMost(20, TimeUnit.SECONDS)
                    .until(() -> stranger.transport.count(TransportCounter.DISCONNECTED) == 1);
            assertThat(server.transport.count(TransportCounter.UNPROVEN)).isEqualTo(1);
            assertThat(known.transport.count(TransportCounter.DISCONNECTED)).isZero();
        }

        @Override
        public void close() {
            List.of(stranger, known, server).forEach(Ends::close);
        }
    }
}
