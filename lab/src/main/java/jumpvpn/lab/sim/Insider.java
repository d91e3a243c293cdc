package jumpvpn.lab.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.control.ReattachMessage;
import jumpvpn.core.control.ReattachRequest;
import jumpvpn.core.control.Token;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.security.Suite;
import jumpvpn.core.security.Ticket;
import jumpvpn.core.security.TicketSealer;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.transport.LinkKind;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who holds a client's own credentials: its requests are proven, and their fields are what it likes. It knows what tickets say because it knows the gateways'
 * ticket keys, and seals with a cipher of its own, so that its misuse of keys is not held against the ends.
 */
final class Insider {
    private static final int MOST_REQUESTS = 20;
    private static final int MANY = 140; // more than a gateway keeps
    private static final int ENOUGH = 16; // refusals for a gateway to end the session
    private static final Endpoint ELSEWHERE = new Endpoint(IpAddress.parse("198.18.0.66"), 6666);

    /** What it does with what it has. */
    private enum Trick {
        SAME_NONCE,
        OLD_TOKEN,
        FOREIGN_TOKEN,
        EPOCH_TOO_HIGH,
        EPOCH_TOO_LOW,
        FORBIDDEN_PROTOCOL,
        TOO_FAST,
        TWO_AT_ONCE,
        ANY_CAUSE,
        MANY_NONCES,
        TO_ANOTHER_GATEWAY,
        EXHAUST
    }

    private static final long MILLIS = 1_000_000;

    /** How often each comes, in the order of the constants. */
    private static final int[] WEIGHTS = {6, 3, 3, 1, 6, 6, 3, 3, 4, 1, 3, 14};

    /** A request of the client that passed by. */
    private record Overheard(Nonce nonce, ReattachRequest request, byte[] ticket, Ticket opened) {}

    /** What it has of one client's newest session at one gateway. */
    private static final class Stolen {
        private final ClientNode client;
        private final List<Overheard> requests = new ArrayList<>();
        private byte @Nullable [] ticket;
        private @Nullable Ticket opened;
        private Token token = Token.NONE;
        private long tokenNanos;
        private Endpoint to = ELSEWHERE;

        Stolen(ClientNode client) {
            this.client = client;
        }
    }

    private final World world;
    private final Chance chance;
    private final ToyAead aead = new ToyAead();
    private final List<Stolen> stolen = new ArrayList<>();
    private final List<TicketSealer> sealers = new ArrayList<>();
    private final TreeMap<Long, Stolen> byWireId = new TreeMap<>();
    private boolean active;

    Insider(World world) {
        this.world = world;
        this.chance = new Chance(world.seed, "insider");
        world.clients.forEach(client -> stolen.add(new Stolen(client)));
        world.gateways.forEach(gateway -> sealers.add(gateway.tickets()));
    }

    void begin() {
        if (world.scenario.insiderPauseNanos() > 0) {
            active = true;
            world.network.tap(this::passes);
            next();
        }
    }

    void stop() {
        active = false;
    }

    /** A client was welcomed: what it got is the insider's too. */
    void welcomed(ClientNode client, BindingMessage.Welcome welcome) {
        if (active && !welcome.tickets().isEmpty()) {
            Stolen of = stolen.get(client.index);
            of.requests.clear();
            learn(of, welcome.tickets().getLast(), welcome.token());
        }
    }

    private void learn(Stolen of, byte[] ticket, Token token) {
        for (int i = 0; i < sealers.size(); i++) {
            Ticket opened = sealers.get(i).open(ticket, 0);
            if (opened != null) {
                of.ticket = ticket;
                of.opened = opened;
                of.token = token;
                of.tokenNanos = of.client.local();
                of.to = world.network.endpoint(world.gateways.get(i), 0);
            }
        }
    }

    private boolean passes(Datagram datagram, boolean toGateway) {
        if (active && toGateway && datagram.bytes[0] == 0x0B) {
            request(datagram);
        } else if (active && !toGateway && datagram.bytes[0] == 0x0C) {
            answer(datagram);
        }
        return true;
    }

    private void request(Datagram datagram) {
        for (TicketSealer sealer : sealers) {
            ReattachMessage.Proven<ReattachRequest> proven = ReattachMessage.openRequest(aead, sealer, datagram.bytes);
            Stolen of = proven == null ? null : ofTicket(proven.ticket());
            if (proven != null && of != null) {
                of.to = datagram.to;
                byte[] ticket = java.util.Arrays.copyOfRange(datagram.bytes, 4, 4 + TicketSealer.SEALED_LENGTH);
                of.requests.add(new Overheard(proven.nonce(), proven.body(), ticket, proven.ticket()));
                if (of.requests.size() > MOST_REQUESTS) {
                    of.requests.removeFirst();
                }
                byWireId.put(proven.body().clientWireId(), of);
            }
        }
    }

    private @Nullable Stolen ofTicket(Ticket ticket) {
        for (Stolen of : stolen) {
            if (of.opened != null && java.util.Arrays.equals(of.opened.sessionId(), ticket.sessionId())) {
                return of;
            }
        }
        return null;
    }

    private void answer(Datagram datagram) {
        Long wireId = ReattachMessage.addressee(datagram.bytes);
        Stolen of = wireId == null ? null : byWireId.get(wireId);
        if (wireId == null || of == null) {
            return;
        }
        for (Overheard heard : of.requests) {
            ReattachAnswer answer = heard.request.clientWireId() != wireId
                    ? null
                    : ReattachMessage.openAnswer(
                            aead, world.scenario.suite(), heard.opened.proofKey(), heard.nonce, datagram.bytes);
            if (answer != null && !answer.tickets().isEmpty()) {
                learn(of, answer.tickets().getLast(), answer.token());
            }
        }
    }

    private void next() {
        world.timeline.in(chance.about(world.scenario.insiderPauseNanos()) + 1, () -> {
            if (active) {
                Stolen of = chance.oneOf(stolen);
                if (of.opened != null && of.ticket != null) {
                    play(drawn(), of, of.ticket, of.opened);
                }
                next();
            }
        });
    }

    private Trick drawn() {
        return Trick.values()[chance.weighted(WEIGHTS)];
    }

    private void play(Trick trick, Stolen of, byte[] ticket, Ticket opened) {
        world.history.note(world.timeline.now(), "insider", "plays", trick.ordinal(), trick + " as " + of.client.name);
        Draft draft = draft(of, opened);
        switch (trick) {
            case SAME_NONCE -> {
                if (!of.requests.isEmpty()) {
                    Overheard heard = of.requests.getLast();
                    world.traffic.nonceUsedAgain(of.client);
                    send(
                            of.to,
                            heard.ticket,
                            heard.opened,
                            heard.nonce,
                            draft.request(chance.nextLong(), heard.request.unanswered()));
                }
            }
            case OLD_TOKEN -> send(1, of, ticket, opened, draft.age(chance.between(10, 1000) * 1_000_000_000L));
            case FOREIGN_TOKEN -> send(1, of, ticket, opened, draft.token(new Token(chance.nextLong(), 1)));
            case EPOCH_TOO_HIGH -> send(1, of, ticket, opened, draft.epoch(opened.epoch() + 1 + chance.below(100)));
            case EPOCH_TOO_LOW -> send(few(), of, ticket, opened, draft.epoch(opened.epoch() - 1));
            case FORBIDDEN_PROTOCOL ->
                send(few(), of, ticket, opened, draft.protocol(chance.happens(0.5) ? Protocol.TCP : Protocol.QUIC));
            case TOO_FAST -> send(few(), of, ticket, opened, draft.cause(BindCause.OPERATOR_JUMP));
            case TWO_AT_ONCE -> send(2, of, ticket, opened, draft);
            case ANY_CAUSE -> send(1, of, ticket, opened, draft.cause(chance.oneOf(List.of(BindCause.values()))));
            case MANY_NONCES -> send(MANY, of, ticket, opened, draft.epoch(opened.epoch() - 1));
            case EXHAUST -> {
                long nanos = chance.between(300, 2500) * MILLIS;
                silence(of.client, nanos);
                world.timeline.in(nanos, () -> exhaust(of));
            }
            case TO_ANOTHER_GATEWAY -> {
                of.to = world.network.endpoint(chance.oneOf(world.gateways), 0);
                send(1, of, ticket, opened, draft.cause(BindCause.DEAD));
            }
        }
    }

    /** Nobody hears the client for so long and longer; either it hears on, or it sleeps and hears what comes at the end. */
    private void silence(ClientNode client, long nanos) {
        boolean sleeps = chance.happens(0.5);
        if (sleeps) {
            client.starve(nanos + 500 * MILLIS);
        }
        for (Uplink uplink : client.uplinks()) {
            uplink.up.black(true);
            uplink.down.black(sleeps);
            world.timeline.in(nanos, () -> uplink.down.black(false));
            world.timeline.in(nanos + 2000 * MILLIS, () -> uplink.up.black(false));
        }
    }

    /** More refused requests than policy bears, while the owner waits for the client. */
    private void exhaust(Stolen of) {
        if (active && of.ticket != null && of.opened != null && isRecovering(of, of.opened)) {
            Draft draft = draft(of, of.opened);
            send(ENOUGH, of, of.ticket, of.opened, draft.epoch(of.opened.epoch() - 1));
        }
    }

    private boolean isRecovering(Stolen of, Ticket opened) {
        Network.Listener listener = world.network.listener(of.to);
        return listener != null
                && listener.gateway().isRunning()
                && listener.gateway().sessions().stream()
                        .anyMatch(session -> session.state() == SessionState.RECOVERING
                                && java.util.Arrays.equals(session.id().bytes(), opened.sessionId()));
    }

    /** The fields that are worth a lie. */
    private record Draft(BindCause cause, Protocol protocol, int epoch, int generation, Token token, long age) {
        ReattachRequest request(long wireId, List<Nonce> unanswered) {
            Endpoint local = new Endpoint(ELSEWHERE.address(), 0);
            return new ReattachRequest(
                    cause, protocol, LinkKind.WIFI, local, wireId, epoch, generation, 0, token, age, unanswered);
        }

        Draft cause(BindCause other) {
            return new Draft(other, protocol, epoch, generation, token, age);
        }

        Draft protocol(Protocol other) {
            return new Draft(cause, other, epoch, generation, token, age);
        }

        Draft epoch(int other) {
            return new Draft(cause, protocol, other, generation, token, age);
        }

        Draft token(Token other) {
            return new Draft(cause, protocol, epoch, generation, other, age);
        }

        Draft age(long nanos) {
            return new Draft(cause, protocol, epoch, generation, token, age + nanos);
        }
    }

    /** A request that the client itself could make now. */
    private Draft draft(Stolen of, Ticket opened) {
        return new Draft(
                BindCause.DEAD,
                Protocol.UDP,
                opened.epoch(),
                opened.generation(),
                of.token,
                Math.max(0, of.client.local() - of.tokenNanos));
    }

    private int few() {
        return 1 + chance.below(4);
    }

    /** So many requests, each with a fresh nonce. */
    private void send(int count, Stolen of, byte[] ticket, Ticket opened, Draft draft) {
        for (int i = 0; i < count; i++) {
            Nonce nonce = Nonce.of(chance.bytes(Nonce.LENGTH));
            send(of.to, ticket, opened, nonce, draft.request(chance.nextLong(), List.of()));
        }
    }

    private void send(Endpoint to, byte[] ticket, Ticket opened, Nonce nonce, ReattachRequest request) {
        Suite suite = world.scenario.suite();
        byte[] bytes = ReattachMessage.request(new ToyAead(), suite, ticket, nonce, opened.proofKey(), request);
        world.invariants.asked(bytes);
        world.exchange.asks(bytes);
        Datagram own = new Datagram(ELSEWHERE, to, bytes);
        world.network.inject(bytes, own, ELSEWHERE, to, chance.between(1, 50) * 1_000_000);
    }
}
