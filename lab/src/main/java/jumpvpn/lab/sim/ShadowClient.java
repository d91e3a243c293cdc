package jumpvpn.lab.sim;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import jumpvpn.core.agent.AgentStatus;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Forwarding;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
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
    private @Nullable SessionId id;
    private @Nullable Compared<ClientView> session;

    ShadowClient(String name, Exchange exchange) {
        this.name = name;
        this.exchange = exchange;
    }

    /** The process is gone. */
    void dies() {
        session = null;
        paths.clear();
        probes.clear();
    }

    private void tell(java.util.function.Consumer<ClientView> happening) {
        if (session != null) {
            happening.accept(session.view);
            session.happened();
        }
    }

    /** A path can be used. */
    void pathUp(long nowNanos, int path) {
        paths.add(path);
        tell(view -> view.pathUp(nowNanos, path));
    }

    /** A path can't be used any more. */
    void pathDown(long nowNanos, int path) {
        paths.remove(path);
        tell(view -> view.pathDown(nowNanos, path));
    }

    /** The operator ends the session. */
    void terminates(long nowNanos) {
        tell(view -> view.end(nowNanos, Reason.OPERATOR_TERMINATE));
    }

    /** The handshake was answered with a session. */
    void granted(long nowNanos, SessionId granted, Policy policy) {
        id = granted;
        probes.clear();
        session = new Compared<>(
                name + ", session " + granted, new ClientView(Compared.terms(policy), nowNanos, answeredPath, paths));
    }

    /** The process sends a datagram. */
    void sends(long nowNanos, int path, byte[] datagram) {
        switch (datagram[0]) {
            case MessageType.HANDSHAKE_INIT ->
                pathOfHandshake.put(ByteBuffer.wrap(datagram).getLong(4), path);
            case MessageType.REATTACH_REQUEST -> {
                Exchange.Asked asked = exchange.asks(datagram);
                if (asked != null) {
                    tell(view -> view.asks(asked.nonce(), path));
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
            case MessageType.HANDSHAKE_RESPONSE ->
                answeredPath =
                        pathOfHandshake.getOrDefault(ByteBuffer.wrap(datagram).getLong(4), 0);
            case MessageType.REATTACH_ANSWER -> {
                Exchange.Answered answered = exchange.answer(datagram);
                if (answered != null) {
                    tell(view -> answered(view, nowNanos, answered));
                }
            }
            case MessageType.PROBE_ANSWER -> {
                Long wireId = exchange.probeAnswer(datagram);
                if (wireId != null && probes.remove(wireId)) {
                    tell(view -> view.candidateAppeared(nowNanos));
                }
            }
            default -> {
                // nothing that a client listens to
            }
        }
    }

    private static void answered(ClientView view, long nowNanos, Exchange.Answered answered) {
        String nonce = answered.asked().nonce();
        Version version = Compared.version(answered.answer().version());
        switch (answered.answer()) {
            case ReattachAnswer.Ack _ -> view.accepted(nowNanos, nonce, version);
            case ReattachAnswer.Reject reject ->
                view.refused(nowNanos, nonce, Reason.valueOf(reject.reason().name()), version);
        }
    }

    /** An authentic packet came in a binding. */
    void opened(long nowNanos, Binding binding, long counter) {
        tell(view -> {
            if (Integer.toUnsignedLong(binding.epoch) == view.epoch()) {
                view.heard(nowNanos, counter);
            }
        });
    }

    /** A message that came so is about to be handled. */
    void control(long nowNanos, Binding binding, byte[] message) {
        switch (BindingMessage.decode(message)) {
            case BindingMessage.Welcome welcome ->
                tell(view -> view.welcomed(nowNanos, Compared.version(welcome.version())));
            case BindingMessage.Close close ->
                tell(view -> view.closed(nowNanos, Reason.valueOf(close.reason().name())));
            case BindingMessage.Notice notice ->
                tell(view -> view.noticed(
                        nowNanos, Integer.toUnsignedLong(binding.epoch), Compared.version(notice.version())));
            case null, default -> {
                // no matter to the model
            }
        }
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
        Compared<ClientView> current = session;
        if (current == null || !event.sessionId().equals(id)) {
            if (row) {
                throw new Violation(
                        "MODEL", name + " took a row of a session that it does not have: " + new Told(event));
            }
            return;
        }
        if (row) {
            wants(current.view, event.nanos(), Reason.valueOf(event.reason().name()));
        } else if (event.type() == EventType.ILLEGAL_TRANSITION) {
            refuses(current.view, event);
        }
        current.happened();
        current.said(event);
    }

    /** Whether to leave a living path is for the client and its operator to decide. */
    private static void wants(ClientView view, long nowNanos, Reason reason) {
        switch (reason) {
            case OPERATOR_JUMP, BETTER_PATH, LINK_GOING_DOWN, GATEWAY_DRAINING -> view.wants(nowNanos, reason);
            default -> {
                // not by its own wish
            }
        }
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
        Compared<ClientView> current = session;
        if (current != null && current.isOver()) {
            session = null;
            current = null;
        }
        AgentStatus status = node.status();
        if (current == null) {
            if (status.id() != null || status.state().isLive()) {
                throw new Violation("MODEL", name + " is " + status.state() + ", the model has no session");
            }
            return;
        }
        SessionState state = status.id() == null ? SessionState.TERMINATED : status.state();
        current.settled(node.local(), state, status.version(), passage(node));
    }

    /** Data that rides early behind a request is held as far as the session is concerned. */
    private static Passage passage(ClientNode node) {
        return switch (node.gate().forwarding()) {
            case Forwarding.Forward(Binding to) -> to.dataType() == PacketLayout.DATA ? Passage.FORWARD : Passage.HOLD;
            case Forwarding.Hold _ -> Passage.HOLD;
            case Forwarding.Drop _ -> Passage.DROP;
        };
    }
}
