package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.Grant;
import jumpvpn.core.control.HandshakeMessage;
import jumpvpn.core.control.Hello;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.control.ReattachMessage;
import jumpvpn.core.control.ReattachRequest;
import jumpvpn.core.control.Token;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.gateway.GatewayConfig;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.BindingKeys;
import jumpvpn.core.security.Freshness;
import jumpvpn.core.security.HandshakeMac;
import jumpvpn.core.security.JdkAead;
import jumpvpn.core.security.KeyAgreement;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.NoiseIk;
import jumpvpn.core.security.Ratchet;
import jumpvpn.core.security.RekeyOutput;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.transport.LinkKind;
import org.jspecify.annotations.Nullable;

/** A client that says what a test tells it to say and nothing else; its cryptography is right unless a test wants it wrong. */
final class HandClient {
    private static final Suite SUITE = Suite.CHACHA20_POLY1305;
    /** A test may say one nonce twice. */
    private static final AeadPort UNGUARDED = new JdkAead()::create;

    /** What a request says. */
    static final class Ask {
        BindCause cause = BindCause.DEAD;
        Protocol protocol = Protocol.UDP;
        int expectedEpoch;
        int generation;
        int phase;
        Token token = Token.NONE;
        long tokenAgeNanos;
        List<Nonce> unanswered = List.of();
        Nonce nonce = new Nonce(0, 0);
        byte[] ticket = {};
        /** Of the phase that it names; null: it has none. */
        @Nullable
        RekeyOutput output;

        private final long wireId;
        private final SessionSecret base;
        private final byte[] proofKey;

        private Ask(long wireId, SessionSecret base, byte[] proofKey) {
            this.wireId = wireId;
            this.base = base;
            this.proofKey = proofKey;
        }
    }

    final LoneGateway at;
    final KeyPair key;
    final List<BindingMessage> heard = new ArrayList<>();
    final List<Integer> delivered = new ArrayList<>();
    final List<ReattachAnswer> answers = new ArrayList<>();
    int acknowledgements;
    /** Whatever address it is sent to. */
    boolean hearsAll;

    Endpoint from;
    SessionId id = new SessionId(0, 0);
    IpAddress inner = IpAddress.parse("0.0.0.0");
    SessionSecret secret = new SessionSecret(0, new byte[32]);
    int epoch;
    Token token = Token.NONE;
    long tokenNanos;
    List<byte[]> tickets = List.of();
    /** Of the generation of the secret that the tickets are of. */
    byte[] proofKey = {};

    Binding binding;
    Ratchet ratchet;
    private final LookupTable<Bound> bindings = new LookupTable<>();
    private final Inbound inbound = new Inbound(bindings, new DropCounters(), false);
    private final ForwardingGate gate = new ForwardingGate();
    private final TreeMap<Long, Ask> asked = new TreeMap<>();
    private final TreeMap<Long, NoiseIk.Initiator> begun = new TreeMap<>();
    private int listened;

    /** One that the gateway will know. */
    HandClient(LoneGateway at, int number) {
        this.at = at;
        key = KeyPair.generate(at.crypto);
        from = new Endpoint(IpAddress.parse("192.0.2." + number), 40_000);
        at.clients.add(new GatewayConfig.Client("hand" + number, key.publicKey(), List.of()));
        gate.hold(new jumpvpn.core.data.HoldQueue(0, 0, new DropCounters())); // anything but DROP: what comes is taken
    }

    /** A gateway, and one client of it with a session. */
    static HandClient connected() {
        return connected(new LoneGateway());
    }

    static HandClient connected(LoneGateway at) {
        HandClient client = new HandClient(at, 1);
        at.start();
        client.connect();
        return client;
    }

    /** The same with this policy, two seconds later, when all is said: what comes from here on is heard as new. */
    static HandClient settled(LoneGateway at, Policy policy) {
        at.policy = policy;
        HandClient client = connected(at);
        client.acknowledge();
        at.run(2 * LoneGateway.SECOND);
        client.forget();
        return client;
    }

    /** The gateway hears nothing of what it sent, and takes the binding for dead within so long. */
    void die(long withinNanos) {
        at.sendDown(inner, 1);
        at.run(withinNanos);
        assertThat(at.session().state()).isEqualTo(SessionState.RECOVERING);
    }

    /** Connects and is welcomed, at one instant. */
    void connect() {
        at.receive(from, init());
        listen();
        say(new BindingMessage.Confirm());
        assertThat(tickets).as("welcomed").isNotEmpty();
    }

    /** A first message. */
    byte[] init() {
        return init(Protocol.UDP);
    }

    byte[] init(Protocol protocol) {
        NoiseIk.Initiator noise =
                new NoiseIk.Initiator(at.crypto, SUITE, NoiseIk.prologue(SUITE), key, at.key.publicKey());
        byte[] first = noise.writeFirst(new Hello(protocol, LinkKind.ETHERNET, from).encode());
        long wireId = at.crypto.entropy().nextLong();
        begun.put(wireId, noise);
        return HandshakeMessage.init(SUITE, wireId, first, new HandshakeMac(at.key.publicKey()));
    }

    /** Reads an answer to a first message, and takes its session for its own. */
    @Nullable
    Grant granted(byte[] datagram) {
        HandshakeMessage.Response response =
                HandshakeMessage.parseResponse(datagram, new HandshakeMac(key.publicKey()));
        if (response == null || !begun.containsKey(response.clientWireId())) {
            return null;
        }
        NoiseIk.Initiator noise = begun.remove(response.clientWireId());
        Grant grant = Grant.decode(noise.readSecond(response.noise()));
        if (grant instanceof Grant.Session session) {
            id = session.id();
            inner = session.inner().getFirst().address();
            secret = noise.sessionSecret();
            epoch = 1;
            ratchet = Ratchet.of(secret, noise.freshness(), 1);
            bind(secret.bindingKeys(noise.freshness(), 1), response.clientWireId(), response.gatewayWireId());
        }
        return grant;
    }

    private void bind(BindingKeys keys, long ownWireId, long gatewayWireId) {
        binding = new Binding(
                at.crypto.aead(),
                new Binding.Parts(
                        gate,
                        PacketLayout.DATA,
                        epoch,
                        SUITE,
                        keys.clientToGateway(),
                        keys.gatewayToClient(),
                        ownWireId,
                        gatewayWireId,
                        1,
                        from,
                        8192,
                        at.now));
        bindings.put(0, ownWireId, binding);
    }

    /** Says something in its newest binding, and listens. */
    void say(BindingMessage message) {
        at.receive(from, sealed(message));
        listen();
    }

    byte[] sealed(BindingMessage message) {
        return sealed(binding, PacketLayout.CONTROL, message.encode());
    }

    byte[] sealed(Binding through, byte type, byte[] payload) {
        byte[] datagram = through.sealed(type, payload, at.now);
        assertThat(datagram).isNotNull();
        return datagram;
    }

    /** An inner packet. */
    byte[] data(Binding through, int number) {
        return sealed(through, through.dataType(), Inner.v4(inner, IpAddress.parse("10.77.0.1"), number));
    }

    void sendUp(int number) {
        at.receive(from, data(binding, number));
        listen();
    }

    /** A request without data: acknowledges all that came. */
    void acknowledge() {
        at.receive(from, sealed(binding, PacketLayout.DATA, new byte[0]));
    }

    /** A request; what a test does not change is right. */
    Ask ask(Consumer<Ask> change) {
        Ask ask = new Ask(at.crypto.entropy().nextLong(), secret.copy(), proofKey);
        ask.expectedEpoch = epoch;
        ask.generation = secret.generation();
        ask.token = token;
        ask.tokenAgeNanos = at.now - tokenNanos;
        ask.nonce = Nonce.of(at.crypto.entropy().bytes(Nonce.LENGTH));
        ask.ticket = tickets.getFirst();
        change.accept(ask);
        return ask;
    }

    byte[] datagram(Ask ask) {
        asked.put(ask.wireId, ask);
        ReattachRequest request = new ReattachRequest(
                ask.cause,
                ask.protocol,
                LinkKind.WIFI,
                from,
                ask.wireId,
                ask.expectedEpoch,
                ask.generation,
                ask.phase,
                ask.token,
                ask.tokenAgeNanos,
                ask.unanswered);
        return ReattachMessage.request(UNGUARDED, SUITE, ask.ticket, ask.nonce, ask.proofKey, request);
    }

    /** Sends a request, listens, and gives the answer; null for none. */
    @Nullable
    ReattachAnswer request(Consumer<Ask> change) {
        return send(datagram(ask(change)));
    }

    @Nullable
    ReattachAnswer send(byte[] request) {
        int before = answers.size();
        at.receive(from, request);
        listen();
        return answers.size() == before ? null : answers.getLast();
    }

    /** Why a request is refused; null: it was accepted. */
    @Nullable
    ReasonCode refusal(Consumer<Ask> change) {
        ReattachAnswer answer = request(change);
        assertThat(answer).as("an answer").isNotNull();
        return answer instanceof ReattachAnswer.Reject reject ? reject.reason() : null;
    }

    /** Asks for a new binding and gets it. */
    void reattach(BindCause cause) {
        assertThat(refusal(ask -> ask.cause = cause)).isNull();
    }

    /** The early binding behind a request. */
    Binding early(Ask ask) {
        byte[] key = ask.base.earlyKey(ask.nonce.bytes());
        return new Binding(
                at.crypto.aead(),
                new Binding.Parts(
                        gate,
                        PacketLayout.EARLY_DATA,
                        ask.expectedEpoch + 1,
                        SUITE,
                        key,
                        key,
                        ask.wireId,
                        ask.nonce.high(),
                        1,
                        from,
                        8192,
                        at.now));
    }

    /** The client's half of a renewal: it opens under the new keys when the gateway's key is there, and seals under them. */
    Ratchet.Step renewed(KeyPair own, BindingMessage.RekeyAnswer answer) throws KeyAgreement.InvalidKeyException {
        byte[] agreed = at.crypto.agreement().agree(own.privateKey(), answer.publicKey());
        Ratchet.Step step = ratchet.step(agreed, own.publicKey(), answer.publicKey());
        ratchet = step.next();
        binding.dropOlder();
        binding.expect(step.keys().clientToGateway(), step.keys().gatewayToClient(), at.now);
        binding.sealNewest();
        return step;
    }

    /** Takes what came since it listened last. */
    void listen() {
        for (; listened < at.sent.size(); listened++) {
            LoneGateway.Sent sent = at.sent.get(listened);
            if (hearsAll || sent.to().equals(from)) {
                take(sent.bytes().clone());
            }
        }
    }

    /** What was sent until now and not heard is lost. */
    void forgetSent() {
        listened = at.sent.size();
    }

    /** Begins to listen here, when what was sent before has been forgotten. */
    void forget() {
        listen();
        at.forget();
        listened = 0;
        heard.clear();
        delivered.clear();
        answers.clear();
        acknowledgements = 0;
    }

    private void take(byte[] datagram) {
        Inbound.Disposition disposition =
                inbound.accept(MemorySegment.ofArray(datagram), 0, datagram.length, at.now, 0, 1, 1);
        switch (disposition) {
            case DELIVER -> delivered.add(Inner.number(Slots.payload(datagram, inbound)));
            case CONTROL -> hear(BindingMessage.decode(Slots.payload(datagram, inbound)));
            case ACKNOWLEDGED -> acknowledgements++;
            case UNBOUND -> answered(datagram);
            case DROPPED, UNKNOWN -> {
                // not for it
            }
        }
    }

    private void hear(@Nullable BindingMessage message) {
        assertThat(message).isNotNull();
        heard.add(message);
        if (message instanceof BindingMessage.Welcome welcome) {
            token = welcome.token();
            tokenNanos = at.now;
            tickets = welcome.tickets();
            proofKey = secret.proofKey();
        }
    }

    private void answered(byte[] datagram) {
        Long addressee = ReattachMessage.addressee(datagram);
        Ask ask = addressee == null ? null : asked.get(addressee);
        if (ask == null) {
            granted(datagram);
            return;
        }
        ReattachAnswer answer = ReattachMessage.openAnswer(at.crypto.aead(), SUITE, ask.proofKey, ask.nonce, datagram);
        assertThat(answer).as("an authentic answer").isNotNull();
        answers.add(answer);
        token = answer.token();
        tokenNanos = at.now;
        if (answer instanceof ReattachAnswer.Ack ack && ack.version().epoch() != epoch) {
            epoch = ack.version().epoch();
            Freshness freshness = new Freshness(ask.nonce.bytes(), ReattachMessage.random(datagram));
            RekeyOutput output = ask.output;
            SessionSecret base = ack.mixed() && output != null ? ask.base.mixed(output) : ask.base;
            SessionSecret.Bound bound = base.bound(freshness, epoch);
            secret = bound.next().numbered(ack.generation());
            ratchet = bound.ratchet();
            tickets = ack.tickets();
            proofKey = secret.proofKey();
            bind(bound.keys(), ask.wireId, ack.gatewayWireId());
        }
    }

    /** How many messages of this kind it heard. */
    <M extends BindingMessage> List<M> heard(Class<M> kind) {
        listen();
        return heard.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** When datagrams to it left that fit. */
    List<Long> sentAt(Function<byte[], Boolean> fits) {
        return at.sent.stream()
                .filter(sent -> sent.to().equals(from) && fits.apply(sent.bytes()))
                .map(LoneGateway.Sent::nanos)
                .toList();
    }

    static boolean isControl(byte[] datagram) {
        return datagram[0] == PacketLayout.CONTROL;
    }

    static byte[] flipped(byte[] datagram, int at) {
        byte[] changed = Arrays.copyOf(datagram, datagram.length);
        changed[at] ^= 1;
        return changed;
    }
}
