package jumpvpn.core.gateway;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import jumpvpn.core.control.Grant;
import jumpvpn.core.control.HandshakeMessage;
import jumpvpn.core.control.Hello;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.observability.Journal;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.security.BindingKeys;
import jumpvpn.core.security.HandshakeMac;
import jumpvpn.core.security.NoiseIk;
import jumpvpn.core.security.Ratchet;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionMachine;
import jumpvpn.core.session.StateVersion;
import org.jspecify.annotations.Nullable;

/**
 * Sessions in BIRTH: first messages answered, nothing committed. A repeated first message gets the same answer again; a replayed one makes a birth that nobody
 * completes and that ends by time. Bounded per client and in all; what was seen before pushes nothing out and is the first to go, so that a recording counts once.
 */
final class Births {
    private static final int MOST_PER_CLIENT =
            16; // a replayed first message takes a place, and an honest one needs its own for a round trip
    private static final int MOST = 1024;
    private static final int MOST_SEEN = 256;
    private static final long REFUSAL_PAUSE_NANOS = 100_000_000;

    /** A session that may come to life. */
    record Birth(
            SessionId id,
            GatewayConfig.Client client,
            String clientKey,
            List<Prefix> inner,
            Hello hello,
            byte[] firstMessage,
            byte[] response,
            SessionSecret secret,
            Ratchet ratchet,
            Binding binding,
            SessionMachine machine,
            Journal journal,
            boolean replayed,
            long deadlineNanos) {}

    private final GatewayContext context;
    private final KnownClients clients;
    private final AddressPool pool;
    private final HandshakeMac ownMac;
    private final List<Birth> births = new ArrayList<>();
    private final List<Birth> committing = new ArrayList<>();
    private final List<Birth> overtaken = new ArrayList<>();
    private final TreeSet<String> revoked = new TreeSet<>();
    /** Of each client: starts of first messages, oldest first. */
    private long[][] seen;

    private long lastRefusalNanos = Long.MIN_VALUE / 2;

    Births(GatewayContext context, KnownClients clients, AddressPool pool) {
        this.context = context;
        this.clients = clients;
        this.pool = pool;
        this.seen = new long[clients.size()][];
        Arrays.fill(seen, new long[0]);
        this.ownMac = new HandshakeMac(context.config().own().publicKey());
    }

    /** Takes a HANDSHAKE_INIT; whoever does not know our public key, or is malformed, gets silence. */
    void receive(long nowNanos, int socketId, Endpoint from, byte[] datagram) {
        HandshakeMessage.Init init = HandshakeMessage.parseInit(datagram, ownMac);
        if (init == null) {
            return;
        }
        for (Birth birth : births) {
            if (Arrays.equals(birth.firstMessage, datagram) && !isRevoked(birth.clientKey)) {
                context.port().transmit(socketId, from, birth.response.clone());
                return;
            }
        }
        NoiseIk.Responder noise = new NoiseIk.Responder(
                context.crypto(),
                init.suite(),
                NoiseIk.prologue(init.suite()),
                context.config().own());
        NoiseIk.FirstMessage first = noise.readFirst(init.noise());
        Hello hello = first == null ? null : Hello.decode(first.payload());
        if (first == null || hello == null) {
            return;
        }
        Caller caller = new Caller(nowNanos, socketId, from, datagram, init, noise, first.initiatorStatic(), hello);
        int number = clients.find(caller.publicKey);
        List<Prefix> inner = pool.of(caller.publicKey);
        if (number == KnownClients.NONE || isRevoked(SessionRecord.clientKey(caller.publicKey))) {
            refuse(caller, ReasonCode.UNKNOWN_CLIENT);
        } else if (!context.config().policy().allows(hello.protocol())) {
            refuse(caller, ReasonCode.TRANSPORT_NOT_ALLOWED);
        } else if (inner.isEmpty()) {
            refuse(caller, ReasonCode.POOL_EXHAUSTED);
        } else {
            admit(caller, clients.get(number), inner);
        }
    }

    /** Who sent a first message, and from where. */
    private record Caller(
            long nowNanos,
            int socketId,
            Endpoint from,
            byte[] datagram,
            HandshakeMessage.Init init,
            NoiseIk.Responder noise,
            byte[] publicKey,
            Hello hello) {
        /** The answer's datagram around Noise's second message. */
        byte[] response(long gatewayWireId, byte[] second) {
            return HandshakeMessage.response(
                    init.suite(), init.clientWireId(), gatewayWireId, second, new HandshakeMac(publicKey));
        }
    }

    private void refuse(Caller caller, ReasonCode reason) {
        if (caller.nowNanos - lastRefusalNanos < REFUSAL_PAUSE_NANOS) {
            return;
        }
        lastRefusalNanos = caller.nowNanos;
        new Journal(context.events(), Role.GATEWAY, null, 0)
                .emit(
                        caller.nowNanos,
                        EventType.SECURITY,
                        reason,
                        StateVersion.BIRTH,
                        "from " + caller.from,
                        new Detail("public_key", java.util.Base64.getEncoder().encodeToString(caller.publicKey)));
        byte[] second = caller.noise.writeSecond(new Grant.Refused(reason).encode());
        context.port().transmit(caller.socketId, caller.from, caller.response(0, second));
    }

    private void admit(Caller caller, GatewayConfig.Client client, List<Prefix> inner) {
        GatewayConfig config = context.config();
        SessionId id = config.cluster().placement().draw(context.crypto().entropy());
        if (id == null) {
            refuse(caller, ReasonCode.NOT_OWNER);
            return;
        }
        String clientKey = SessionRecord.clientKey(client.publicKey());
        boolean replayed = wasSeen(client.publicKey(), caller.init.noise());
        if (!makeRoom(caller.nowNanos, clientKey, replayed)) {
            return;
        }
        long wireId = config.cluster().routed(context.crypto().entropy().nextLong());
        Grant grant = new Grant.Session(id, inner, caller.from, config.mtu(), config.policy());
        byte[] response = caller.response(wireId, caller.noise.writeSecond(grant.encode()));
        SessionSecret secret = caller.noise.sessionSecret();
        Birth birth = new Birth(
                id,
                client,
                clientKey,
                inner,
                caller.hello,
                caller.datagram,
                response,
                secret,
                Ratchet.of(secret, caller.noise.freshness(), 1),
                binding(caller, secret, wireId),
                new SessionMachine(Role.GATEWAY, caller.nowNanos),
                new Journal(context.events(), Role.GATEWAY, id, config.policy().version()),
                replayed,
                caller.nowNanos + config.policy().get(PolicyKey.SESSION_HANDSHAKE_TIMEOUT));
        births.add(birth);
        context.bindings().put(0, wireId, birth.binding);
        context.port().transmit(caller.socketId, caller.from, response.clone());
    }

    private Binding binding(Caller caller, SessionSecret secret, long wireId) {
        BindingKeys keys = secret.bindingKeys(caller.noise.freshness(), 1);
        Binding binding = new Binding(
                context.crypto().aead(),
                new Binding.Parts(
                        new ForwardingGate(),
                        PacketLayout.DATA,
                        1,
                        caller.init.suite(),
                        keys.gatewayToClient(),
                        keys.clientToGateway(),
                        wireId,
                        caller.init.clientWireId(),
                        caller.socketId,
                        caller.from,
                        context.config().policy().count(PolicyKey.SECURITY_REPLAY_WINDOW),
                        caller.nowNanos));
        keys.wipe();
        return binding;
    }

    /** Whether this first message came before, by the start of its ephemeral key; of each client the newest {@value #MOST_SEEN} are known. */
    private boolean wasSeen(byte[] publicKey, byte[] noise) {
        long start = ByteBuffer.wrap(noise).getLong();
        int client = clients.find(publicKey);
        if (client >= seen.length) { // admitted since
            int before = seen.length;
            seen = Arrays.copyOf(seen, clients.size() + clients.size() / 2);
            Arrays.fill(seen, before, seen.length, new long[0]);
        }
        long[] known = seen[client];
        for (long other : known) {
            if (other == start) {
                return true;
            }
        }
        long[] newest = Arrays.copyOfRange(known, known.length < MOST_SEEN ? 0 : 1, known.length + 1);
        newest[newest.length - 1] = start;
        seen[client] = newest;
        return false;
    }

    /** @return false if there is none, and nobody has to make it for this one */
    private boolean makeRoom(long nowNanos, String clientKey, boolean replayed) {
        List<Birth> idle =
                births.stream().filter(birth -> !committing.contains(birth)).toList();
        List<Birth> own =
                idle.stream().filter(birth -> birth.clientKey.equals(clientKey)).toList();
        if (own.size() >= MOST_PER_CLIENT) {
            return makeRoom(nowNanos, own, replayed, "overtaken by a newer handshake");
        }
        return idle.size() < MOST || makeRoom(nowNanos, idle, replayed, "too many handshakes at once");
    }

    private boolean makeRoom(long nowNanos, List<Birth> among, boolean replayed, String text) {
        if (!replayed) {
            Birth first = among.stream().filter(Birth::replayed).findFirst().orElse(among.getFirst());
            fail(nowNanos, first, text);
        }
        return !replayed;
    }

    /** This client's first messages are refused from now on. */
    void revoke(String clientKey) {
        revoked.add(clientKey);
    }

    boolean isRevoked(String clientKey) {
        return revoked.contains(clientKey);
    }

    /** This client's first messages are answered again. */
    void admit(String clientKey) {
        revoked.remove(clientKey);
    }

    /** Whether a handshake of this client is under way. */
    boolean has(String clientKey) {
        return births.stream().anyMatch(birth -> birth.clientKey.equals(clientKey));
    }

    /** The birth that this binding belongs to, or null. */
    @Nullable
    Birth of(Binding binding) {
        for (Birth birth : births) {
            if (birth.binding == binding) {
                return birth;
            }
        }
        return null;
    }

    /** The commit of a birth begins: until it is settled neither time nor another handshake ends the birth. @return false if it has begun already */
    boolean claim(Birth birth) {
        return !committing.contains(birth) && committing.add(birth);
    }

    /** The commit was refused: the client may confirm once more, unless another of its handshakes was completed. */
    void refused(long nowNanos, Birth birth) {
        committing.remove(birth);
        if (overtaken.remove(birth)) {
            fail(nowNanos, birth, "another handshake of this client was completed");
        }
    }

    /** The birth became a session, and that is not this gateway's any more, or was loaded. */
    void gone(Birth birth) {
        births.remove(birth);
        committing.remove(birth);
        overtaken.remove(birth);
        discard(birth);
    }

    /** This session is there, by the table: if it was a birth here that nobody could say of, it is one no more. */
    void became(SessionId id) {
        births.stream().filter(birth -> birth.id.equals(id)).findFirst().ifPresent(this::gone);
    }

    /** The birth became a session: every other handshake of its client that began before ends. */
    void completed(long nowNanos, Birth birth) {
        births.remove(birth);
        committing.remove(birth);
        overtaken.remove(birth);
        for (Birth other : List.copyOf(births)) {
            if (!other.clientKey.equals(birth.clientKey)) {
                continue;
            }
            if (!committing.contains(other)) {
                fail(nowNanos, other, "another handshake of this client was completed");
            } else if (!overtaken.contains(other)) {
                overtaken.add(other);
            }
        }
    }

    private void fail(long nowNanos, Birth birth, String text) {
        births.remove(birth);
        discard(birth);
        SessionMachine.Step step = birth.machine.apply(nowNanos, ReasonCode.HANDSHAKE_FAIL);
        if (step != null) {
            birth.journal.step(
                    nowNanos,
                    step,
                    "from " + birth.binding.peer(),
                    new Detail("client", birth.client.name()),
                    new Detail("text", text));
        }
    }

    /** Nothing comes of it: its keys go. */
    void discard(Birth birth) {
        context.bindings().remove(0, birth.binding.localWireId);
        birth.binding.wipe();
        birth.ratchet.wipe();
        birth.secret.wipe();
    }

    /** Ends what was not completed in time. */
    void proceed(long nowNanos) {
        for (Birth due = nextDue(); due != null && due.deadlineNanos <= nowNanos; due = nextDue()) {
            fail(nowNanos, due, "not completed in time");
        }
    }

    private @Nullable Birth nextDue() {
        for (Birth birth : births) {
            if (!committing.contains(birth)) {
                return birth;
            }
        }
        return null;
    }

    long nextNanos() {
        Birth due = nextDue();
        return due == null ? Deadlines.NEVER : due.deadlineNanos;
    }
}
