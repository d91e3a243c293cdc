package jumpvpn.core.gateway;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.ownership.SwitchTimes;
import jumpvpn.core.security.TicketSealer;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.jspecify.annotations.Nullable;

/**
 * The gateway: admits known clients, owns their sessions, rebinds them through the gates. Sans-IO: time and datagrams come in, datagrams go out by
 * {@link GatewayPort}, commits by the session table. One thread. Call {@link #proceed} at {@link #nextNanos} at the latest.
 */
public final class Gateway {
    private static final int TICKET_KEY_SECONDS = 86_400;
    private static final int OLDER_TICKET_KEYS = 31;

    private final GatewayContext context;
    private final Births births;
    private final ReattachServer reattach;
    private final TreeMap<SessionId, GatewaySession> sessions = new TreeMap<>();
    private final LinkedHashMap<ForwardingGate, GatewaySession> byGate = new LinkedHashMap<>();
    private final Wakeups wakeups = new Wakeups();
    private final long incarnation;
    private TicketSealer tickets;
    private int ticketKey;

    /**
     * A gateway without sessions.
     *
     * @param wallSeconds the wall clock, from which the number of the day's ticket key comes
     */
    public Gateway(GatewayContext context, long wallSeconds) {
        this.context = context;
        this.births = new Births(context);
        this.ticketKey = (int) (wallSeconds / TICKET_KEY_SECONDS);
        this.tickets = sealer();
        this.incarnation = context.crypto().entropy().nextLong();
        this.reattach = new ReattachServer(context, new Ownership(), incarnation, () -> tickets);
    }

    private TicketSealer sealer() {
        return new TicketSealer(context.crypto(), context.config().ticketMaster(), ticketKey, OLDER_TICKET_KEYS);
    }

    /** Tells the wall clock now and then, so that ticket keys rotate. A step back keeps the newer key. */
    public void wallClock(long wallSeconds) {
        int number = (int) (wallSeconds / TICKET_KEY_SECONDS);
        if (number > ticketKey) {
            ticketKey = number;
            tickets = sealer();
        }
    }

    /** Takes a datagram that no binding has: a handshake, a request or a probe. Any bytes may be passed. */
    public void receive(long nowNanos, int socketId, Endpoint from, byte[] datagram) {
        if (datagram.length > 0) {
            switch (datagram[0]) {
                case MessageType.HANDSHAKE_INIT -> births.receive(nowNanos, socketId, from, datagram);
                case MessageType.REATTACH_REQUEST -> reattach.request(nowNanos, socketId, from, datagram);
                case MessageType.PROBE -> reattach.probe(nowNanos, socketId, from, datagram);
                default -> {
                    // nothing that a gateway answers
                }
            }
        }
        proceed(nowNanos);
    }

    /** Takes a control message that a binding opened, with the address it came from. */
    public void receiveControl(long nowNanos, Binding binding, Endpoint from, byte[] message) {
        BindingMessage parsed = BindingMessage.decode(message);
        if (parsed == null) {
            return;
        }
        Births.Birth birth = births.of(binding);
        if (birth != null) {
            if (parsed instanceof BindingMessage.Confirm) {
                complete(nowNanos, birth);
            }
            return;
        }
        GatewaySession session = sessionOf(binding);
        if (session == null) {
            return;
        }
        if (parsed instanceof BindingMessage.Close) {
            end(nowNanos, session, ReasonCode.PEER_CLOSED);
        } else if (parsed instanceof BindingMessage.Confirm) {
            welcome(nowNanos, session);
        } else {
            session.receive(nowNanos, binding, from, parsed);
        }
        proceed(nowNanos);
    }

    private @Nullable GatewaySession sessionOf(Binding binding) {
        GatewaySession session = byGate.get(binding.gate);
        return session != null && session.owns(binding) ? session : null;
    }

    /** The first authentic packet under a birth's keys: the session is committed, and with it the end of the client's older ones. */
    private void complete(long nowNanos, Births.Birth birth) {
        List<GatewaySession> older = sessions.values().stream()
                .filter(session -> session.record.clientKey().equals(birth.clientKey()))
                .toList();
        long commitId = context.crypto().entropy().nextLong();
        SessionRecord record = new SessionRecord(
                birth.id(),
                birth.clientKey(),
                birth.client().name(),
                new Owner(context.config().ownerId(), incarnation),
                commitId,
                List.of(new SessionRecord.Row(
                        StateVersion.of(1, 0), SessionState.BIRTH, SessionState.ATTACHED, ReasonCode.HANDSHAKE_OK)),
                List.of(birth.secret()),
                "",
                birth.inner(),
                context.config().policy(),
                nowNanos + context.config().policy().get(PolicyKey.SESSION_MAX_LIFETIME),
                nowNanos,
                SwitchTimes.born(nowNanos));
        List<SessionTable.Change> changes = new ArrayList<>();
        changes.add(new SessionTable.Change(birth.id(), 0, record));
        for (GatewaySession session : older) {
            changes.add(new SessionTable.Change(
                    session.record.id(), session.record.version().epoch(), null));
        }
        births.completed(nowNanos, birth);
        commit(changes, birth.id(), commitId, committed -> {
            if (committed) {
                older.forEach(session -> evict(nowNanos, session, ReasonCode.SUPERSEDED));
                live(nowNanos, birth, record);
            } else {
                context.bindings().remove(0, birth.binding().localWireId);
            }
        });
    }

    private void live(long nowNanos, Births.Birth birth, SessionRecord record) {
        GatewaySession session = new GatewaySession(context, birth, record, nowNanos);
        sessions.put(record.id(), session);
        byGate.put(session.gate, session);
        session.step(
                nowNanos,
                ReasonCode.HANDSHAKE_OK,
                new Detail("client", birth.client().name()));
        session.open(nowNanos);
        welcome(nowNanos, session);
        reschedule(session);
    }

    private void welcome(long nowNanos, GatewaySession session) {
        int most = session.policy().count(PolicyKey.TRANSPORT_MAX_CANDIDATES);
        session.send(
                nowNanos,
                session.active(),
                new BindingMessage.Welcome(
                        session.machine.version(),
                        reattach.token(nowNanos),
                        reattach.tickets(session.record, session.record.secret(), most)));
    }

    /** A packet thread saw traffic on a binding that nobody watched. */
    public void watch(long nowNanos, Binding binding) {
        GatewaySession session = sessionOf(binding);
        if (session != null) {
            session.watch(nowNanos, binding);
            reschedule(session);
            proceed(nowNanos);
        }
    }

    /** Does what is due. */
    public void proceed(long nowNanos) {
        births.proceed(nowNanos);
        for (GatewaySession session = wakeups.pollDue(nowNanos); session != null; session = wakeups.pollDue(nowNanos)) {
            ReasonCode end = session.proceed(nowNanos);
            if (end == null) {
                reschedule(session);
            } else {
                end(nowNanos, session, end);
            }
        }
    }

    private void reschedule(GatewaySession session) {
        wakeups.set(session, session.deadlines.next());
    }

    /** When {@link #proceed} has something to do, or {@link Deadlines#NEVER}. */
    public long nextNanos() {
        return Math.min(births.nextNanos(), wakeups.nextNanos());
    }

    private void end(long nowNanos, GatewaySession session, ReasonCode reason) {
        SessionTable.Change removal = new SessionTable.Change(
                session.record.id(), session.record.version().epoch(), null);
        long commitId = context.crypto().entropy().nextLong();
        evict(nowNanos, session, reason); // what must stop does not wait for the commit
        commit(List.of(removal), session.record.id(), commitId, _ -> {});
    }

    private void evict(long nowNanos, GatewaySession session, ReasonCode reason) {
        sessions.remove(session.record.id());
        byGate.remove(session.gate);
        wakeups.remove(session);
        session.end(nowNanos, reason);
        session.record.secrets().forEach(jumpvpn.core.security.SessionSecret::wipe);
    }

    /**
     * Ends a session for the operator.
     *
     * @return false if there is none with this id
     */
    public boolean terminate(long nowNanos, SessionId id) {
        GatewaySession session = sessions.get(id);
        if (session == null) {
            return false;
        }
        end(nowNanos, session, ReasonCode.OPERATOR_TERMINATE);
        return true;
    }

    /** Ends everything: every client is told. */
    public void close(long nowNanos) {
        for (GatewaySession session : List.copyOf(sessions.values())) {
            end(nowNanos, session, ReasonCode.OPERATOR_TERMINATE);
        }
    }

    /** All live sessions at this moment, by id. */
    public List<SessionStatus> sessions(long nowNanos) {
        return sessions.values().stream()
                .map(session -> session.status(nowNanos))
                .toList();
    }

    /** An UNKNOWN outcome is settled only by evidence: our id is there, or the epoch moved without it; else the same commit again. */
    private void commit(List<SessionTable.Change> changes, SessionId id, long commitId, Consumer<Boolean> committed) {
        context.table().commit(commitId, changes, outcome -> {
            switch (outcome) {
                case COMMITTED -> committed.accept(true);
                case REFUSED, UNAVAILABLE -> committed.accept(false);
                case UNKNOWN -> context.table().read(id, found -> settle(changes, id, commitId, committed, found));
            }
        });
    }

    private void settle(
            List<SessionTable.Change> changes,
            SessionId id,
            long commitId,
            Consumer<Boolean> committed,
            SessionTable.Reading reading) {
        SessionRecord found = reading instanceof SessionTable.Reading.Found it ? it.record() : null;
        if (found != null && found.commitId() == commitId) {
            committed.accept(true);
        } else if ((found == null ? 0 : found.version().epoch())
                != changes.getFirst().expectedEpoch()) {
            committed.accept(false);
        } else {
            commit(changes, id, commitId, committed);
        }
    }

    /** What the reattach exchange needs of this gateway. */
    private final class Ownership implements ReattachServer.Owner {
        @Override
        public @Nullable GatewaySession session(SessionId id) {
            return sessions.get(id);
        }

        @Override
        public void commit(SessionTable.Change change, long commitId, Consumer<Boolean> committed) {
            Gateway.this.commit(List.of(change), change.id(), commitId, committed);
        }

        @Override
        public void end(long nowNanos, GatewaySession session, ReasonCode reason) {
            Gateway.this.end(nowNanos, session, reason);
        }

        @Override
        public void reschedule(GatewaySession session) {
            Gateway.this.reschedule(session);
        }
    }
}
