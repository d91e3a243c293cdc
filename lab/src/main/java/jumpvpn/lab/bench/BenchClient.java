package jumpvpn.lab.bench;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.HandshakeMessage;
import jumpvpn.core.control.Hello;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.control.ReattachMessage;
import jumpvpn.core.control.ReattachRequest;
import jumpvpn.core.control.Token;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.Freshness;
import jumpvpn.core.security.HandshakeMac;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.NoiseIk;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.security.Suite;
import jumpvpn.core.transport.LinkKind;

/** The client's end of one session, as far as a gateway needs one to be asked: connects, makes requests, learns from answers. */
final class BenchClient {
    static final Suite SUITE = Suite.AES_256_GCM;

    final KeyPair own;
    final Endpoint from;
    private final Crypto crypto;
    private final Endpoint local;
    private final byte[] gatewayKey;
    private final NoiseIk.Initiator handshake;
    private SessionSecret secret = new SessionSecret(0, new byte[32]);
    private byte[] proofKey = {};
    private byte[] ticket = {};
    private Token token = Token.NONE;
    private long tokenNanos;
    private int epoch = 1;
    private Nonce nonce = new Nonce(0, 0);
    private byte[] dataKey = {};
    private long dataWireId;
    private long counter;

    BenchClient(Crypto crypto, byte[] gatewayKey, int number) {
        this.crypto = crypto;
        this.gatewayKey = gatewayKey;
        this.own = KeyPair.generate(crypto);
        this.handshake = new NoiseIk.Initiator(crypto, SUITE, NoiseIk.prologue(SUITE), own, gatewayKey);
        this.from = from(number);
        this.local = new Endpoint(IpAddress.v4(0xc0a8_0002), 0);
    }

    /** Where a client's datagrams come from: a new object each time, as a receive loop makes one of what it reads. */
    static Endpoint from(int number) {
        return new Endpoint(IpAddress.v4(0x0b00_0000 + number), 40_000);
    }

    byte[] firstMessage() {
        byte[] first = handshake.writeFirst(new Hello(Protocol.UDP, LinkKind.WIFI, local).encode());
        return HandshakeMessage.init(SUITE, crypto.entropy().nextLong(), first, new HandshakeMac(gatewayKey));
    }

    /**
     * Takes the handshake's second message.
     *
     * @return the gateway's wire identifier
     */
    long secondMessage(byte[] datagram) {
        HandshakeMessage.Response response =
                Objects.requireNonNull(HandshakeMessage.parseResponse(datagram, new HandshakeMac(own.publicKey())));
        Objects.requireNonNull(handshake.readSecond(response.noise()));
        secret = handshake.sessionSecret();
        return response.gatewayWireId();
    }

    /** Takes the WELCOME, the first packet under the new keys. */
    void welcome(long nowNanos, byte[] datagram) {
        byte[] key = secret.bindingKeys(handshake.freshness(), 1).gatewayToClient();
        int header = PacketLayout.HEADER_LENGTH;
        int length = crypto.aead()
                .create(SUITE, key)
                .open(
                        ByteBuffer.wrap(datagram).getLong(header - Long.BYTES),
                        MemorySegment.ofArray(datagram),
                        0,
                        header,
                        header,
                        datagram.length - header);
        byte[] message = Arrays.copyOfRange(datagram, PacketLayout.PAYLOAD, header + length);
        if (BindingMessage.decode(message) instanceof BindingMessage.Welcome welcome) {
            learn(nowNanos, welcome.token(), welcome.tickets());
        } else {
            throw new IllegalStateException("the gateway's first packet is no WELCOME");
        }
    }

    private void learn(long nowNanos, Token newest, List<byte[]> tickets) {
        token = newest;
        tokenNanos = nowNanos;
        ticket = tickets.getFirst();
        proofKey = secret.proofKey();
    }

    /** A fresh REATTACH_REQUEST because the path is dead. */
    byte[] request(long nowNanos) {
        return request(nowNanos, proofKey);
    }

    /** A request of somebody who saw the ticket and does not know the proof key. */
    byte[] thiefsRequest(long nowNanos) {
        return request(nowNanos, crypto.entropy().bytes(Aead.TAG_LENGTH * 2));
    }

    private byte[] request(long nowNanos, byte[] underKey) {
        nonce = Nonce.of(crypto.entropy().bytes(Nonce.LENGTH));
        ReattachRequest request = new ReattachRequest(
                BindCause.DEAD,
                Protocol.UDP,
                LinkKind.WIFI,
                local,
                crypto.entropy().nextLong(),
                epoch,
                secret.generation(),
                0,
                token,
                nowNanos - tokenNanos,
                List.of());
        return ReattachMessage.request(crypto.aead(), SUITE, ticket, nonce, underKey, request);
    }

    /** A PING in the binding that the last ACK made: what a client sends when nothing else was sent for long. */
    byte[] keepalive() {
        byte[] ping = new BindingMessage.Ping().encode();
        byte[] datagram = new byte[PacketLayout.OVERHEAD + ping.length];
        ByteBuffer.wrap(datagram)
                .putInt(PacketLayout.CONTROL << 24)
                .putLong(dataWireId)
                .putLong(counter);
        System.arraycopy(ping, 0, datagram, PacketLayout.PAYLOAD, ping.length);
        int header = PacketLayout.HEADER_LENGTH;
        crypto.aead().sealOnce(SUITE, dataKey, counter++, datagram, header, datagram.length);
        return datagram;
    }

    /** Takes the answer to the last request, which must be an ACK. */
    void answered(long nowNanos, byte[] datagram) {
        ReattachAnswer answer = ReattachMessage.openAnswer(crypto.aead(), SUITE, proofKey, nonce, datagram);
        if (answer instanceof ReattachAnswer.Ack ack) {
            epoch = ack.version().epoch();
            Freshness freshness = new Freshness(nonce.bytes(), ReattachMessage.random(datagram));
            dataKey = secret.bindingKeys(freshness, epoch).clientToGateway();
            dataWireId = ack.gatewayWireId();
            counter = 0;
            SessionSecret next = secret.next(freshness, epoch);
            secret = new SessionSecret(ack.generation(), next.key());
            learn(nowNanos, ack.token(), ack.tickets());
        } else {
            throw new IllegalStateException("no ACK but " + answer);
        }
    }
}
