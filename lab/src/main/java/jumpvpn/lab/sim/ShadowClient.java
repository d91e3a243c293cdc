package jumpvpn.lab.sim;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import jumpvpn.core.agent.AgentStatus;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Forwarding;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.data.Resting;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.lab.model.Cause;
import jumpvpn.lab.model.ClientView;
import jumpvpn.lab.model.Passage;
import jumpvpn.lab.model.Reason;
import jumpvpn.lab.model.Row;
import jumpvpn.lab.model.State;
import jumpvpn.lab.model.Version;
import org.jspecify.annotations.Nullable;

/** A client's process beside the model: what happens to it is told to the model, what it does must be what the model does. */
final class ShadowClient {
    /** A handshake that came to nothing has no session yet. */
    private static final Row NOT_CONNECTED =
            new Row(State.BIRTH, State.TERMINATED, Version.NONE, Reason.HANDSHAKE_FAIL);

    private final String name;
    private final Exchange exchange;
    private final Map<Long, Integer> pathOfHandshake = new HashMap<>(); // never iterated
    private final Set<Integer> paths = new TreeSet<>();
    private final Set<Long> probes = new TreeSet<>();
    private long probedNanos;
    private int answeredPath;
    private final Map<Long, Held> holders = new HashMap<>(); // never iterated
    private long answeredWireId;
    private boolean closing;
    private @Nullable Held present;
    private @Nullable Held successor;
    private @Nullable Held past;

    /** A session that the client has. */
    private record Held(SessionId id, Compared<ClientView> compared) {
        void tell(Consumer<ClientView> happening) {
            happening.accept(compared.view);
            compared.happened();
        }
    }

    ShadowClient(String name, Exchange exchange) {
        this.name = name;
        this.exchange = exchange;
    }

    /** The process is gone. */
    void dies() {
        present = null;
        successor = null;
        holders.clear();
        paths.clear();
        probes.clear();
    }

    private void tellPresent(Consumer<ClientView> happening) {
        if (present != null) {
            present.tell(happening);
        }
    }

    private void tellBoth(Consumer<ClientView> happening) {
        tellPresent(happening);
        if (successor != null) {
            successor.tell(happening);
        }
    }

    /** A path can be used. */
    void pathUp(long nowNanos, int path) {
        paths.add(path);
        tellBoth(view -> view.pathUp(nowNanos, path));
    }

    /** A path can't be used any more. */
    void pathDown(long nowNanos, int path) {
        paths.remove(path);
        tellBoth(view -> view.pathDown(nowNanos, path));
    }

    /** The operator ends the session, or the process; only then its successor ends too. */
    void terminates(long nowNanos) {
        tellPresent(view -> view.end(nowNanos, Reason.OPERATOR_TERMINATE));
        closing = true;
    }

    /** The handshake was answered with a session: the first, or the one that will take over. */
    void granted(long nowNanos, SessionId id, Policy policy) {
        Held granted = new Held(
                id,
                new Compared<>(
                        name + ", session " + id,
                        new ClientView(Compared.terms(policy), nowNanos, answeredPath, paths)));
        exchange.grants(answeredWireId, id);
        holders.put(answeredWireId, granted);
        if (present == null || present.compared.isOver()) {
            present = granted;
            probes.clear();
        } else {
            successor = granted;
        }
    }

    /** The process sends a datagram. */
    void sends(long nowNanos, int path, byte[] datagram) {
        switch (datagram[0]) {
            case MessageType.HANDSHAKE_INIT ->
                pathOfHandshake.put(ByteBuffer.wrap(datagram).getLong(4), path);
            case MessageType.REATTACH_REQUEST -> {
                Exchange.Asked asked = exchange.asks(datagram);
                if (asked != null) {
                    Cause cause = Cause.valueOf(asked.message().body().cause().name());
                    if (present != null) {
                        holders.put(asked.message().body().clientWireId(), present);
                    }
                    tellPresent(view -> view.asks(asked.nonce(), path, cause));
                }
            }
            case MessageType.PROBE -> {
                if (probedNanos != nowNanos) { // a new round; the answers to the one before come too late
                    probes.clear();
                    probedNanos = nowNanos;
                }
                probes.add(exchange.probes(datagram));
            }
            default -> {
                // no matter to the model
            }
        }
    }

    /** A datagram that no binding has is about to be handled. */
    void hears(long nowNanos, byte[] datagram) {
        if (datagram.length < 12) {
            return;
        }
        switch (datagram[0]) {
            case MessageType.HANDSHAKE_RESPONSE -> {
                answeredWireId = ByteBuffer.wrap(datagram).getLong(4);
                answeredPath = pathOfHandshake.getOrDefault(answeredWireId, 0);
            }
            case MessageType.REATTACH_ANSWER -> {
                Exchange.Answered answered = exchange.answer(datagram);
                if (answered != null) {
                    tellPresent(view -> answered(view, nowNanos, answered));
                }
            }
            case MessageType.PROBE_ANSWER -> {
                Long wireId = exchange.probeAnswer(datagram);
                if (wireId != null && probes.remove(wireId)) {
                    tellPresent(view -> view.candidateAppeared(nowNanos));
                }
            }
            default -> {
                // nothing that a client listens to
            }
        }
    }

    private static void answered(ClientView view, long nowNanos, Exchange.Answered answered) {
        String nonce = answered.asked().nonce();
        switch (answered.answer()) {
            case ReattachAnswer.Ack ack -> {
                view.accepted(nowNanos, nonce, Compared.version(ack.version()));
                if (ack.mixed()) {
                    view.freshened(nowNanos);
                }
            }
            case ReattachAnswer.Reject reject ->
                view.refused(
                        nowNanos, nonce, Reason.valueOf(reject.reason().name()), Compared.version(reject.version()));
            case ReattachAnswer.Wait _ -> {
                // it is not decided
            }
        }
    }

    /** An authentic packet came in a binding. */
    void opened(long nowNanos, Binding binding, long counter) {
        Held holder = holders.get(binding.localWireId);
        if (holder != null) {
            holder.tell(view -> {
                if (Integer.toUnsignedLong(binding.epoch) == view.epoch() || view.state() == State.BIRTH) {
                    view.heard(nowNanos, counter);
                }
            });
        }
    }

    /** A message that came so is about to be handled. */
    void control(long nowNanos, Binding binding, byte[] message) {
        Held holder = holders.get(binding.localWireId);
        if (holder == null) {
            return;
        }
        switch (BindingMessage.decode(message)) {
            case BindingMessage.Welcome welcome -> {
                if (holder.equals(successor)) {
                    succeeds(nowNanos, holder);
                }
                holder.tell(view -> view.welcomed(nowNanos, Compared.version(welcome.version())));
            }
            case BindingMessage.Close close
            when isPresent(holder) ->
                holder.tell(view ->
                        view.closed(nowNanos, Reason.valueOf(close.reason().name())));
            case BindingMessage.Notice notice
            when isPresent(holder) ->
                holder.tell(view -> view.noticed(
                        nowNanos, Integer.toUnsignedLong(binding.epoch), Compared.version(notice.version())));
            case null, default -> {
                // no matter to the model
            }
        }
    }

    /** Whether the client takes what is said to it: one that has ended is followed by its successor at once. */
    private boolean isPresent(Held holder) {
        boolean follows = successor != null && present != null && present.compared.isOver();
        return holder.equals(follows ? successor : present);
    }

    /** A handshake that is completed ends the older session. */
    private void succeeds(long nowNanos, Held committed) {
        tellPresent(view -> view.end(nowNanos, Reason.SUPERSEDED));
        past = present;
        present = committed;
        successor = null;
    }

    /** The process says something. */
    void event(Event event) {
        boolean row = event.type() == EventType.STATE_CHANGE;
        if (event.sessionId() == null) {
            if (row && !Compared.row(event).equals(NOT_CONNECTED)) {
                throw new Violation("MODEL", name + " without a session took the row " + Compared.row(event));
            }
            return;
        }
        Held of = find(event.sessionId());
        if (of == null) {
            if (row) {
                throw new Violation(
                        "MODEL", name + " took a row of a session that it does not have: " + new Told(event));
            }
            return;
        }
        if (event.type() == EventType.ILLEGAL_TRANSITION) {
            refuses(of.compared.view, event);
        } else if (row && closing && of.equals(successor)) {
            of.tell(view -> view.end(event.nanos(), Reason.OPERATOR_TERMINATE));
        }
        of.compared.happened();
        of.compared.said(event);
    }

    private @Nullable Held find(SessionId id) {
        for (Held held : new Held[] {present, successor, past}) {
            if (held != null && held.id.equals(id)) {
                return held;
            }
        }
        return null;
    }

    private void refuses(ClientView view, Event event) {
        for (Event.Detail detail : event.details()) {
            if (detail.name().equals("demanded")
                    && view.wants(event.nanos(), Reason.valueOf((String) detail.value()))) {
                throw new Violation("MODEL", name + " refused what the model's table has: " + new Told(event));
            }
        }
    }

    /** Everything that was due is done. */
    void settled(ClientNode node) {
        closing = false;
        if (past != null && !past.compared.isOver()) {
            throw new Violation("MODEL", name + " did not end the session that was succeeded");
        }
        past = null;
        if (successor != null && successor.compared.isOver()) {
            successor = null;
        }
        if (present != null && present.compared.isOver()) {
            present = successor;
            successor = null;
        }
        if (successor != null) {
            successor.compared.settled(node.local());
        }
        AgentStatus status = node.status();
        if (present == null) {
            if (status.id() != null || status.state().isLive()) {
                throw new Violation("MODEL", name + " is " + status.state() + ", the model has no session");
            }
            return;
        }
        SessionState state = status.id() == null ? SessionState.TERMINATED : status.state();
        present.compared.settled(node.local(), state, status.version(), passage(node));
    }

    /** Data that rides early behind a request is held as far as the session is concerned. */
    private static Passage passage(ClientNode node) {
        return switch (node.gate().forwarding()) {
            case Forwarding.Forward(Binding to) -> to.dataType() == PacketLayout.DATA ? Passage.FORWARD : Passage.HOLD;
            case Forwarding.Hold _ -> Passage.HOLD;
            case Forwarding.Drop _, Forwarding.Relay _, Resting _ -> Passage.DROP;
        };
    }
}
