package jumpvpn.node.app.doctor;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import jumpvpn.core.control.Grant;
import jumpvpn.core.control.HandshakeMessage;
import jumpvpn.core.control.Hello;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.HandshakeMac;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.NoiseIk;
import jumpvpn.core.security.Suite;
import jumpvpn.core.transport.LinkKind;

/**
 * Asks a gateway whether it can be reached, without a session and without disturbing one. Over UDP by a handshake with a key that was made for it and that no gateway
 * knows: the sealed refusal (ADR 0011) proves the way there and back, and the gateway's public key; the gateway says it as SECURITY UNKNOWN_CLIENT. Over QUIC by a
 * version that there is none of (RFC 9000, section 6.1), over TCP by a connection.
 */
final class Probe {
    private static final int TRIES = 3;
    private static final int PATIENCE_MILLIS = 700;
    private static final int MOST_BYTES = 2048;
    private static final int QUIC_BYTES = 1200;
    private static final int NO_VERSION = 0x1a2a3a4a;

    /** How it went. */
    enum Answer {
        YES,
        SILENCE,
        /** An ICMP error, or a refused connection: somebody says that there is nothing. */
        NOBODY_THERE,
        NO_ROUTE
    }

    private Probe() {}

    /** @param publicKey the gateway's */
    static Answer udp(InetSocketAddress to, byte[] publicKey, Crypto crypto) {
        KeyPair own = KeyPair.generate(crypto);
        Suite suite = Suite.CHACHA20_POLY1305;
        NoiseIk.Initiator noise = new NoiseIk.Initiator(crypto, suite, NoiseIk.prologue(suite), own, publicKey);
        Endpoint local = new Endpoint(IpAddress.of(new byte[to.getAddress().getAddress().length]), 0);
        byte[] first = noise.writeFirst(new Hello(Protocol.UDP, LinkKind.OTHER, local).encode());
        byte[] asked = HandshakeMessage.init(suite, crypto.entropy().nextLong(), first, new HandshakeMac(publicKey));
        HandshakeMac ownMac = new HandshakeMac(own.publicKey());
        return asked(to, asked, answer -> {
            HandshakeMessage.Response response = HandshakeMessage.parseResponse(answer, ownMac);
            byte[] payload = response == null ? null : noise.readSecond(response.noise());
            return payload != null && Grant.decode(payload) != null;
        });
    }

    static Answer quic(InetSocketAddress to, Crypto crypto) {
        ByteBuffer out = ByteBuffer.allocate(QUIC_BYTES);
        byte[] from = crypto.entropy().bytes(8);
        out.put((byte) 0xc0).putInt(NO_VERSION);
        out.put((byte) 8).put(crypto.entropy().bytes(8)).put((byte) 8).put(from);
        return asked(
                to,
                out.array(),
                answer -> answer.length > 6
                        && answer[0] < 0
                        && ByteBuffer.wrap(answer).getInt(1) == 0);
    }

    private static Answer asked(InetSocketAddress to, byte[] question, java.util.function.Predicate<byte[]> isAnswer) {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(to);
            socket.setSoTimeout(PATIENCE_MILLIS);
            for (int i = 0; i < TRIES; i++) {
                socket.send(new DatagramPacket(question, question.length));
                DatagramPacket answer = new DatagramPacket(new byte[MOST_BYTES], MOST_BYTES);
                try {
                    socket.receive(answer);
                    if (isAnswer.test(java.util.Arrays.copyOf(answer.getData(), answer.getLength()))) {
                        return Answer.YES;
                    }
                } catch (SocketTimeoutException e) {
                    // once more
                }
            }
            return Answer.SILENCE;
        } catch (PortUnreachableException e) {
            return Answer.NOBODY_THERE;
        } catch (IOException e) {
            return Answer.NO_ROUTE;
        }
    }

    static Answer tcp(InetSocketAddress to) {
        try (Socket socket = new Socket()) {
            socket.connect(to, TRIES * PATIENCE_MILLIS);
            return Answer.YES;
        } catch (SocketTimeoutException e) {
            return Answer.SILENCE;
        } catch (java.net.ConnectException e) {
            return Answer.NOBODY_THERE;
        } catch (IOException e) {
            return Answer.NO_ROUTE;
        }
    }

    /** The address of this host that packets there leave from; null without a route. */
    static @org.jspecify.annotations.Nullable InetAddress from(InetSocketAddress to) {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(to);
            return socket.getLocalAddress();
        } catch (IOException | java.io.UncheckedIOException e) {
            return null;
        }
    }
}
