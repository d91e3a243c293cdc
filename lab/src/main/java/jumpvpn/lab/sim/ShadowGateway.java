package jumpvpn.lab.sim;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.control.ReattachRequest;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Forwarding;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.Resting;
import jumpvpn.core.gateway.SessionStatus;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.SessionId;
import jumpvpn.lab.model.Answer;
import jumpvpn.lab.model.Cause;
import jumpvpn.lab.model.Cradle;
import jumpvpn.lab.model.OwnerView;
import jumpvpn.lab.model.Passage;
import jumpvpn.lab.model.Reason;
import jumpvpn.lab.model.Request;
import jumpvpn.lab.model.Version;
import org.jspecify.annotations.Nullable;

/** A gateway's process beside the model: handshakes, sessions, commits and the answer to every request. */
final class ShadowGateway {
    private static final long SLACK_NANOS = 5_000_000;

    /** A session with what the model need not know. */
    private static final class Owned {
        final Compared<OwnerView> compared;
        final int client;
        long activeWireId;
        Exchange.@Nullable Asked committing;

        Owned(Compared<OwnerView> compared, int client, long activeWireId) {
            this.compared = compared;
            this.client = client;
            this.activeWireId = activeWireId;
        }
    }

    /** An answer that must be sent. */
    private record Owed(Exchange.Asked asked, Answer answer) {}

    private final String name;
    private final long owner;
    private final Policy policy;
    private final Exchange exchange;
    private final Map<Long, Integer> clientOfHandshake = new HashMap<>(); // these are never iterated
    private final Map<Long, Integer> clientOfBirth = new HashMap<>();
    private final Map<Long, SessionId> sessionOfWireId = new HashMap<>();
    private final Map<Integer, ByteBuffer> firstAnswers = new HashMap<>();
    private final Set<Integer> revoked = new HashSet<>();
    private final Set<Long> oldIncarnations = new HashSet<>();
    private final Set<Long> incarnations = new HashSet<>();
    private final TreeMap<SessionId, Owned> sessions = new TreeMap<>();
    private final List<Owed> owed = new ArrayList<>();
    private Cradle cradle;
    private long startedNanos;
    private long completing;

    ShadowGateway(String name, long owner, Policy policy, Exchange exchange) {
        this.name = name;
        this.owner = owner;
        this.policy = policy;
        this.exchange = exchange;
        this.cradle = new Cradle(Compared.terms(policy));
    }

    /** The process starts, without sessions. */
    void starts(long nowNanos) {
        startedNanos = nowNanos;
    }

    /** The process is gone, and all its sessions with it. */
    void dies() {
        sessions.clear();
        sessionOfWireId.clear();
        owed.clear();
        revoked.clear();
        cradle = new Cradle(Compared.terms(policy));
        oldIncarnations.addAll(incarnations);
    }

    /** A token of this incarnation was seen somewhere. */
    void token(long incarnation) {
        incarnations.add(incarnation);
    }

    /** A client sends its first message. */
    void handshake(int client, long wireId) {
        clientOfHandshake.put(wireId, client);
    }

    private void tell(SessionId id, Consumer<OwnerView> happening) {
        Owned owned = sessions.get(id);
        if (owned != null) {
            happening.accept(owned.compared.view);
            owned.compared.happened();
        }
    }

    /** The operator ends a session. */
    void terminates(long nowNanos, SessionId id) {
        tell(id, view -> view.end(nowNanos, Reason.OPERATOR_TERMINATE));
    }

    /** The operator turns a client out. */
    void revokes(long nowNanos, int client) {
        revoked.add(client);
        sessions.values().forEach(owned -> {
            if (owned.client == client) {
                owned.compared.view.end(nowNanos, Reason.REVOKED);
                owned.compared.happened();
            }
        });
    }

    private boolean isRevoked(Binding binding) {
        Integer client = clientOfBirth.get(binding.localWireId);
        return client != null && revoked.contains(client);
    }

    /** A datagram that no binding has is about to be handled. */
    void hears(long nowNanos, byte[] datagram) {
        if (datagram.length == 0 || datagram[0] != MessageType.REATTACH_REQUEST) {
            return;
        }
        Exchange.Asked asked = exchange.request(datagram);
        if (asked == null || asked.message().ticket().owner() != owner) {
            return; // a forgery, or a ticket of another gateway's key: no answer is owed, so none may come
        }
        sessions.values().removeIf(ended -> ended.compared.isOver());
        Owned owned = sessions.get(asked.session());
        if (owned == null) {
            owed.add(new Owed(asked, new Answer.Refusal(Reason.SESSION_NOT_FOUND, Version.NONE)));
            return;
        }
        Answer answer = owned.compared.view.request(nowNanos, translate(asked));
        owned.compared.happened();
        if (answer instanceof Answer.Later) {
            owned.committing = asked;
        } else {
            owed.add(new Owed(asked, answer));
        }
    }

    private Request translate(Exchange.Asked asked) {
        ReattachRequest body = asked.message().body();
        boolean ofThisStart = !oldIncarnations.contains(body.token().incarnation())
                && body.token().issuedNanos() >= startedNanos;
        return new Request(
                true,
                asked.nonce(),
                asked.hash(),
                Integer.toUnsignedLong(body.expectedEpoch()),
                Integer.toUnsignedLong(body.generation()),
                body.unanswered().stream().map(Exchange::name).toList(),
                Cause.valueOf(body.cause().name()),
                ofThisStart,
                body.token().issuedNanos() + body.tokenAgeNanos(),
                policy.allows(body.protocol()));
    }

    /** The process sends a datagram. */
    void sends(long nowNanos, byte[] datagram) {
        switch (datagram[0]) {
            case MessageType.HANDSHAKE_RESPONSE -> {
                ByteBuffer in = ByteBuffer.wrap(datagram);
                long wireId = in.getLong(12);
                Integer client = clientOfHandshake.get(in.getLong(4));
                if (wireId != 0 && client != null && clientOfBirth.put(wireId, client) == null) {
                    cradle.begin(nowNanos, Long.toHexString(wireId), client);
                }
            }
            case MessageType.REATTACH_ANSWER -> answers(exchange.answers(datagram), datagram);
            case MessageType.PROBE_ANSWER -> exchange.answersProbe(datagram);
            default -> {
                // no matter to the model
            }
        }
    }

    private void answers(Exchange.Answered real, byte[] datagram) {
        token(real.answer().token().incarnation());
        Owed due = owed.isEmpty() ? null : owed.removeFirst();
        Answer model = due == null || !due.asked.equals(real.asked()) ? new Answer.Silence() : due.answer;
        ByteBuffer bytes = ByteBuffer.wrap(datagram.clone());
        boolean right = switch (model) {
            case Answer.Silence _, Answer.Later _ -> false;
            case Answer.SameAgain _ ->
                bytes.equals(firstAnswers.get(real.asked().hash()));
            case Answer.Refusal(Reason reason, Version version) ->
                real.answer() instanceof ReattachAnswer.Reject reject
                        && reject.reason().name().equals(reason.name())
                        && Compared.version(reject.version()).equals(version);
            case Answer.Bound(Version version) ->
                real.answer() instanceof ReattachAnswer.Ack ack
                        && Compared.version(ack.version()).equals(version);
        };
        if (!right) {
            throw new Violation("MODEL", name + " answers " + brief(real.answer()) + ", the model " + model);
        }
        firstAnswers.put(real.asked().hash(), bytes);
        if (real.answer() instanceof ReattachAnswer.Ack ack) {
            sessionOfWireId.put(ack.gatewayWireId(), real.asked().session());
            Owned owned = sessions.get(real.asked().session());
            if (owned != null && model instanceof Answer.Bound) {
                owned.activeWireId = ack.gatewayWireId();
            }
        }
    }

    private static String brief(ReattachAnswer answer) {
        return switch (answer) {
            case ReattachAnswer.Ack ack -> "ACK " + ack.version();
            case ReattachAnswer.Reject reject -> "REJECT " + reject.reason() + " " + reject.version();
        };
    }

    /** An authentic packet came in a binding. */
    void opened(long nowNanos, Binding binding, long counter) {
        SessionId id = sessionOfWireId.get(binding.localWireId);
        Owned owned = id == null ? null : sessions.get(id);
        if (owned != null && owned.activeWireId == binding.localWireId) {
            owned.compared.view.heard(nowNanos, counter);
        }
    }

    /** A message that came so is about to be handled. */
    void control(long nowNanos, Binding binding, byte[] message) {
        BindingMessage parsed = BindingMessage.decode(message);
        if (parsed instanceof BindingMessage.Confirm
                && !isRevoked(binding)
                && cradle.complete(Long.toHexString(binding.localWireId))) {
            completing = binding.localWireId;
        } else if (parsed instanceof BindingMessage.Close) {
            SessionId id = sessionOfWireId.get(binding.localWireId);
            if (id != null) {
                tell(id, view -> view.end(nowNanos, Reason.PEER_CLOSED));
            }
        }
    }

    /** The gateway asks the table for a commit. */
    void asksToCommit(List<SessionTable.Change> changes) {
        SessionTable.Change first = changes.getFirst();
        if (isEnd(first)) {
            return; // the row was its beginning
        }
        Owned owned = sessions.get(first.id());
        boolean asked = first.expectedEpoch() == 0 ? completing != 0 : owned != null && owned.committing != null;
        if (!asked) {
            throw new Violation("MODEL", name + " commits " + first + ", which the model does not");
        }
    }

    private static boolean isEnd(SessionTable.Change change) {
        return change.record() == null || !change.record().isLive();
    }

    /** The outcome is known, and the gateway is about to hear of it. */
    void settled(long nowNanos, SessionTable.Change change, boolean committed) {
        if (isEnd(change)) {
            return;
        }
        if (change.expectedEpoch() == 0) {
            if (committed) {
                born(nowNanos, change.id());
            }
            completing = 0;
            return;
        }
        Owned owned = java.util.Objects.requireNonNull(sessions.get(change.id()));
        Exchange.Asked asked = java.util.Objects.requireNonNull(owned.committing);
        owned.committing = null;
        OwnerView view = owned.compared.view;
        owed.add(new Owed(asked, committed ? view.committed(nowNanos) : view.commitRefused(nowNanos)));
        owned.compared.happened();
    }

    /** The commit that makes a session ends the older ones of its client. */
    private void born(long nowNanos, SessionId id) {
        int client = java.util.Objects.requireNonNull(clientOfBirth.get(completing));
        sessions.forEach((_, older) -> {
            if (older.client == client) {
                older.compared.view.end(nowNanos, Reason.SUPERSEDED);
                older.compared.happened();
            }
        });
        OwnerView view = new OwnerView(Compared.terms(policy), nowNanos);
        sessionOfWireId.put(completing, id);
        sessions.put(id, new Owned(new Compared<>(name + ", session " + id, view), client, completing));
    }

    /** The process says something. */
    void event(Event event) {
        SessionId id = event.sessionId();
        Owned owned = id == null ? null : sessions.get(id);
        if (owned != null) {
            owned.compared.said(event);
        } else if (event.type() == EventType.STATE_CHANGE
                && !(Compared.row(event).equals(Cradle.STILLBORN) && cradle.stillborn(event.nanos()))) {
            throw new Violation("MODEL", name + " took a row that the model does not: " + new Told(event));
        }
    }

    /** Everything that was due is done. */
    void settled(GatewayNode node) {
        if (!owed.isEmpty()) {
            throw new Violation("MODEL", name + " did not give the model's answer " + owed.getFirst().answer);
        }
        if (cradle.dropped() > 0 || node.local() - SLACK_NANOS > cradle.nextDeadlineNanos()) {
            throw new Violation("MODEL", name + " keeps a handshake that has ended");
        }
        sessions.values().removeIf(owned -> owned.compared.isOver());
        List<SessionStatus> statuses = node.sessions();
        if (statuses.size() != sessions.size()) {
            throw new Violation("MODEL", name + " has " + statuses + ", the model " + sessions.keySet());
        }
        for (SessionStatus status : statuses) {
            Owned owned = sessions.get(status.id());
            if (owned == null) {
                throw new Violation("MODEL", name + " has " + status + ", the model " + sessions.keySet());
            }
            ForwardingGate gate = node.route(status.inner().getFirst().address());
            owned.compared.settled(
                    node.local(),
                    status.state(),
                    status.version(),
                    passage(gate == null ? new Forwarding.Drop() : node.forwarding(gate)));
        }
    }

    private static Passage passage(Forwarding forwarding) {
        return switch (forwarding) {
            case Forwarding.Forward _ -> Passage.FORWARD;
            case Forwarding.Hold _ -> Passage.HOLD;
            case Forwarding.Drop _, Resting _ -> Passage.DROP;
        };
    }
}
