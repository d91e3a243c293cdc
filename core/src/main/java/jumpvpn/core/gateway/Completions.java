package jumpvpn.core.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.ownership.SwitchTimes;
import jumpvpn.core.security.TicketSealer;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionMachine.Step;
import org.jspecify.annotations.Nullable;

/**
 * Makes sessions of births. The first authentic packet under a birth's keys commits the session, and in the same commit the end of the client's older one, whoever
 * owns that (contract section 2, superseding).
 */
final class Completions {
    private static final long RETRY_NANOS = 1_000_000_000L;
    private static final long NEVER_WAS_NANOS = LiveSessions.GRAVE_NANOS / 2;

    private final GatewayContext context;
    private final Births births;
    private final LiveSessions sessions;
    private final TableClient table;
    private final TicketOffice tickets;
    private final Owner self;

    Completions(
            GatewayContext context,
            Births births,
            LiveSessions sessions,
            TableClient table,
            TicketOffice tickets,
            Owner self) {
        this.context = context;
        this.births = births;
        this.sessions = sessions;
        this.table = table;
        this.tickets = tickets;
        this.self = self;
    }

    /** The client confirmed. */
    void confirmed(Births.Birth birth) {
        if (!births.isRevoked(birth.clientKey()) && births.claim(birth)) {
            table.readClient(birth.clientKey(), (at, reading) -> {
                GatewaySession here = sessions.ofClient(birth.clientKey());
                switch (reading) {
                    case SessionTable.Reading.None _ when here == null -> commit(at, birth, null);
                    case SessionTable.Reading.Found found
                    when here == null || here.record.id().equals(found.record().id()) -> {
                        GatewaySession older = known(at, found);
                        if (older == null) {
                            births.refused(at, birth); // the client confirms again
                        } else {
                            commit(at, birth, older);
                        }
                    }
                    default -> births.refused(at, birth); // what has ended here is to be told before another's birth
                }
            });
        }
    }

    /**
     * The session of a record: ours if it is what we have in memory. Null if what we have is another epoch's, or not here yet: an answer, or the word of another
     * gateway, is on its way and tells which is true; until then there must be no second one beside it.
     */
    private @Nullable GatewaySession known(long nowNanos, SessionTable.Reading.Found found) {
        if (table.isUnsettled(found.record().commitId())) {
            return null;
        }
        GatewaySession session = sessions.get(found.record().id());
        if (session == null) {
            return sessions.restored(found, nowNanos);
        }
        boolean same =
                session.record.version().epoch() == found.record().version().epoch();
        return same ? session : null;
    }

    /** No handshake of this client is answered or completed from now on, and its session ends. */
    void revoke(String clientKey) {
        births.revoke(clientKey);
        endRevoked(clientKey, null);
    }

    /** The same where every gateway hears of it: its session's owner, if that lives, ends it and tells the client; what is left of it later is ended here. */
    void revokeEverywhere(String clientKey) {
        births.revoke(clientKey);
        endRevokedByOwner(clientKey);
    }

    private void endRevokedByOwner(String clientKey) {
        table.readClient(clientKey, (at, reading) -> {
            if (reading instanceof SessionTable.Reading.Unavailable) {
                table.at(at + RETRY_NANOS, _ -> endRevokedByOwner(clientKey));
            } else if (reading instanceof SessionTable.Reading.Found found && isWithAnother(found)) {
                endRevokedSurely(at, clientKey, found.record().id(), null);
            } else {
                endRevoked(clientKey, null);
            }
        });
    }

    private boolean isWithAnother(SessionTable.Reading.Found found) {
        return !found.ownerGone() && !found.record().owner().equals(self);
    }

    /**
     * Ends the client's session.
     *
     * @param only this one, or null: whichever it has
     */
    private void endRevoked(String clientKey, @Nullable SessionId only) {
        table.readClient(clientKey, (at, reading) -> {
            switch (reading) {
                case SessionTable.Reading.None _ -> {
                    // it has none
                }
                case SessionTable.Reading.Unavailable _ -> table.at(at + RETRY_NANOS, _ -> endRevoked(clientKey, only));
                case SessionTable.Reading.Found found -> {
                    SessionId id = found.record().id();
                    GatewaySession session = known(at, found);
                    if (only != null && !only.equals(id)) {
                        return; // the one that was to end has ended
                    }
                    if (session != null) {
                        sessions.end(at, session, ReasonCode.REVOKED);
                    }
                    endRevokedSurely(at, clientKey, id, session);
                }
            }
        });
    }

    /** Whoever was let go may have ended, or be bound elsewhere by a commit that overtook its end: the table knows. */
    private void endRevokedSurely(long nowNanos, String clientKey, SessionId id, @Nullable GatewaySession session) {
        table.at(nowNanos + RETRY_NANOS, at -> {
            if (session == null || session.isGone()) {
                endRevoked(clientKey, id);
            } else {
                endRevokedSurely(at, clientKey, id, session);
            }
        });
    }

    private void commit(long nowNanos, Births.Birth birth, @Nullable GatewaySession older) {
        long commitId = context.crypto().entropy().nextLong();
        List<Step> rows = birth.machine().plan(List.of(ReasonCode.HANDSHAKE_OK));
        SessionRecord record = record(nowNanos, birth, rows, commitId);
        List<SessionTable.Change> changes = new ArrayList<>();
        changes.add(new SessionTable.Change(birth.id(), 0, record));
        List<Step> lastRows = older == null ? List.of() : older.rows.plan(List.of(ReasonCode.SUPERSEDED));
        if (older != null) {
            changes.add(sessions.removal(older, lastRows, commitId));
            older.rows.freeze();
        }
        table.commit(commitId, changes, (at, outcome) -> {
            if (older != null) {
                older.thaw(at);
            }
            if (outcome == SessionTable.Outcome.COMMITTED) {
                if (older != null && older.isGone()) {
                    sessions.overtaken(
                            at, Objects.requireNonNull(changes.getLast().record()));
                } else if (older != null) {
                    sessions.evict(at, older, lastRows);
                }
                live(at, birth, record, rows);
            } else {
                refused(at, nowNanos, birth, outcome);
                if (older != null) {
                    sessions.settled(at, older);
                }
            }
        });
    }

    /**
     * What was refused in the end may have been committed by an earlier try, and the session gone on or ended since: its rows are said by who did that. Nothing
     * found proves that it never was as long as what is left of an ended session is still there.
     */
    private void refused(long nowNanos, long askedNanos, Births.Birth birth, SessionTable.Outcome outcome) {
        if (outcome == SessionTable.Outcome.UNAVAILABLE) { // before any try was made
            births.refused(nowNanos, birth);
            return;
        }
        table.read(birth.id(), (at, reading) -> {
            switch (reading) {
                case SessionTable.Reading.None _ when at - askedNanos < NEVER_WAS_NANOS -> births.refused(at, birth);
                case SessionTable.Reading.None _, SessionTable.Reading.Found _ -> births.gone(birth);
                case SessionTable.Reading.Unavailable _ ->
                    table.at(at + RETRY_NANOS, again -> refused(again, askedNanos, birth, outcome));
            }
        });
    }

    private SessionRecord record(long nowNanos, Births.Birth birth, List<Step> rows, long commitId) {
        return new SessionRecord(
                birth.id(),
                birth.clientKey(),
                birth.client().name(),
                self,
                commitId,
                SessionRows.records(rows),
                List.of(birth.secret()),
                "",
                birth.inner(),
                context.config().policy(),
                nowNanos + context.config().policy().get(PolicyKey.SESSION_MAX_LIFETIME),
                nowNanos,
                SwitchTimes.born(nowNanos));
    }

    private void live(long nowNanos, Births.Birth birth, SessionRecord record, List<Step> rows) {
        births.completed(nowNanos, birth);
        boolean isLoaded =
                sessions.get(birth.id()) != null; // the lease ended and came back while the answer was under way
        if (isLoaded || sessions.isBuried(birth.id())) {
            return;
        }
        GatewaySession session = GatewaySession.born(context, birth, record, nowNanos);
        sessions.add(session);
        session.take(
                nowNanos, rows.getLast(), new Detail("client", birth.client().name()), session.innerDetail());
        session.open(nowNanos);
        welcome(nowNanos, session);
        sessions.reschedule(session);
        if (births.isRevoked(birth.clientKey())) { // while the commit was under way
            sessions.end(nowNanos, session, ReasonCode.REVOKED);
        }
    }

    /** Tells the client that its session is committed. */
    void welcome(long nowNanos, GatewaySession session) {
        ActivePath active = session.path.active();
        if (active != null && !session.path.isStopped()) {
            byte[] seed = context.crypto().entropy().bytes(TicketSealer.SEED_LENGTH);
            session.path.send(
                    nowNanos,
                    active.binding,
                    new BindingMessage.Welcome(
                            session.machine.version(), tickets.token(nowNanos), tickets.tickets(session.record, seed)));
        }
    }
}
