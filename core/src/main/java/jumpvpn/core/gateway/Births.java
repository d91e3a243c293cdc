package jumpvpn.core.gateway;

import java.util.ArrayList;
import java.util.List;
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
 * completes and that ends by time. Bounded per client and in all.
 */
final class Births {
    private static final int MOST_PER_CLIENT = 4;
    private static final int MOST = 1024;
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
            Binding binding,
            SessionMachine machine,
            Journal journal,
            long deadlineNanos) {}

    private final GatewayContext context;
    private final AddressPool pool;
    private final HandshakeMac ownMac;
    private final List<Birth> births = new ArrayList<>();
    private long lastRefusalNanos = Long.MIN_VALUE / 2;

    Births(GatewayContext context) {
        this.context = context;
        this.pool = new AddressPool(context.config());
        this.ownMac = new HandshakeMac(context.config().own().publicKey());
    }

    /** Takes a HANDSHAKE_INIT; whoever does not know our public key, or is malformed, gets silence. */
    void receive(long nowNanos, int socketId, Endpoint from, byte[] datagram) {
        HandshakeMessage.Init init = HandshakeMessage.parseInit(datagram, ownMac);
        if (init == null) {
            return;
        }
        for (Birth birth : births) {
            if (java.util.Arrays.equals(birth.firstMessage, init.noise())) {
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
        GatewayConfig.Client client = client(first.initiatorStatic());
        if (client == null) {
            refuse(nowNanos, socketId, from, init, noise, first.initiatorStatic(), ReasonCode.UNKNOWN_CLIENT);
            return;
        }
        List<Prefix> inner = pool.of(client.publicKey());
        if (inner.isEmpty()) {
            refuse(nowNanos, socketId, from, init, noise, first.initiatorStatic(), ReasonCode.POOL_EXHAUSTED);
            return;
        }
        admit(nowNanos, socketId, from, init, noise, client, inner, hello);
    }

    private GatewayConfig.@Nullable Client client(byte[] publicKey) {
        for (GatewayConfig.Client client : context.config().clients()) {
            if (java.util.Arrays.equals(client.publicKey(), publicKey)) {
                return client;
            }
        }
        return null;
    }

    private void refuse(
            long nowNanos,
            int socketId,
            Endpoint from,
            HandshakeMessage.Init init,
            NoiseIk.Responder noise,
            byte[] clientKey,
            ReasonCode reason) {
        if (nowNanos - lastRefusalNanos < REFUSAL_PAUSE_NANOS) {
            return;
        }
        lastRefusalNanos = nowNanos;
        new Journal(context.events(), Role.GATEWAY, null, 0)
                .emit(
                        nowNanos,
                        EventType.SECURITY,
                        reason,
                        StateVersion.BIRTH,
                        "from " + from,
                        new Detail("public_key", java.util.Base64.getEncoder().encodeToString(clientKey)));
        byte[] second = noise.writeSecond(new Grant.Refused(reason).encode());
        context.port()
                .transmit(
                        socketId,
                        from,
                        HandshakeMessage.response(
                                init.suite(), init.clientWireId(), 0, second, new HandshakeMac(clientKey)));
    }

    private void admit(
            long nowNanos,
            int socketId,
            Endpoint from,
            HandshakeMessage.Init init,
            NoiseIk.Responder noise,
            GatewayConfig.Client client,
            List<Prefix> inner,
            Hello hello) {
        makeRoom(nowNanos, client);
        GatewayConfig config = context.config();
        SessionId id = SessionId.of(context.crypto().entropy().bytes(SessionId.LENGTH));
        long wireId = context.crypto().entropy().nextLong();
        byte[] second = noise.writeSecond(new Grant.Session(id, inner, from, config.mtu(), config.policy()).encode());
        SessionSecret secret = noise.sessionSecret();
        BindingKeys keys = secret.bindingKeys(noise.freshness(), 1);
        Binding binding = new Binding(
                context.crypto().aead(),
                new Binding.Parts(
                        new ForwardingGate(),
                        PacketLayout.DATA,
                        1,
                        init.suite(),
                        keys.gatewayToClient(),
                        keys.clientToGateway(),
                        wireId,
                        init.clientWireId(),
                        socketId,
                        from));
        byte[] response = HandshakeMessage.response(
                init.suite(), init.clientWireId(), wireId, second, new HandshakeMac(client.publicKey()));
        births.add(new Birth(
                id,
                client,
                SessionRecord.clientKey(client.publicKey()),
                inner,
                hello,
                init.noise(),
                response,
                secret,
                binding,
                new SessionMachine(Role.GATEWAY, nowNanos),
                new Journal(context.events(), Role.GATEWAY, id, config.policy().version()),
                nowNanos + config.policy().get(PolicyKey.SESSION_HANDSHAKE_TIMEOUT)));
        context.bindings().put(0, wireId, binding);
        context.port().transmit(socketId, from, response.clone());
    }

    private void makeRoom(long nowNanos, GatewayConfig.Client client) {
        List<Birth> own = births.stream()
                .filter(birth -> birth.clientKey.equals(SessionRecord.clientKey(client.publicKey())))
                .toList();
        if (own.size() >= MOST_PER_CLIENT) {
            fail(nowNanos, own.getFirst(), "overtaken by a newer handshake");
        } else if (births.size() >= MOST) {
            fail(nowNanos, births.getFirst(), "too many handshakes at once");
        }
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

    /** The birth became a session: every other handshake of its client that began before ends. */
    void completed(long nowNanos, Birth birth) {
        births.remove(birth);
        for (Birth other : List.copyOf(births)) {
            if (other.clientKey.equals(birth.clientKey)) {
                fail(nowNanos, other, "another handshake of this client was completed");
            }
        }
    }

    private void fail(long nowNanos, Birth birth, String text) {
        births.remove(birth);
        context.bindings().remove(0, birth.binding.localWireId);
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

    /** Ends what was not completed in time. */
    void proceed(long nowNanos) {
        while (!births.isEmpty() && births.getFirst().deadlineNanos <= nowNanos) {
            fail(nowNanos, births.getFirst(), "not completed in time");
        }
    }

    long nextNanos() {
        return births.isEmpty() ? Deadlines.NEVER : births.getFirst().deadlineNanos;
    }
}
