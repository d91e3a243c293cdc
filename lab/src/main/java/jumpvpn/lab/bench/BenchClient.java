package jumpvpn.lab.bench;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
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
import org.jspecify.annotations.Nullable;

/** The client's end of one session, as far as a gateway needs one to be asked: connects, makes requests, learns from answers. */
final class BenchClient {
    static final Suite SUITE = Suite.AES_256_GCM;

    final KeyPair own;
    final Endpoint from;
    private final Crypto crypto;
    private final int number;
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
    private Nonce probing = new Nonce(0, 0);
    /** Of the requests since the last ACK, any of which may have been accepted. */
    private final ArrayDeque<Nonce> unanswered = new ArrayDeque<>();

    private byte[] dataKey = {};
    private long dataWireId;
    private long counter;

    BenchClient(Crypto crypto, byte[] gatewayKey, int number) {
        this(crypto, gatewayKey, KeyPair.generate(crypto), number);
    }

    /** @param number is in the wire identifiers that it chooses, as their low half */
    BenchClient(Crypto crypto, byte[] gatewayKey, KeyPair own, int number) {
        this.crypto = crypto;
        this.gatewayKey = gatewayKey;
        this.own = own;
        this.number = number;
        this.handshake = new NoiseIk.Initiator(crypto, SUITE, NoiseIk.prologue(SUITE), own, gatewayKey);
        this.from = from(number);
        this.local = new Endpoint(IpAddress.v4(0xc0a8_0002), 0);
    }

    /** Where a client's datagrams come from: a new object each time, as a receive loop makes one of what it reads. */
    static Endpoint from(int number) {
        return new Endpoint(IpAddress.v4(0x0b00_0000 + number), 40_000);
    }

    private long wireId() {
        return crypto.entropy().nextLong() << 32 | number;
    }

    byte[] firstMessage() {
        byte[] first = handshake.writeFirst(new Hello(Protocol.UDP, LinkKind.WIFI, local).encode());
        return HandshakeMessage.init(SUITE, wireId(), first, new HandshakeMac(gatewayKey));
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
        dataKey = secret.bindingKeys(handshake.freshness(), 1).clientToGateway();
        dataWireId = response.gatewayWireId();
        return dataWireId;
    }

    /** What makes the handshake a session, once the second message was taken. */
    byte[] confirm() {
        return sealed(new BindingMessage.Confirm());
    }

    /** Takes the WELCOME, usually the first packet under the new keys; false: it is another. */
    boolean welcome(long nowNanos, byte[] datagram) {
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
        byte[] message = length < PacketLayout.PAYLOAD - header
                ? new byte[0]
                : Arrays.copyOfRange(datagram, PacketLayout.PAYLOAD, header + length);
        if (BindingMessage.decode(message) instanceof BindingMessage.Welcome welcome) {
            learn(nowNanos, welcome.token(), welcome.tickets());
            return true;
        }
        return false;
    }

    private void learn(long nowNanos, Token newest, List<byte[]> tickets) {
        token = newest;
        tokenNanos = nowNanos;
        ticket = tickets.getFirst();
        proofKey = secret.proofKey();
    }

    /** A PROBE, as for a standby at another gateway. */
    byte[] probe() {
        probing = Nonce.of(crypto.entropy().bytes(Nonce.LENGTH));
        return ReattachMessage.probe(crypto.aead(), SUITE, ticket, probing, proofKey, wireId());
    }

    /** Takes what may be the answer to the last PROBE, which brings the token of who is asked next; false: it is not. */
    boolean probed(long nowNanos, byte[] datagram) {
        ReattachMessage.ProbeAnswer answer =
                ReattachMessage.openProbeAnswer(crypto.aead(), SUITE, proofKey, probing, datagram);
        if (answer == null) {
            return false;
        }
        token = answer.token();
        tokenNanos = nowNanos;
        return true;
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
        List<Nonce> before = List.copyOf(unanswered);
        nonce = Nonce.of(crypto.entropy().bytes(Nonce.LENGTH));
        if (unanswered.size() == ReattachRequest.MAX_UNANSWERED) {
            unanswered.remove();
        }
        unanswered.add(nonce);
        ReattachRequest request = new ReattachRequest(
                BindCause.DEAD,
                Protocol.UDP,
                LinkKind.WIFI,
                local,
                wireId(),
                epoch,
                secret.generation(),
                0,
                token,
                nowNanos - tokenNanos,
                before);
        return ReattachMessage.request(crypto.aead(), SUITE, ticket, nonce, underKey, request);
    }

    /** A PING in the binding that the last ACK made: what a client sends when nothing else was sent for long. */
    byte[] keepalive() {
        return sealed(new BindingMessage.Ping());
    }

    private byte[] sealed(BindingMessage message) {
        byte[] said = message.encode();
        byte[] datagram = new byte[PacketLayout.OVERHEAD + said.length];
        ByteBuffer.wrap(datagram)
                .putInt(PacketLayout.CONTROL << 24)
                .putLong(dataWireId)
                .putLong(counter);
        System.arraycopy(said, 0, datagram, PacketLayout.PAYLOAD, said.length);
        int header = PacketLayout.HEADER_LENGTH;
        crypto.aead().sealOnce(SUITE, dataKey, counter++, datagram, header, datagram.length);
        return datagram;
    }

    /** Takes the answer to the last request, which must be an ACK. */
    void answered(long nowNanos, byte[] datagram) {
        ReattachAnswer answer = heard(nowNanos, datagram);
        if (!(answer instanceof ReattachAnswer.Ack)) {
            throw new IllegalStateException("no ACK but " + answer);
        }
    }

    /** Takes what may be an answer to the last request; null: it is none. */
    @Nullable
    ReattachAnswer heard(long nowNanos, byte[] datagram) {
        ReattachAnswer answer = ReattachMessage.openAnswer(crypto.aead(), SUITE, proofKey, nonce, datagram);
        if (answer instanceof ReattachAnswer.Ack ack) {
            unanswered.clear();
            epoch = ack.version().epoch();
            Freshness freshness = new Freshness(nonce.bytes(), ReattachMessage.random(datagram));
            dataKey = secret.bindingKeys(freshness, epoch).clientToGateway();
            dataWireId = ack.gatewayWireId();
            counter = 0;
            SessionSecret next = secret.next(freshness, epoch);
            secret = new SessionSecret(ack.generation(), next.key());
            learn(nowNanos, ack.token(), ack.tickets());
        } else if (answer != null) {
            token = answer.token();
            tokenNanos = nowNanos;
        }
        return answer;
    }
}
