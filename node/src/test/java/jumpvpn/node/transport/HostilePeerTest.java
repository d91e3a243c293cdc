package jumpvpn.node.transport;

import static jumpvpn.node.transport.Ends.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.TransportCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Anybody can connect. What such a one does costs him his connection, and others nothing. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HostilePeerTest {
    private static final Endpoint ANY = Ends.at("127.0.0.1", 0);

    private final Random random = new Random(7);

    private static void goesOn(Ends client, Ends server, Endpoint from) throws Exception {
        TransportTest.drain(client, server);
        for (int number = 0; number < 100; number++) {
            client.send(number, 1_000, server.transport.local());
            assertThat(server.receive(1)).containsExactly(new Ends.Arrived(number, 1_000, from));
            server.send(number, 1_000, from);
            assertThat(client.receive(1).getFirst().number()).isEqualTo(number);
        }
        assertThat(client.transport.count(TransportCounter.DISCONNECTED)).isZero();
    }

    @Test
    void rubbishOnTheQuicPortHarmsNobody() throws Exception {
        try (Ends server = Ends.listen(Protocol.QUIC, ANY);
                Ends client = Ends.dial(Protocol.QUIC, server.transport.local());
                DatagramSocket stranger = new DatagramSocket()) {
            Endpoint from = TransportTest.meet(client, server);
            for (int i = 0; i < 2_000; i++) {
                byte[] rubbish = new byte[1 + random.nextInt(1_400)];
                random.nextBytes(rubbish);
                if (i % 2 == 0 && rubbish.length > 20) { // as a first packet of QUIC version 1
                    ByteBuffer.wrap(rubbish).put((byte) 0xc3).putInt(1).put((byte) 8);
                    rubbish[14] = 8;
                }
                stranger.send(new DatagramPacket(
                        rubbish,
                        rubbish.length,
                        InetAddress.getLoopbackAddress(),
                        server.transport.local().port()));
            }
            goesOn(client, server, from);
            assertThat(server.transport.count(TransportCounter.CONNECTED)).isEqualTo(1);
        }
    }

    /** Each first packet of a client begins a connection here; those that nobody completes are bounded. */
    @Test
    void connectionsThatNobodyCompletesAreTurnedAwayBeyondTheLimit() throws Exception {
        List<Socket> strangers = new ArrayList<>();
        try (Ends server = Ends.listen(Protocol.TCP, ANY);
                Ends client = Ends.dial(Protocol.TCP, server.transport.local())) {
            Endpoint from = TransportTest.meet(client, server);
            for (int i = 0; i < 40; i++) {
                strangers.add(connect(server));
                strangers.getLast().getOutputStream().write(new byte[] {0x16, 3, 1, 0x40, 0
                }); // a hello that does not come
            }
            await().until(() -> server.transport.count(TransportCounter.TURNED_AWAY) == 8);
            goesOn(client, server, from);
            await().until(() -> server.transport.count(TransportCounter.DISCONNECTED) == 32); // for want of a handshake
            try (Ends other = Ends.dial(Protocol.TCP, server.transport.local())) {
                TransportTest.meet(other, server);
            }
        } finally {
            for (Socket stranger : strangers) {
                stranger.close();
            }
        }
    }

    @Test
    void rubbishInsteadOfTlsIsCutOff() throws Exception {
        try (Ends server = Ends.listen(Protocol.TCP, ANY);
                Ends client = Ends.dial(Protocol.TCP, server.transport.local());
                Socket stranger = connect(server)) {
            Endpoint from = TransportTest.meet(client, server);
            byte[] rubbish = new byte[100_000];
            random.nextBytes(rubbish);
            try {
                stranger.getOutputStream().write(rubbish);
            } catch (IOException cutOffAlready) {
                assertThat(cutOffAlready).hasMessageMatching("Broken pipe|Connection reset.*");
            }
            assertThat(ends(stranger)).isTrue();
            goesOn(client, server, from);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2_049, 65_535})
    void whoBreaksTheFramingIsCutOff(int length) throws Exception {
        try (Ends server = Ends.listen(Protocol.TCP, ANY);
                Ends client = Ends.dial(Protocol.TCP, server.transport.local());
                SSLSocket stranger = (SSLSocket) tls(null)
                        .getSocketFactory()
                        .createSocket("127.0.0.1", server.transport.local().port())) {
            Endpoint from = TransportTest.meet(client, server);
            TransportTest.drain(client, server);
            OutputStream out = stranger.getOutputStream();
            out.write(new byte[] {0, 4, 42, 0, 0, 0, (byte) (length >> 8), (byte) length, 0, 4, 43, 0, 0, 0});
            out.flush();
            assertThat(server.receive(1).getFirst().number()).isEqualTo(42);
            assertThat(ends(stranger)).isTrue();
            assertThat(server.receiveNow()).isEmpty();
            assertThat(server.transport.count(TransportCounter.BAD_FRAME)).isEqualTo(1);
            goesOn(client, server, from);
        }
    }

    /** TCP's own way to a late packet: the peer's window is shut. The newest packets are what it gets once it reads again. */
    @Test
    void aPeerThatDoesNotReadGetsTheNewestAndEachOtherIsCounted() throws Exception {
        try (ServerSocket slow = tls(SelfSigned.create())
                        .getServerSocketFactory()
                        .createServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Ends client = Ends.dial(Protocol.TCP, Ends.at("127.0.0.1", slow.getLocalPort()))) {
            Endpoint to = Ends.at("127.0.0.1", slow.getLocalPort());
            client.send(0, 1_000, to);
            try (SSLSocket peer = (SSLSocket) slow.accept()) {
                peer.startHandshake();
                int sent = 1;
                while (client.transport.count(TransportCounter.DISPLACED) < 1_000) {
                    sent += client.send(sent, 1_000, to) ? 1 : 0;
                }
                int last = sent - 1;
                await().until(() -> client.send(0, 100, Ends.at("127.0.0.1", 9)));
                await().until(() ->
                        client.transport.count(TransportCounter.NO_PEER) == 1); // so all before it were handled
                int received = 0;
                for (int number = -1; number != last; received++) {
                    byte[] frame = peer.getInputStream().readNBytes(1_002);
                    assertThat(frame.length).isEqualTo(1_002);
                    int next = ByteBuffer.wrap(frame)
                            .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                            .getInt(2);
                    assertThat(next).isGreaterThan(number);
                    number = next;
                }
                assertThat(received + client.transport.count(TransportCounter.DISPLACED))
                        .isEqualTo(sent);
            }
        }
    }

    @Test
    void whatWaitsIsCountedWhenThePeerGoes() throws Exception {
        try (ServerSocket slow = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Ends client = Ends.dial(Protocol.TCP, Ends.at("127.0.0.1", slow.getLocalPort()))) {
            Endpoint to = Ends.at("127.0.0.1", slow.getLocalPort());
            client.send(0, 1_000, to);
            Socket plain = slow.accept();
            SSLSocket peer = (SSLSocket)
                    tls(SelfSigned.create()).getSocketFactory().createSocket(plain, (InputStream) null, false);
            peer.startHandshake();
            await().until(() -> client.transport.count(TransportCounter.CONNECTED) == 1);
            while (client.transport.count(TransportCounter.DISPLACED)
                    < 100_000) { // the kernel is full and the peer's window is shut by then
                client.send(1, 1_000, to);
            }
            plain.setSoLinger(true, 0); // at once, without TLS's good-bye, which reads on
            plain.close();
            await().until(() -> client.transport.count(TransportCounter.CONNECTION_LOST) >= Backlog.MOST);
        }
    }

    /** Whether the other side closes it. */
    private static boolean ends(Socket socket) {
        try {
            return socket.getInputStream().readAllBytes() != null;
        } catch (IOException reset) {
            return true;
        }
    }

    private static Socket connect(Ends server) throws IOException {
        return new Socket(
                InetAddress.getLoopbackAddress(), server.transport.local().port());
    }

    private static SSLContext tls(SelfSigned own) throws Exception {
        SSLContext tls = SSLContext.getInstance("TLSv1.3");
        KeyManagerFactory keys = null;
        if (own != null) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("own", own.key(), new char[0], new java.security.cert.Certificate[] {own.certificate()});
            keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(store, new char[0]);
        }
        tls.init(
                keys == null ? null : keys.getKeyManagers(),
                InsecureTrustManagerFactory.INSTANCE.getTrustManagers(),
                null);
        return tls;
    }
}
