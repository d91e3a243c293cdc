package jumpvpn.core.agent;

import java.util.Base64;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.Grant;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.control.ReattachMessage;
import jumpvpn.core.data.Binding;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.observability.Journal;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionMachine;
import jumpvpn.core.session.StateVersion;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/**
 * The client: keeps one session alive over whatever paths there are, and gets a new one, explicitly, when the old has ended. Sans-IO: time and datagrams come in,
 * datagrams and wishes go out by {@link AgentPort}. One thread. Call {@link #proceed} at {@link #nextNanos} at the latest.
 */
public final class Agent {
    private static final long FIRST_PAUSE_NANOS = 500_000_000;
    private static final long MOST_PAUSE_NANOS = 8_000_000_000L;

    private final AgentContext context;
    private final Journal journal;
    private final Candidates candidates = new Candidates();
    private @Nullable Connector connector;
    private @Nullable ClientSession session;
    private @Nullable ClientSession successor;
    private SessionMachine birth;
    private long connectByNanos = Deadlines.NEVER;
    private long retryNanos = Deadlines.NEVER;
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private @Nullable String lastEnd;
    private boolean closed;

    /** An agent that does nothing until {@link #start}. */
    public Agent(AgentContext context) {
        this.context = context;
        this.journal = new Journal(context.events(), Role.CLIENT, null, 0);
        this.birth = new SessionMachine(Role.CLIENT, 0);
    }

    /** Begins to connect. */
    public void start(long nowNanos) {
        retryNanos = Deadlines.NEVER;
        birth = new SessionMachine(Role.CLIENT, nowNanos);
        String present = session == null ? null : session.gateway(); // only there a successor takes over without a gap
        connector = new Connector(context, candidates, present, nowNanos);
        connectByNanos = nowNanos + PolicyKey.SESSION_HANDSHAKE_TIMEOUT.defaultValue();
        proceed(nowNanos);
    }

    /** A path is new or up again. */
    public void pathUp(long nowNanos, Path path) {
        candidates.add(path);
        candidate(nowNanos, ReasonCode.CANDIDATE_UP, path);
        if (connector != null) {
            connector.pathUp(nowNanos);
        }
        if (session != null && session.isLive()) {
            session.recovery.pathUp(nowNanos, path);
            session.departure.pathUp(nowNanos);
            session.back.pathUp(nowNanos, path);
            session.standbys.pathUp(nowNanos);
        }
        if (connector == null && retryNanos != Deadlines.NEVER) {
            retryNanos = nowNanos; // a pause is for paths that were tried
        }
        proceed(nowNanos);
    }

    /** A path is gone: its link is down, or its address. Acted on at once. */
    public void pathDown(long nowNanos, int pathId) {
        Path path = candidates.get(pathId);
        if (path == null) {
            return;
        }
        candidates.remove(pathId);
        candidate(nowNanos, ReasonCode.CANDIDATE_DOWN, path);
        if (connector != null) {
            connector.pathDown(pathId);
        }
        if (session != null) {
            session.pathDown(nowNanos, path);
        }
        if (successor != null) {
            successor.pathDown(nowNanos, path);
        }
        proceed(nowNanos);
    }

    /** A path will go soon: its link or address is about to be taken away. If it is the active one the session leaves it while it still delivers. */
    public void linkGoingDown(long nowNanos, int pathId) {
        candidates.markDead(pathId, nowNanos); // not yet, but all others are better
        if (session != null && session.isLive() && session.path.id() == pathId) {
            session.recovery.linkGoingDown(nowNanos);
        }
        proceed(nowNanos);
    }

    private void candidate(long nowNanos, ReasonCode reason, Path path) {
        Journal to = session == null ? journal : session.journal;
        StateVersion version = session == null ? StateVersion.BIRTH : session.machine.version();
        to.emit(nowNanos, EventType.CANDIDATE, reason, version, path.name());
    }

    /** Takes a datagram that no binding has: an answer to a handshake, a request or a probe. Any bytes may be passed. */
    public void receive(long nowNanos, int pathId, byte[] datagram) {
        if (datagram.length == 0) {
            return;
        }
        if (datagram[0] == MessageType.HANDSHAKE_RESPONSE && connector != null) {
            Connector.Answered answered = connector.answered(nowNanos, datagram);
            if (answered != null) {
                if (session == null) { // else it knows better
                    connector.silent(nowNanos).forEach(id -> candidates.markDead(id, nowNanos));
                }
                candidates.answered(answered.path().id(), nowNanos, answered.rttNanos());
                granted(nowNanos, answered);
            }
        }
        Long wireId = ReattachMessage.addressee(datagram);
        if (wireId != null && session != null && session.isLive()) {
            if (datagram[0] == MessageType.PROBE_ANSWER) {
                session.probeAnswered(nowNanos, wireId, datagram);
            } else {
                session.recovery.answered(nowNanos, wireId, datagram);
            }
        }
        proceed(nowNanos);
    }

    private void granted(long nowNanos, Connector.Answered answered) {
        switch (answered.grant()) {
            case Grant.Refused refused -> refused(nowNanos, answered.path().gateway(), refused.reason());
            case Grant.Session grant -> {
                ClientSession granted = new ClientSession(context, candidates, answered, grant, nowNanos);
                context.port().granted(grant, answered.path().gateway());
                if (session == null) {
                    session = granted;
                } else {
                    successor = granted;
                }
                connector = null;
                connectByNanos = Deadlines.NEVER;
            }
        }
    }

    private void refused(long nowNanos, String gateway, ReasonCode reason) {
        String text = "gateway " + gateway + " refused the handshake: " + explain(reason);
        if (connector != null && connector.refused(nowNanos, gateway)) {
            context.port().ended(reason, text + "; trying the next gateway");
        } else {
            failed(nowNanos, reason, text);
        }
    }

    private String explain(ReasonCode reason) {
        return switch (reason) {
            case UNKNOWN_CLIENT ->
                "it does not know this client's public key; in its gateway.toml add a [[client]] with public-key = \""
                        + Base64.getEncoder()
                                .encodeToString(context.config().own().publicKey())
                        + "\" (or let `jumpvpn client add` there make new files for this client), then start it again";
            case POOL_EXHAUSTED -> "it has no inner address left; widen [network] address in gateway.toml";
            case TRANSPORT_NOT_ALLOWED ->
                "its policy (transport.allowed) forbids this protocol; use another scheme in endpoints, or change gateway.toml";
            default -> reason.name();
        };
    }

    /** Takes a control message that a binding opened. */
    public void receiveControl(long nowNanos, Binding binding, byte[] message) {
        BindingMessage parsed = BindingMessage.decode(message);
        if (parsed instanceof BindingMessage.Welcome && successor != null && successor.owns(binding)) {
            succeed(nowNanos, successor);
        }
        if (parsed != null && session != null && session.owns(binding)) {
            session.receive(nowNanos, binding, parsed);
            if (session.isLive()) {
                pauseNanos = FIRST_PAUSE_NANOS;
            }
        }
        proceed(nowNanos);
    }

    /** The successor is committed, and by that the present session has ended. */
    private void succeed(long nowNanos, ClientSession committed) {
        if (session != null) {
            session.succeeded(nowNanos);
            sessionEnded(nowNanos, session, ReasonCode.SUPERSEDED);
        }
        session = committed;
    }

    /** A packet thread saw traffic on a binding that nobody watched. */
    public void watch(long nowNanos, Binding binding) {
        if (session != null && session.isLive() && binding == session.active) {
            session.keepalives.woken(nowNanos);
            session.watch(nowNanos);
            proceed(nowNanos);
        }
    }

    /** Does what is due. */
    public void proceed(long nowNanos) {
        if (retryNanos <= nowNanos) {
            start(nowNanos);
            return;
        }
        if (successor != null) { // first: one that has ended is to follow no session
            successor.proceed(nowNanos);
            if (successor.isEnded()) {
                successor = null;
                pause(nowNanos);
            }
        }
        if (session != null) {
            session.proceed(nowNanos);
            ReasonCode ended = session.endReason();
            if (ended != null) {
                sessionEnded(nowNanos, session, ended);
            } else if (session.wantsSuccessor()
                    && successor == null
                    && connector == null
                    && retryNanos == Deadlines.NEVER) {
                start(nowNanos);
            }
        }
        if (connector != null) {
            connector.proceed(nowNanos);
            if (connectByNanos <= nowNanos) {
                failed(nowNanos, ReasonCode.HANDSHAKE_FAIL, connector.tried());
            }
        }
    }

    private void sessionEnded(long nowNanos, ClientSession ended, ReasonCode reason) {
        session = successor;
        successor = null;
        String text = "session " + ended.grant.id() + " ended: " + reason;
        lastEnd = text;
        context.port().ended(reason, text);
        if (!closed && session == null && connector == null && retryNanos == Deadlines.NEVER) {
            pause(nowNanos);
        }
    }

    private void failed(long nowNanos, ReasonCode reason, String text) {
        connector = null;
        connectByNanos = Deadlines.NEVER;
        lastEnd = text;
        SessionMachine.Step step = birth.apply(nowNanos, ReasonCode.HANDSHAKE_FAIL);
        if (step != null) {
            journal.step(nowNanos, step, null, new Detail("detail", reason.name()), new Detail("text", text));
        }
        context.port().ended(reason, text);
        pause(nowNanos);
    }

    private void pause(long nowNanos) {
        retryNanos = nowNanos + pauseNanos;
        pauseNanos = Math.min(2 * pauseNanos, MOST_PAUSE_NANOS);
    }

    /** When {@link #proceed} has something to do, or {@link Deadlines#NEVER}. */
    public long nextNanos() {
        long next = Math.min(retryNanos, connectByNanos);
        if (connector != null) {
            next = Math.min(next, connector.nextNanos());
        }
        next = session == null ? next : Math.min(next, session.nextNanos());
        return successor == null ? next : Math.min(next, successor.nextNanos());
    }

    /**
     * The operator asks for another path.
     *
     * @param to a path's name or id, protocol, link or local address; null: the best other one
     * @return null if the jump has begun, else why not
     */
    public @Nullable ReasonCode jump(long nowNanos, @Nullable String to) {
        if (session == null || !session.isLive()) {
            return ReasonCode.SESSION_NOT_FOUND;
        }
        Path path = to == null ? null : candidates.matching(to, session.gateway(), session.path.id());
        if (to != null && path == null) {
            return ReasonCode.NO_VALID_CANDIDATE;
        }
        return session.recovery.jump(nowNanos, BindCause.OPERATOR_JUMP, path);
    }

    /** Ends the session for good: the gateway is told, nothing is tried again. */
    public void close(long nowNanos) {
        closed = true;
        connector = null;
        connectByNanos = Deadlines.NEVER;
        retryNanos = Deadlines.NEVER;
        while (session != null) { // and its successor, if there is one
            session.end(nowNanos, ReasonCode.OPERATOR_TERMINATE);
            sessionEnded(nowNanos, session, ReasonCode.OPERATOR_TERMINATE);
        }
    }

    /** The operator ends the session; the agent connects anew. */
    public boolean terminate(long nowNanos) {
        if (session == null) {
            return false;
        }
        session.end(nowNanos, ReasonCode.OPERATOR_TERMINATE);
        proceed(nowNanos);
        return true;
    }

    /** The session at this moment. */
    public AgentStatus status(long nowNanos) {
        boolean trying = connector != null || retryNanos != Deadlines.NEVER;
        return session == null
                ? AgentStatus.none(birth, trying, candidates.known(), lastEnd)
                : AgentStatus.of(session, nowNanos, candidates.known(), lastEnd);
    }

    /** The policy of the present session, else the defaults. */
    public Policy policy() {
        return session == null ? Policy.DEFAULT : session.policy;
    }
}
