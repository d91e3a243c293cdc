package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.Grant;
import jumpvpn.core.control.HandshakeMessage;
import jumpvpn.core.control.MessageType;
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
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.security.BindingKeys;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.Freshness;
import jumpvpn.core.security.HandshakeMac;
import jumpvpn.core.security.JdkAead;
import jumpvpn.core.security.JdkX25519;
import jumpvpn.core.security.KeyAgreement;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.NoiseIk;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.security.Suite;
import jumpvpn.core.security.Ticket;
import jumpvpn.core.security.TicketSealer;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import jumpvpn.core.transport.LinkKind;
import jumpvpn.core.transport.Path;

/**
 * A client whose gateways say what the test wants, with real cryptography. Handshakes and what comes in a binding are answered by themselves, unless the gateway is
 * silent; requests and probes wait in lists until the test answers them.
 */
final class Script implements Outside {
    private static final long DELAY_NANOS = 5 * MILLI;

    private record Later(long nanos, long order, Runnable what) {}

    final Crypto crypto;
    final KeyPair clientKey;
    final TreeMap<String, KeyPair> keys = new TreeMap<>();
    final TreeSet<String> silent = new TreeSet<>();
    final TreeMap<String, ReasonCode> refusing = new TreeMap<>();
    final List<First> firsts = new ArrayList<>();
    final List<Request> requests = new ArrayList<>();
    final List<Probe> probes = new ArrayList<>();
    final List<BindingMessage> said = new ArrayList<>();
    final List<Event> events = new ArrayList<>();
    final List<String> ends = new ArrayList<>();
    final List<Served> served = new ArrayList<>();
    final TreeMap<Integer, Path> paths = new TreeMap<>();
    Policy policy = Policy.DEFAULT;
    long now = 1_000_000_000_000L;
    final Agent agent;
    final ForwardingGate gate = new ForwardingGate();
    private final TicketSealer sealer;
    private final LookupTable<Bound> clientBindings = new LookupTable<>();
    private final LookupTable<Bound> gatewayBindings = new LookupTable<>();
    private final Inbound clientInbound = new Inbound(clientBindings, new DropCounters(), false);
    private final Inbound gatewayInbound = new Inbound(gatewayBindings, new DropCounters(), false);
    private final PriorityQueue<Later> later =
            new PriorityQueue<>(Comparator.comparingLong(Later::nanos).thenComparingLong(Later::order));
    private long order;

    Script() {
        this(new JdkX25519());
    }

    Script(KeyAgreement agreement) {
        crypto = new Crypto(new JdkAead(), agreement, new Random(7)::nextBytes);
        clientKey = KeyPair.generate(crypto);
        sealer = new TicketSealer(new byte[32], 5, 1);
        List<AgentConfig.Gateway> gateways = new ArrayList<>();
        for (String name : List.of("gw1", "gw2")) {
            keys.put(name, KeyPair.generate(crypto));
            gateways.add(new AgentConfig.Gateway(name, keys.get(name).publicKey()));
        }
        AgentPort port = new AgentPort() {
            @Override
            public void transmit(int pathId, Endpoint to, byte[] datagram) {
                transmitted(pathId, to, datagram);
            }

            @Override
            public void granted(Grant.Session session, String gateway) {}

            @Override
            public void ended(ReasonCode reason, String text) {
                ends.add(reason + ": " + text);
            }
        };
        agent = new Agent(new AgentContext(
                new AgentConfig(clientKey, Suite.AES_256_GCM, gateways),
                crypto,
                port,
                events::add,
                clientBindings,
                gate,
                new DropCounters()));
    }

    /** Attached to gw1 by path 1, at rest. Paths 1 and 2 go there, 3 and 4 to gw2. */
    static Script attached() {
        return attached(Policy.DEFAULT);
    }

    static Script attached(Policy policy) {
        return attached(new Script(), policy);
    }

    static Script attached(Script script, Policy policy) {
        script.policy = policy;
        script.up(1, "eth0", "gw1", ONE);
        script.up(2, "wlan0", "gw1", ONE);
        script.up(3, "eth0", "gw2", TWO);
        script.up(4, "wlan0", "gw2", TWO);
        script.agent.start(script.now);
        script.run(3000);
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
        script.forget();
        return script;
    }

    void up(int id, String link, String gateway, Endpoint remote) {
        up(id, Protocol.UDP, link, gateway, remote);
    }

    void up(int id, Protocol protocol, String link, String gateway, Endpoint remote) {
        IpAddress local = IpAddress.parse(link.equals("eth0") ? "192.0.2.1" : "198.51.100.1");
        Path path = new Path(id, protocol, link, LinkKind.ETHERNET, local, gateway, remote, 0);
        paths.put(id, path);
        agent.pathUp(now, path);
    }

    void down(int id) {
        agent.pathDown(now, id);
    }

    void forget() {
        firsts.clear();
        requests.clear();
        probes.clear();
        said.clear();
        events.clear();
        ends.clear();
    }

    private void transmitted(int pathId, Endpoint to, byte[] datagram) {
        switch (datagram[0]) {
            case MessageType.HANDSHAKE_INIT -> {
                firsts.add(new First(now, pathId, to, datagram));
                later(() -> greet(pathId, to, datagram));
            }
            case MessageType.REATTACH_REQUEST -> {
                ReattachMessage.Proven<ReattachRequest> proven =
                        ReattachMessage.openRequest(crypto.aead(), sealer, datagram);
                assertThat(proven).as("a request that proves itself").isNotNull();
                requests.add(new Request(now, pathId, to, proven, datagram));
            }
            case MessageType.PROBE ->
                probes.add(new Probe(now, pathId, to, ReattachMessage.openProbe(crypto.aead(), sealer, datagram)));
            default -> later(() -> gatewayReceives(to, datagram));
        }
    }

    private void later(Runnable what) {
        later.add(new Later(now + DELAY_NANOS, order++, what));
    }

    private void greet(int pathId, Endpoint to, byte[] datagram) {
        String name = Outside.nameOf(to);
        if (silent.contains(name)) {
            return;
        }
        KeyPair own = keys.get(name);
        HandshakeMessage.Init init = HandshakeMessage.parseInit(datagram, new HandshakeMac(own.publicKey()));
        NoiseIk.Responder noise = new NoiseIk.Responder(crypto, init.suite(), NoiseIk.prologue(init.suite()), own);
        assertThat(noise.readFirst(init.noise())).isNotNull();
        Endpoint observed = new Endpoint(paths.get(pathId).local(), 4000 + pathId);
        Served session = new Served(SessionId.of(crypto.entropy().bytes(SessionId.LENGTH)));
        Grant grant = refusing.containsKey(name)
                ? new Grant.Refused(refusing.get(name))
                : new Grant.Session(session.id, List.of(Prefix.parse("10.77.0.9/24")), observed, 1400, policy);
        long wireId = crypto.entropy().nextLong();
        byte[] second = noise.writeSecond(grant.encode());
        if (grant instanceof Grant.Session) {
            session.pathId = pathId;
            session.secrets.put(0, noise.sessionSecret());
            bind(session, noise.sessionSecret(), noise.freshness(), wireId, init.clientWireId(), observed);
            served.add(session);
        }
        deliver(
                pathId,
                HandshakeMessage.response(
                        init.suite(), init.clientWireId(), wireId, second, new HandshakeMac(clientKey.publicKey())));
    }

    private void bind(
            Served session, SessionSecret base, Freshness freshness, long own, long clients, Endpoint observed) {
        BindingKeys made = base.bindingKeys(freshness, session.epoch);
        session.binding = new Binding(
                crypto.aead(),
                new Binding.Parts(
                        new ForwardingGate(),
                        PacketLayout.DATA,
                        session.epoch,
                        Suite.AES_256_GCM,
                        made.gatewayToClient(),
                        made.clientToGateway(),
                        own,
                        clients,
                        0,
                        observed,
                        8192,
                        now));
        gatewayBindings.put(0, own, session.binding);
    }

    private void gatewayReceives(Endpoint to, byte[] datagram) {
        if (silent.contains(Outside.nameOf(to))) {
            return;
        }
        Inbound.Disposition disposition =
                gatewayInbound.accept(MemorySegment.ofArray(datagram), 0, datagram.length, now, 0, 0, 0);
        Binding binding = gatewayInbound.binding();
        if (disposition != Inbound.Disposition.CONTROL && disposition != Inbound.Disposition.DELIVER) {
            return;
        }
        byte[] payload = Arrays.copyOfRange(
                datagram, PacketLayout.PAYLOAD, PacketLayout.PAYLOAD + gatewayInbound.payloadLength());
        Served session = served.stream()
                .filter(each -> each.binding == binding)
                .findFirst()
                .orElse(null);
        BindingMessage message = disposition == Inbound.Disposition.CONTROL ? BindingMessage.decode(payload) : null;
        if (message != null) {
            said.add(message);
        }
        if (session != null && message instanceof BindingMessage.Confirm) {
            say(session, new BindingMessage.Welcome(StateVersion.of(1, 0), token(to), tickets(session, 8)));
        } else if (session != null) {
            clientReceives(session.pathId, binding.sealed(binding.dataType(), new byte[0], now));
        }
    }

    /** The newest session's gateway says something in its binding. */
    void say(BindingMessage message) {
        say(served.getLast(), message);
    }

    private void say(Served session, BindingMessage message) {
        clientReceives(session.pathId, session.binding.sealed(PacketLayout.CONTROL, message.encode(), now));
    }

    private void clientReceives(int pathId, byte[] datagram) {
        Inbound.Disposition disposition =
                clientInbound.accept(MemorySegment.ofArray(datagram), 0, datagram.length, now, 0, 0, 0);
        if (disposition == Inbound.Disposition.CONTROL) {
            byte[] payload = Arrays.copyOfRange(
                    datagram, PacketLayout.PAYLOAD, PacketLayout.PAYLOAD + clientInbound.payloadLength());
            agent.receiveControl(now, clientInbound.binding(), payload);
        }
    }

    /** The gateway's time stamp now; each gateway has a start and a clock of its own. */
    Token token(Endpoint gateway) {
        long start = Math.max(1, Outside.nameOf(gateway).hashCode());
        return new Token(start, now - start);
    }

    List<byte[]> tickets(Served session, int count) {
        SessionSecret newest = session.secrets.lastEntry().getValue();
        Ticket ticket = new Ticket(
                session.id.bytes(), 1, session.epoch, newest.generation(), newest.proofKey(), Long.MAX_VALUE);
        return sealer.seal(sealer.currentKey(), ticket, count, crypto.entropy().bytes(TicketSealer.SEED_LENGTH));
    }

    private Served of(Ticket ticket) {
        return served.stream()
                .filter(session -> Arrays.equals(session.id.bytes(), ticket.sessionId()))
                .findFirst()
                .orElseThrow();
    }

    /** Binds as this request wants; returns the answer's datagram, undelivered. */
    byte[] bind(Request request) {
        Served session = of(request.proven().ticket());
        SessionSecret base = session.secrets.get(request.body().generation());
        byte[] random = crypto.entropy().bytes(16);
        Freshness freshness = new Freshness(request.proven().nonce().bytes(), random);
        session.epoch++;
        session.begunBy = request.proven().nonce();
        int generation = session.secrets.lastKey() + 1;
        session.secrets.put(
                generation,
                new SessionSecret(
                        generation, base.next(freshness, session.epoch).key()));
        session.pathId = request.pathId();
        long wireId = crypto.entropy().nextLong();
        Endpoint observed = new Endpoint(paths.get(request.pathId()).local(), 4000);
        bind(session, base, freshness, wireId, request.body().clientWireId(), observed);
        ReattachAnswer ack = new ReattachAnswer.Ack(
                StateVersion.of(session.epoch, 0),
                wireId,
                generation,
                false,
                observed,
                token(request.to()),
                tickets(session, 8));
        return ReattachMessage.answer(
                crypto.aead(), request.proven(), request.body().clientWireId(), random, ack);
    }

    void accept(Request request) {
        deliver(request.pathId(), bind(request));
    }

    /** A refusal's datagram, undelivered. */
    byte[] refusal(Request request, ReasonCode reason, Endpoint... instead) {
        Served session = of(request.proven().ticket());
        ReattachAnswer reject = new ReattachAnswer.Reject(
                reason, StateVersion.of(session.epoch, 1), token(request.to()), tickets(session, 1), List.of(instead));
        return ReattachMessage.answer(
                crypto.aead(),
                request.proven(),
                request.body().clientWireId(),
                crypto.entropy().bytes(16),
                reject);
    }

    void refuse(Request request, ReasonCode reason, Endpoint... instead) {
        deliver(request.pathId(), refusal(request, reason, instead));
    }

    void answer(Probe probe) {
        deliver(
                probe.pathId(),
                ReattachMessage.probeAnswer(
                        crypto.aead(),
                        probe.proven(),
                        crypto.entropy().bytes(16),
                        new ReattachMessage.ProbeAnswer(token(probe.to()), probe.to())));
    }

    void deliver(int pathId, byte[] datagram) {
        agent.receive(now, pathId, datagram.clone());
    }

    /** Lets time pass. */
    void run(long millis) {
        long target = now + millis * MILLI;
        int turns = 0;
        while (true) {
            long next = Math.min(agent.nextNanos(), later.isEmpty() ? Long.MAX_VALUE : later.peek().nanos);
            if (next > target) {
                now = target;
                return;
            }
            turns = next <= now ? turns + 1 : 0;
            assertThat(turns).as("turns at one instant").isLessThan(1000);
            now = Math.max(now, next);
            while (!later.isEmpty() && later.peek().nanos <= now) {
                later.poll().what.run();
            }
            agent.proceed(now);
        }
    }

    /** Lets time pass until a request is there that was not when this was called; returns it. */
    Request nextRequest(long mostMillis) {
        int before = requests.size();
        for (long waited = 0; requests.size() == before; waited++) {
            assertThat(waited).as("no request came; the client said %s", told()).isLessThan(mostMillis);
            run(1);
        }
        return requests.get(before);
    }

    Request lastRequest() {
        return requests.getLast();
    }

    Request lastRequest(Endpoint to) {
        return requests.stream()
                .filter(request -> request.to().equals(to))
                .toList()
                .getLast();
    }

    SessionState state() {
        return agent.status(now).state();
    }

    AgentStatus status() {
        return agent.status(now);
    }

    /** Where requests went, in order: {@code path>gateway}. */
    List<String> asked() {
        return requests.stream()
                .map(request -> request.pathId() + ">" + Outside.nameOf(request.to()))
                .toList();
    }

    /** Events as {@code TYPE reason}, a state change as {@code FROM>TO reason}. */
    List<String> told() {
        return events.stream()
                .map(event -> (event.type() == EventType.STATE_CHANGE ? event.from() + ">" + event.to() : event.type())
                        + " " + event.reason())
                .toList();
    }

    List<String> rows() {
        return told().stream().filter(told -> told.contains(">")).toList();
    }
}
