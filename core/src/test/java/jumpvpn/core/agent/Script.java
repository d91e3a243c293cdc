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
import jumpvpn.core.data.Forwarding;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.net.Protocol;
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
import jumpvpn.core.session.PolicyKey;
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
final class Script extends Heard implements Outside {
    /** An IPv4 packet without payload. */
    private static final byte[] INNER = {0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0, 10, 77, 0, 9, 10, 77, 0, 1};

    private record Later(long nanos, long order, Runnable what) {}

    final Crypto crypto;
    final KeyPair clientKey;
    final TreeMap<String, KeyPair> keys = new TreeMap<>();
    final TreeSet<String> silent = new TreeSet<>();
    final TreeMap<String, ReasonCode> refusing = new TreeMap<>();
    final List<Served> served = new ArrayList<>();
    final TreeMap<Integer, Path> paths = new TreeMap<>();
    Policy policy = Policy.DEFAULT;
    /** How many standbys the policy allows: their probes would be in every other test's way. */
    int standbys;

    boolean welcomes = true;
    boolean lossy;
    /** Whether every REKEY is answered. */
    boolean renews;

    private static final long START_NANOS = 1_000_000_000_000L;
    /** When a session that began with its script is attached. */
    static final long ATTACHED_NANOS = START_NANOS + 10 * MILLI;

    long now = START_NANOS;
    /** How long what the client says is under way; what it hears is there at once. */
    long delayNanos = 5 * MILLI;

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
            public void granted(Grant.Session session, String gateway) {
                grants.add(gateway + " " + session.id());
                sentAtGrant = order;
            }

            @Override
            public void attached(Grant.Session session) {
                forwardingWhenAttached.add(gate.forwarding() instanceof Forwarding.Forward);
            }

            @Override
            public void innerMtu(int bytes) {}

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

    /** The same with sessions that live so long and whose keys are renewed. */
    static Script living(long lifetimeNanos) {
        Script script = attached(Policy.DEFAULT.with(PolicyKey.SESSION_MAX_LIFETIME, lifetimeNanos));
        script.renews = true;
        return script;
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

    /** The client's host sends a packet every few milliseconds; each third is lost if the way is lossy. */
    void chat(int packets, long everyMillis) {
        for (int i = 0; i < packets; i++) {
            Binding by = active();
            byte[] datagram = by.sealed(by.dataType(), INNER, now);
            if (!lossy || i % 3 != 0) {
                transmitted(by.pathId, by.peer(), datagram);
            }
            if (by.claimWatch()) {
                agent.watch(now, by);
            }
            run(everyMillis);
        }
    }

    private void later(Runnable what) {
        later.add(new Later(now + delayNanos, order++, what));
    }

    void greet(int pathId, Endpoint to, byte[] datagram) {
        String name = Outside.nameOf(to);
        if (silent.contains(name)) {
            return;
        }
        KeyPair own = keys.get(name);
        HandshakeMessage.Init init = HandshakeMessage.parseInit(datagram, new HandshakeMac(own.publicKey()));
        NoiseIk.Responder noise = new NoiseIk.Responder(crypto, init.suite(), NoiseIk.prologue(init.suite()), own);
        assertThat(noise.readFirst(init.noise())).isNotNull();
        Endpoint observed = new Endpoint(paths.get(pathId).local(), 4000 + pathId);
        Served session = new Served(crypto, SessionId.of(crypto.entropy().bytes(SessionId.LENGTH)));
        Grant grant = refusing.containsKey(name)
                ? new Grant.Refused(refusing.get(name))
                : new Grant.Session(session.id, List.of(Prefix.parse("10.77.0.9/24")), observed, 1400, granted());
        long wireId = crypto.entropy().nextLong();
        byte[] second = noise.writeSecond(grant.encode());
        if (grant instanceof Grant.Session) {
            session.pathId = pathId;
            session.secrets.put(0, noise.sessionSecret());
            session.bind(
                    new Served.Bind(noise.sessionSecret(), noise.freshness(), wireId, init.clientWireId(), observed),
                    now);
            gatewayBindings.put(0, wireId, session.binding);
            served.add(session);
        }
        deliver(
                pathId,
                HandshakeMessage.response(
                        init.suite(), init.clientWireId(), wireId, second, new HandshakeMac(clientKey.publicKey())));
    }

    private Policy granted() {
        return policy.with(PolicyKey.TRANSPORT_MAX_STANDBYS, standbys);
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
        if (binding.newestOpened()) {
            binding.sealNewest();
        }
        Served session = served.stream()
                .filter(each -> each.binding == binding)
                .findFirst()
                .orElse(null);
        BindingMessage message = disposition == Inbound.Disposition.CONTROL ? BindingMessage.decode(payload) : null;
        if (message != null) {
            said.add(message);
            saidNanos.add(now - delayNanos);
        }
        if (session != null && message instanceof BindingMessage.Rekey rekey && renews) {
            say(session, session.rekey(rekey, now));
        } else if (session != null && message instanceof BindingMessage.Confirm && !welcomes) {
            return;
        } else if (session != null && message instanceof BindingMessage.Confirm) {
            say(session, welcome());
        } else if (session != null) {
            hears(binding.sealed(binding.dataType(), new byte[0], now));
        }
    }

    /** The client's active binding, by its gate. */
    Binding active() {
        return ((Forwarding.Forward) gate.forwarding()).binding();
    }

    /** What the newest session is welcomed with. */
    BindingMessage.Welcome welcome() {
        Served session = served.getLast();
        Endpoint by = paths.get(session.pathId).remote();
        return new BindingMessage.Welcome(StateVersion.of(1, 0), token(by), session.tickets(sealer, 8));
    }

    /** The newest session's gateway says something in its binding. */
    void say(BindingMessage message) {
        say(served.getLast(), message);
    }

    private void say(Served session, BindingMessage message) {
        hears(session.binding.sealed(PacketLayout.CONTROL, message.encode(), now));
    }

    /** A datagram of a binding reaches the client. */
    void hears(byte[] datagram) {
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

    private Served of(Ticket ticket) {
        return served.stream()
                .filter(session -> Arrays.equals(session.id.bytes(), ticket.sessionId()))
                .findFirst()
                .orElseThrow();
    }

    /** Binds as this request wants; returns the answer's datagram, undelivered. */
    byte[] bind(Request request) {
        Served session = of(request.proven().ticket());
        byte[] random = crypto.entropy().bytes(16);
        Freshness freshness = new Freshness(request.proven().nonce().bytes(), random);
        boolean mixed = session.has(request.body().phase());
        SessionSecret named = session.secrets.get(request.body().generation());
        SessionSecret base = mixed ? named.mixed(session.output) : named;
        session.pathId = request.pathId();
        session.begunBy = request.proven().nonce();
        session.epoch++;
        int generation = session.step(base, freshness);
        long wireId = crypto.entropy().nextLong();
        Endpoint observed = new Endpoint(paths.get(request.pathId()).local(), 4000);
        session.bind(new Served.Bind(base, freshness, wireId, request.body().clientWireId(), observed), now);
        gatewayBindings.put(0, wireId, session.binding);
        ReattachAnswer ack = new ReattachAnswer.Ack(
                StateVersion.of(session.epoch, 0),
                wireId,
                generation,
                mixed,
                observed,
                token(request.to()),
                session.tickets(sealer, 8));
        return sealed(request, ack, random);
    }

    void accept(Request request) {
        deliver(request.pathId(), bind(request));
    }

    /** A refusal's datagram, undelivered. */
    byte[] refusal(Request request, ReasonCode reason, Endpoint... instead) {
        Served session = of(request.proven().ticket());
        ReattachAnswer reject = new ReattachAnswer.Reject(
                reason,
                StateVersion.of(session.epoch, 1),
                token(request.to()),
                session.tickets(sealer, 1),
                List.of(instead));
        return sealed(request, reject, crypto.entropy().bytes(16));
    }

    byte[] sealed(Request request, ReattachAnswer answer, byte[] random) {
        return ReattachMessage.answer(
                crypto.aead(), request.proven(), request.body().clientWireId(), random, answer);
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
        runNanos(millis * MILLI);
    }

    private void runNanos(long nanos) {
        long target = now + nanos;
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

    SessionState state() {
        return agent.status(now).state();
    }

    AgentStatus status() {
        return agent.status(now);
    }

    /** Lets time pass until this boot time. */
    void runTo(long nanos) {
        runNanos(nanos - now);
    }
}
