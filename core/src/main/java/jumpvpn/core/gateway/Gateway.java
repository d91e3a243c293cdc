package jumpvpn.core.gateway;

import java.util.List;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Forwarding;
import jumpvpn.core.data.Resting;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;

/**
 * The gateway: admits known clients, owns their sessions, rebinds them through the gates. Sans-IO: time and datagrams come in, datagrams go out by
 * {@link GatewayPort}, commits by the session table. One thread. Call {@link #start} first, then {@link #proceed} at {@link #nextNanos} at the latest; ask that anew
 * after every call, and after every answer of the session table.
 */
public final class Gateway {
    private final KnownClients clients;
    private final AddressPool pool;
    private final Births births;
    private final TableClient table;
    private final TicketOffice tickets;
    private final Residents residents;
    private final LiveSessions sessions;
    private final Completions completions;
    private final SecretRenewal renewals;
    private final Ownership ownership;
    private final ReattachServer reattach;

    /**
     * A gateway that has not started.
     *
     * @param wallSeconds the wall clock, from which the number of the day's ticket key comes
     */
    public Gateway(GatewayContext given, long wallSeconds) {
        GatewayContext context = Planted.context(given);
        Crypto crypto = Planted.crypto(context);
        long incarnation = context.crypto().entropy().nextLong();
        Owner self = new Owner(context.config().ownerId(), incarnation);
        clients = new KnownClients(context.config().clients());
        pool = new AddressPool(context.config(), clients);
        births = new Births(context, clients, pool);
        table = new TableClient(context.table());
        tickets = new TicketOffice(context.config(), incarnation, wallSeconds);
        residents = new Residents(context, clients, new SessionFold(context, clients, pool, self));
        sessions = new LiveSessions(context, table, residents, self);
        completions = new Completions(context, births, sessions, table, tickets, self);
        renewals = new SecretRenewal(context, sessions, table);
        HandOvers handOvers = new HandOvers(context, table);
        ownership = new Ownership(context, table, sessions, births, pool, handOvers, self);
        Answers answers = new Answers(context, tickets);
        Binder binder = new Binder(context, crypto, sessions, table, tickets, answers, handOvers, self);
        Gates gates = new Gates(incarnation, context.faults());
        reattach = new ReattachServer(context, sessions, table, ownership, tickets, answers, binder, gates);
    }

    /** Begins: loads the sessions that this gateway owned when it last ran, and says that it lives. Until they are loaded nothing new is accepted. */
    public void start(long nowNanos) {
        tickets.start(nowNanos);
        ownership.start(nowNanos);
        proceed(nowNanos);
    }

    /** Tells the wall clock now and then, so that ticket keys rotate. A step back keeps the newer key. */
    public void wallClock(long wallSeconds) {
        tickets.wallClock(wallSeconds);
    }

    /** Takes a datagram that no binding has: a handshake, a request or a probe. Any bytes may be passed. */
    public void receive(long nowNanos, int socketId, Endpoint from, byte[] datagram) {
        hear(nowNanos);
        if (datagram.length > 0) {
            switch (datagram[0]) {
                case MessageType.HANDSHAKE_INIT -> {
                    if (isOpen(nowNanos)) {
                        births.receive(nowNanos, socketId, from, datagram);
                    }
                }
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
        hear(nowNanos);
        BindingMessage parsed = BindingMessage.decode(message);
        Births.Birth birth = births.of(binding);
        GatewaySession session = sessions.of(binding);
        if (parsed == null) {
            return;
        }
        if (birth != null) {
            if (parsed instanceof BindingMessage.Confirm && ownership.isReady(nowNanos)) {
                completions.confirmed(birth);
            }
        } else if (session != null) {
            if (parsed instanceof BindingMessage.Close) {
                sessions.end(nowNanos, session, ReasonCode.PEER_CLOSED);
            } else if (parsed instanceof BindingMessage.Confirm) {
                completions.welcome(nowNanos, session);
            } else {
                session.path.receive(nowNanos, binding, from, parsed);
                if (parsed instanceof BindingMessage.Renew renew) {
                    renewals.asked(nowNanos, session, binding, renew);
                }
                sessions.reschedule(session);
            }
        }
        proceed(nowNanos);
    }

    /** A packet thread saw traffic on a binding that nobody watched. */
    public void watch(long nowNanos, Binding binding) {
        GatewaySession session = sessions.of(binding);
        if (session != null) {
            session.path.watch(nowNanos, binding);
            sessions.reschedule(session);
            proceed(nowNanos);
        }
    }

    /** A packet thread has a packet for a session at rest. */
    public void wake(long nowNanos, Resting session) {
        residents.wake(nowNanos, session);
        proceed(nowNanos);
    }

    /** Handles what the table has said by now, and the end of the lease, but no session's deadline. Whatever happens to the gateway begins with this. */
    public void hear(long nowNanos) {
        ownership.expect(nowNanos);
        table.proceed(nowNanos);
        ownership.proceed(nowNanos);
    }

    /** Handles what the table has answered, and does what is due. */
    public void proceed(long nowNanos) {
        hear(nowNanos);
        births.proceed(nowNanos);
        sessions.proceed(nowNanos);
        hear(nowNanos);
    }

    /** When {@link #proceed} has something to do, or {@link Deadlines#NEVER}. */
    public long nextNanos() {
        long own = Math.min(births.nextNanos(), sessions.nextNanos());
        return Math.min(own, Math.min(table.nextNanos(), ownership.nextNanos()));
    }

    /**
     * Ends a session for the operator.
     *
     * @return false if there is none with this id
     */
    public boolean terminate(long nowNanos, SessionId id) {
        hear(nowNanos);
        GatewaySession session = sessions.get(id);
        if (session == null) {
            return false;
        }
        sessions.end(nowNanos, session, ReasonCode.OPERATOR_TERMINATE);
        proceed(nowNanos);
        return true;
    }

    /**
     * Ends a client's session, whoever owns it; from now on its handshakes are refused like those of one that is not known, and none is completed.
     *
     * @param publicKey the client's, 32 bytes
     */
    public void revoke(long nowNanos, byte[] publicKey) {
        hear(nowNanos);
        completions.revoke(SessionRecord.clientKey(publicKey));
        proceed(nowNanos);
    }

    /**
     * The same, of a client that all gateways of the table are told to revoke: one that lives and owns the session ends it.
     *
     * @param publicKey the client's, 32 bytes
     */
    public void revokeEverywhere(long nowNanos, byte[] publicKey) {
        hear(nowNanos);
        completions.revokeEverywhere(SessionRecord.clientKey(publicKey));
        proceed(nowNanos);
    }

    /**
     * Admits a client from now on, also one that was revoked. Nobody else's session is touched.
     *
     * @return false: nothing has changed, since an address is another client's, or the client has a session or a handshake here with other addresses: end that first
     */
    public boolean admit(long nowNanos, GatewayConfig.Client client) {
        hear(nowNanos);
        String key = SessionRecord.clientKey(client.publicKey());
        boolean isHere = sessions.ofClient(key) != null || births.has(key);
        if (!pool.isFree(client.publicKey(), client.addresses()) || (isHere && !pool.has(client))) {
            return false;
        }
        births.admit(key);
        if (!isHere) { // what is at rest refers to what is known of its client
            pool.admitted(clients.put(client));
        }
        proceed(nowNanos);
        return true;
    }

    /** Serves the sessions that it has, accepts nothing new, and tells every client to reattach at another gateway, again and again until none is left that could hear. */
    public void drain(long nowNanos) {
        hear(nowNanos);
        ownership.drain(nowNanos);
        proceed(nowNanos);
    }

    /** Whether this gateway drains and no client is left that could hear it. */
    public boolean drained() {
        return ownership.isDrained();
    }

    /** Whether handshakes are answered: not before its records are loaded, nor without a lease, nor once it is to be empty. */
    public boolean isOpen(long nowNanos) {
        return ownership.isReady(nowNanos) && !ownership.isDraining();
    }

    /** How this gateway stands as an owner. */
    public OwnershipStatus ownership(long nowNanos) {
        return ownership.status(nowNanos);
    }

    /**
     * Before a stop that the sessions are to outlive, in a table that does: nothing new is accepted, and the table is told in a last mark what only this gateway's
     * memory knows. Clients hear nothing: their sessions go on as soon as a gateway is there again. Close the table afterwards, so that the mark is durable.
     */
    public void leave(long nowNanos) {
        hear(nowNanos);
        ownership.leave(nowNanos);
        proceed(nowNanos);
    }

    /** Ends everything: every client is told. */
    public void close(long nowNanos) {
        hear(nowNanos);
        sessions.all().forEach(session -> sessions.end(nowNanos, session, ReasonCode.OPERATOR_TERMINATE));
        proceed(nowNanos);
    }

    /** All live sessions at this moment, by id. */
    public List<SessionStatus> sessions(long nowNanos) {
        return residents.statuses(nowNanos);
    }

    /** What a session at rest will do with packets as soon as it is awake. Nobody wakes. */
    public Forwarding forwarding(Resting session) {
        return residents.forwarding(session);
    }

    /** How often a session was put to rest. */
    public long rests() {
        return residents.folds();
    }
}
