package jumpvpn.lab.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Forwarding;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.Resting;
import jumpvpn.core.gateway.SessionStatus;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.lab.model.OwnerView;
import jumpvpn.lab.model.Passage;
import jumpvpn.lab.model.Reason;
import jumpvpn.lab.model.Terms;
import org.jspecify.annotations.Nullable;

/** A gateway's process beside the model: handshakes, sessions, commits and the answer to every request. */
final class ShadowGateway {
    private static final long SLACK_NANOS = 5_000_000;

    final String name;
    final ShadowBirths births;
    final ShadowRequests requests = new ShadowRequests(this);
    final ShadowCommits commits = new ShadowCommits(this);
    final ShadowOwnership ownership;
    private final GatewayNode node;
    private final Exchange exchange;
    private final Map<Long, SessionId> sessionOfWireId = new HashMap<>(); // never iterated
    private final TreeMap<SessionId, Owned> sessions = new TreeMap<>();
    private final List<Owned> guests = new ArrayList<>();
    private final TreeMap<Integer, SessionTable.Reading> readings = new TreeMap<>();
    private final ArrayDeque<Runnable> untold = new ArrayDeque<>();
    private boolean busy;

    ShadowGateway(GatewayNode node) {
        this.node = node;
        this.name = node.name;
        this.exchange = node.world.exchange;
        this.births = new ShadowBirths(this, exchange);
        this.ownership = new ShadowOwnership(this, node);
    }

    private Violation violation(String what) {
        return new Violation("MODEL", name + " " + what);
    }

    Terms terms() {
        return Compared.terms(node.world.scenario.policy());
    }

    /** This machine's boot time. */
    long now() {
        return node.local();
    }

    /** The process is gone, and all that it knew. */
    void dies() {
        sessions.clear();
        guests.clear();
        sessionOfWireId.clear();
        untold.clear();
        readings.clear();
        births.dies();
        requests.dies();
        commits.dies();
        ownership.dies();
    }

    /** The engine hears what the table said before, word by word, and then something happens to it; what the table says meanwhile it hears at once. */
    void during(Runnable happening) {
        while (!untold.isEmpty()) {
            Runnable word = untold.remove();
            working(() -> {
                word.run();
                node.gateway().hear(now());
            });
        }
        working(happening);
    }

    private void working(Runnable happening) {
        busy = true;
        happening.run();
        busy = false;
        ownership.proceeded(now());
    }

    /**
     * The table says something; an engine that is not at work hears of it with the next thing that happens to it.
     *
     * @param toModel what it means to the model
     * @param toEngine hands it to the engine
     */
    void told(LongConsumer toModel, Runnable toEngine) {
        toldOfMark(
                now -> {
                    ownership.expects(now);
                    toModel.accept(now);
                },
                toEngine);
    }

    /** The same, of what may make the lease go on. */
    void toldOfMark(LongConsumer toModel, Runnable toEngine) {
        Runnable word = () -> {
            toModel.accept(now());
            toEngine.run();
        };
        if (busy) {
            word.run();
        } else {
            untold.add(word);
        }
    }

    /** Whether the table has said something that the engine has not heard. */
    boolean isUntold() {
        return !untold.isEmpty();
    }

    /** A session that is here, or about to be bound here. */
    @Nullable
    Owned owned(SessionId id) {
        return sessions.get(id);
    }

    List<Owned> sessions() {
        return List.copyOf(sessions.values());
    }

    /** Whom an event about a handshake names. */
    int clientNamedIn(Event event) {
        return event.details().stream()
                .filter(detail -> detail.name().equals("client"))
                .flatMap(detail -> node.world.clients.stream().filter(client -> client.name.equals(detail.value())))
                .mapToInt(client -> client.index)
                .findFirst()
                .orElse(-1);
    }

    /** The session that a client has here, or null. */
    @Nullable
    Owned ofClient(int client) {
        return sessions.values().stream()
                .filter(owned -> owned.client == client && !owned.compared.isOver())
                .findFirst()
                .orElse(null);
    }

    /** What was read last of a client's session. */
    SessionTable.@Nullable Reading readOf(int client) {
        return readings.get(client);
    }

    /** A client's session was read; perhaps for a birth. */
    void readClient(String clientKey, SessionTable.Reading reading, long wireId) {
        readings.put(node.world.clientOf(clientKey), reading);
        if (reading instanceof SessionTable.Reading.Found found) {
            ownership.reads(found);
        }
        if (wireId != 0) {
            births.read(wireId, reading);
        }
    }

    /** A record was read; perhaps for a request. */
    void read(long nowNanos, SessionId id, SessionTable.Reading reading, Exchange.@Nullable Asked request) {
        births.read(id, reading); // before: a commit that this settles is read once more for its birth
        commits.read(nowNanos, id, reading);
        if (reading instanceof SessionTable.Reading.Found found) {
            ownership.reads(found);
        }
        if (request != null) {
            requests.found(nowNanos, request, reading);
        }
    }

    /** This gateway has a session more. */
    void owns(Owned owned) {
        sessions.put(owned.id, owned);
    }

    /** A session that was another's is ours: what else of its client's is here has ended elsewhere. */
    void taken(Owned visitor) {
        visitor.visiting = false;
        for (Owned other : sessions()) {
            if (other != visitor
                    && other.client == visitor.client
                    && other.view().ending() == null) {
                forgets(other);
            }
        }
    }

    /** Somebody looks at a session that is known from its record only. */
    void visits(Owned guest) {
        guests.add(guest);
    }

    /** The session that somebody looked at last, or null. */
    @Nullable
    Owned guest(SessionId id) {
        return guests.stream()
                .filter(guest -> guest.id.equals(id))
                .reduce((_, last) -> last)
                .orElse(null);
    }

    /** What this gateway knows of a session: what is here first, then what is known from a record only. */
    List<Owned> known(SessionId id) {
        return Stream.concat(sessions.values().stream(), guests.stream())
                .filter(known -> known.id.equals(id))
                .toList();
    }

    /** The one whose end is to be said, or null. */
    private @Nullable Owned endingGuest(SessionId id) {
        return guests.stream()
                .filter(guest -> guest.id.equals(id) && guest.compared.isExpected())
                .findFirst()
                .orElse(null);
    }

    /** Somebody else has the session now, or nobody: it ends here without a row. */
    void forgets(Owned owned) {
        owned.gone = true;
        ownership.loses(owned);
        sessions.remove(owned.id, owned);
        guests.remove(owned);
        if (owned.view()
                .isBusy()) { // what came before is handled before: its commit is still asked for, and changes nothing
            guests.add(owned);
        }
    }

    /** It was not to be: the session stays with whoever has it. */
    void drops(Owned visitor) {
        visitor.gone = true;
        sessions.remove(visitor.id, visitor);
        guests.remove(visitor);
    }

    /** The operator ends a session. */
    void terminates(long nowNanos, SessionId id) {
        Owned owned = sessions.get(id);
        if (owned != null) {
            owned.view().end(nowNanos, Reason.OPERATOR_TERMINATE);
        }
    }

    /** The operator turns a client out. A table that must be asked may answer later. */
    void revokes(long nowNanos, int client) {
        births.revokes(client);
        Owned owned = ofClient(client);
        if (owned != null && !node.world.scenario.store().shared()) {
            owned.view().end(nowNanos, Reason.REVOKED);
        }
    }

    /** A datagram that no binding has is about to be handled. */
    void hears(long nowNanos, byte[] datagram) {
        if (datagram.length == 0 || datagram[0] != MessageType.REATTACH_REQUEST) {
            return;
        }
        sessions.values().removeIf(ended -> ended.compared.isOver());
        Exchange.Asked asked = exchange.request(datagram);
        boolean opens = asked != null
                && (node.world.scenario.store().isCluster()
                        || asked.message().ticket().owner() == Owner.number(node.name));
        if (asked != null
                && opens
                && !ownership.isExpired(
                        nowNanos,
                        asked.message()
                                .ticket())) { // else a forgery, or a ticket of another's key: no answer is owed, so
            // none may come
            requests.hears(nowNanos, asked);
        }
    }

    /** The process sends a datagram. */
    void sends(long nowNanos, byte[] datagram) {
        switch (datagram[0]) {
            case MessageType.HANDSHAKE_RESPONSE -> births.answers(nowNanos, datagram, ownership.isDraining());
            case MessageType.REATTACH_ANSWER -> requests.answers(exchange.answers(datagram), datagram);
            default -> {
                // no matter to the model
            }
        }
    }

    /** A request's ACK names the binding. */
    void bound(SessionId id, long wireId) {
        sessionOfWireId.put(wireId, id);
        Owned owned = sessions.get(id);
        if (owned != null) {
            owned.bound(wireId);
        }
    }

    /** A birth is committed. */
    void born(Owned owned) {
        sessionOfWireId.put(owned.activeWireId, owned.id);
        sessions.put(owned.id, owned);
        if (births.isRevoked(owned.client)) {
            owned.view().end(now(), Reason.REVOKED);
        }
    }

    /** An authentic packet came in a binding. */
    void opened(long nowNanos, Binding binding, long counter) {
        SessionId id = sessionOfWireId.get(binding.localWireId);
        Owned owned = id == null ? null : sessions.get(id);
        if (id == null) {
            births.opened(nowNanos, binding, counter);
        } else if (owned != null && owned.activeWireId == binding.localWireId) {
            owned.view().heard(nowNanos, counter);
        }
    }

    /** A message that came so is about to be handled. */
    void control(long nowNanos, Binding binding, byte[] message) {
        BindingMessage parsed = BindingMessage.decode(message);
        SessionId id = sessionOfWireId.get(binding.localWireId);
        if (parsed instanceof BindingMessage.Confirm && ownership.isReady(nowNanos)) {
            births.confirms(binding);
        } else if (parsed instanceof BindingMessage.Close && id != null) {
            Owned owned = sessions.get(id);
            if (owned != null && owned.wasBound(binding.localWireId)) { // else another gateway had it since
                owned.view().end(nowNanos, Reason.PEER_CLOSED);
            }
        }
    }

    /** The process says something. */
    void event(Event event) {
        SessionId id = event.sessionId();
        Owned here = id == null ? null : sessions.get(id);
        Owned owned = here == null && id != null ? endingGuest(id) : here;
        boolean row = event.type() == EventType.STATE_CHANGE;
        if (id != null && row && SessionView.isAgain(event)) {
            ownership.saysAgain(id, event, owned);
        } else if (event.type() == EventType.OWNERSHIP_CHANGE && event.reason() != ReasonCode.REATTACH_ACCEPT) {
            ownership.givesUp(event, owned);
            if (owned != null) {
                forgets(owned);
            }
        } else if (owned != null) {
            owned.compared.said(event);
            if (event.reason() == ReasonCode.SECRET_RENEWED) {
                owned.view().renewed(owned.renewing);
            }
        } else if (row && !births.ends(event)) {
            throw violation("took a row that the model does not: " + new Told(event));
        }
    }

    /** Everything that was due is done. */
    void settled() {
        long now = node.local();
        requests.settled();
        births.settled(now);
        ownership.settled(now);
        guests.removeIf(
                guest -> guest.gone || guest.compared.isOver() || !guest.view().isBusy());
        sessions.values().removeIf(owned -> owned.compared.isOver());
        List<SessionStatus> statuses = node.sessions();
        long here = sessions.values().stream().filter(owned -> !owned.visiting).count();
        if (statuses.size() != here) {
            throw violation("has " + statuses + ", the model " + sessions.keySet());
        }
        for (SessionStatus status : statuses) {
            Owned owned = sessions.get(status.id());
            if (owned == null || owned.visiting) {
                throw violation("has " + status + ", the model " + sessions.keySet());
            }
            settled(now, owned, status);
        }
    }

    private void settled(long now, Owned owned, SessionStatus status) {
        OwnerView view = owned.view();
        if (!owned.again.isEmpty()) {
            throw violation("did not say again what it loaded: " + owned.again);
        }
        if (view.mustEnd() && now - SLACK_NANOS > owned.retryByNanos) {
            throw violation("does not end " + owned.id + " by " + view.ending());
        }
        ForwardingGate gate = node.route(status.inner().getFirst().address());
        Passage passage = passage(gate == null ? new Forwarding.Drop() : node.forwarding(gate));
        boolean drops = passage == Passage.DROP && mayDrop(now, owned);
        boolean succeeded = view.ending() != null && hasOther(owned); // then its address leads there
        boolean same = drops || succeeded;
        owned.compared.settled(now, status.state(), status.version(), same ? view.passage() : passage);
    }

    private boolean hasOther(Owned owned) {
        return sessions.values().stream().anyMatch(other -> other != owned && other.client == owned.client);
    }

    /** Whether an end may be decided that waits for a commit under way: nothing need pass, nor be answered. Who turns a client out decides once the table could be asked. */
    boolean mayDrop(long now, Owned owned) {
        return owned.view().mayDrop(now)
                || (births.isRevoked(owned.client) && owned.view().isFrozen());
    }

    private static Passage passage(Forwarding forwarding) {
        return switch (forwarding) {
            case Forwarding.Forward _ -> Passage.FORWARD;
            case Forwarding.Hold _ -> Passage.HOLD;
            case Forwarding.Drop _, Forwarding.Relay _, Resting _ -> Passage.DROP;
        };
    }
}
