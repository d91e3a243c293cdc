package jumpvpn.core.gateway;

import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import jumpvpn.core.data.Binding;
import jumpvpn.core.gateway.GatewaySession.Life;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionMachine.Step;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.Transition;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that this gateway has in memory, when each has something to do, and how each ends: packets stop at once, the row is said when it is committed. What
 * is left of an ended session stays in the table for a while, so that a crash right after the commit loses no event.
 */
final class LiveSessions {
    static final long GRAVE_NANOS = 10_000_000_000L;
    static final long NOBODY = 0;
    private static final long RETRY_NANOS = 1_000_000_000L;

    private final GatewayContext context;
    private final TableClient table;
    private final Owner self;
    private final Residents residents;
    private final TreeMap<SessionId, SessionTable.Loss> losses = new TreeMap<>();
    private final TreeSet<SessionId> graves = new TreeSet<>();
    private final LostSwitches lostSwitches = new LostSwitches();

    LiveSessions(GatewayContext context, TableClient table, Residents residents, Owner self) {
        this.context = context;
        this.table = table;
        this.residents = residents;
        this.self = self;
    }

    @Nullable
    GatewaySession get(SessionId id) {
        return residents.get(id);
    }

    /** The session of the client with this public key, or null. */
    @Nullable
    GatewaySession ofClient(String clientKey) {
        return residents.ofClient(clientKey);
    }

    /** The session that a binding belongs to, or null. */
    @Nullable
    GatewaySession of(Binding binding) {
        return residents.of(binding);
    }

    List<GatewaySession> all() {
        return residents.all();
    }

    /** The ids of all, in order. Nobody wakes. */
    List<SessionId> ids() {
        return residents.ids();
    }

    int size() {
        return residents.size();
    }

    void add(GatewaySession session) {
        residents.add(session);
    }

    /** The losses of bindings that no mark has told. */
    List<SessionTable.Loss> losses() {
        return List.copyOf(losses.values());
    }

    /** A mark has told them. */
    void told(List<SessionTable.Loss> told) {
        losses.values().removeAll(told);
    }

    private void remove(GatewaySession session) {
        if (residents.remove(session)) {
            losses.remove(session.record.id());
        }
    }

    /** The session has something new to wait for. */
    void reschedule(GatewaySession session) {
        residents.reschedule(session);
    }

    void proceed(long nowNanos) {
        residents.proceed(nowNanos);
        for (GatewaySession session = residents.pollDue(nowNanos);
                session != null;
                session = residents.pollDue(nowNanos)) {
            ReasonCode end = session.proceed(nowNanos);
            SessionTable.Loss loss = session.untoldLoss();
            if (loss != null) {
                losses.put(loss.id(), loss);
            }
            if (end == null) {
                residents.settle(nowNanos, session);
            } else {
                end(nowNanos, session, end);
            }
        }
        residents.proceed(nowNanos);
    }

    long nextNanos() {
        return residents.nextNanos();
    }

    /** Known from its record only: to be bound here, or ended. */
    GatewaySession restored(SessionTable.Reading.Found found, long nowNanos) {
        Life theirs = found.ownerGone() ? Life.OWNER_GONE : Life.ELSEWHERE;
        Life life = found.record().owner().gateway() == self.gateway() ? Life.OURS : theirs;
        return restored(found.record(), life, nowNanos);
    }

    /** Known from its record only, with this life. */
    GatewaySession restored(SessionRecord record, Life life, long nowNanos) {
        GatewaySession session = GatewaySession.restored(context, record, life, nowNanos);
        session.switches = lostSwitches.of(record);
        return session;
    }

    /** It was not to be: the session stays with whoever has it. */
    void drop(GatewaySession session) {
        remove(session);
        session.leave(NOBODY);
    }

    /** Ends a session. Packets stop now; the end is committed as soon as no other commit of the session is under way. */
    void end(long nowNanos, GatewaySession session, ReasonCode reason) {
        boolean isDecided = session.ending != null && (endsAnyBinding(session.ending) || !endsAnyBinding(reason));
        if (isDecided || session.isGone()) {
            return;
        }
        session.ending = reason;
        if (session.rows.isFrozen()
                && !endsAnyBinding(reason)) { // the bind that is under way may yet make it pointless
            session.path.gate.drop();
        } else {
            session.sayClose(nowNanos, reason);
            session.stop(nowNanos);
        }
        reschedule(session);
        settled(nowNanos, session);
    }

    private static boolean endsAnyBinding(ReasonCode reason) {
        return Transition.find(Role.GATEWAY, SessionState.ATTACHED, true, reason) != null;
    }

    /** A commit of the session is settled; what was put off meanwhile is due, and what was to be ended is ended now. */
    void settled(long nowNanos, GatewaySession session) {
        reschedule(session);
        ReasonCode reason = session.ending;
        boolean waits = session.rows.isFrozen() || nowNanos < session.endAgainNanos;
        boolean over = session.isGone() || isBuried(session.record.id()); // as an orphan it may have been met twice
        if (reason == null || waits || over) {
            return;
        }
        List<Step> rows = session.rows.plan(List.of(reason));
        if (rows.isEmpty()) {
            session.ending = null;
            return;
        }
        session.stop(nowNanos);
        session.rows.freeze();
        long commitId = context.crypto().entropy().nextLong();
        table.commit(
                commitId,
                List.of(removal(session, rows, commitId)),
                (at, outcome) -> ended(at, session, rows, outcome));
    }

    /** What replaces the record when it ends with these rows. */
    SessionTable.Change removal(GatewaySession session, List<Step> rows, long commitId) {
        SessionRecord before = session.record;
        return new SessionTable.Change(
                before.id(), before.version().epoch(), before.ended(self, commitId, session.rows.kept(rows)));
    }

    private void ended(long nowNanos, GatewaySession session, List<Step> rows, SessionTable.Outcome outcome) {
        session.thaw(nowNanos);
        if (session.isGone()) {
            return;
        }
        switch (outcome) {
            case COMMITTED -> evict(nowNanos, session, rows);
            case UNAVAILABLE -> {
                session.endAgainNanos = nowNanos + RETRY_NANOS; // whatever asks for it before
                table.at(session.endAgainNanos, again -> settled(again, session));
            }
            case REFUSED -> forget(nowNanos, session, ReasonCode.NOT_OWNER);
            case UNKNOWN -> throw new IllegalStateException("never handed on");
        }
    }

    /** The end is committed. An orphan may be ours again meanwhile, by a lease that came back: then its rows were told, and its end goes on from there. */
    void evict(long nowNanos, GatewaySession session, List<Step> rows) {
        GatewaySession loaded = residents.get(session.record.id());
        GatewaySession here = loaded == null ? session : loaded;
        if (!here.path.isStopped()) {
            here.sayClose(nowNanos, rows.getLast().reason());
            here.stop(nowNanos);
        }
        rows.forEach(row -> here.take(nowNanos, row));
        drop(here);
        session.leave(NOBODY);
        bury(nowNanos, session.record.id());
    }

    /** A visitor is ours now. Another session of its client's that is here has ended elsewhere, though nobody has told us yet. */
    void taken(long nowNanos, GatewaySession visitor) {
        visitor.visiting = false;
        GatewaySession other = ofClient(visitor.record.clientKey());
        if (other != null && other != visitor && other.ending == null) { // else its rows are told with its end
            forget(nowNanos, other, ReasonCode.NOT_OWNER);
        }
        add(visitor);
    }

    /** A commit of ours ended a session that we had lost meanwhile. What was loaded of it since is not the session any more: its rows are said as the table has them. */
    void overtaken(long nowNanos, SessionRecord ended) {
        GatewaySession loaded = residents.get(ended.id());
        if (loaded != null) {
            forget(nowNanos, loaded, ReasonCode.NOT_OWNER);
            tellEnd(nowNanos, ended);
        }
    }

    /** Says again the rows of an ended record that is ours, and lets it go. */
    void tellEnd(long nowNanos, SessionRecord ended) {
        restored(ended, Life.OURS, nowNanos).rows.tellAgain(nowNanos);
        bury(nowNanos, ended.id());
    }

    /** Removes what is left of an ended session once its events are surely told. */
    private void bury(long nowNanos, SessionId id) {
        graves.add(id);
        table.at(nowNanos + GRAVE_NANOS, at -> {
            long commitId = context.crypto().entropy().nextLong();
            table.commit(commitId, List.of(new SessionTable.Change(id, 0, null)), (again, outcome) -> {
                if (outcome == SessionTable.Outcome.UNAVAILABLE) {
                    bury(again, id);
                }
            });
        });
    }

    /** The watch says that nothing is left of an ended session: what was read before this may still be under way, what is read later lacks it. */
    void removed(SessionId id) {
        graves.remove(id);
    }

    /** Whether the end of this session was told here, and what is left of it may be in the table yet. */
    boolean isBuried(SessionId id) {
        return graves.contains(id);
    }

    /** Somebody else owns the session now, or we may no longer take ourselves for its owner: its binding ends here, without a row. */
    void forget(long nowNanos, GatewaySession session, ReasonCode reason) {
        forget(nowNanos, session, reason, NOBODY);
    }

    /** The same. @param gateway the number of the one that owns it now; 0: nobody known */
    void forget(long nowNanos, GatewaySession session, ReasonCode reason, long gateway) {
        if (session.isGone()) {
            return;
        }
        boolean wasOurs = residents.has(session); // else it was known from its record only
        if (!session.path.isStopped()) { // else it has ended, or is handed over
            session.stop(nowNanos);
        }
        remove(session);
        session.leave(gateway);
        if (!wasOurs) {
            return;
        }
        lostSwitches.add(nowNanos, session);
        session.journal.emit(
                nowNanos,
                EventType.OWNERSHIP_CHANGE,
                reason,
                session.machine.version(),
                session.pathName(),
                new Detail(
                        "from_gateway", Long.toHexString(session.record.owner().gateway())));
    }
}
