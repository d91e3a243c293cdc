package jumpvpn.core.gateway;

import java.util.List;
import java.util.TreeSet;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.gateway.GatewaySession.Life;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.Fault;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * Whether this gateway may take itself for an owner, and of what: it loads its records, gives signs of life, hears what others commit, and ends what is due on
 * records whose owner's lease is gone (contract section 4).
 */
final class Ownership {
    private static final long MARK_NANOS = 10_000_000_000L;
    private static final long RETRY_NANOS = 1_000_000_000L;
    private static final int MOST_ORPHANS = 65_536;

    private final GatewayContext context;
    private final SessionTable port;
    private final TableClient table;
    private final LiveSessions sessions;
    private final Births births;
    private final AddressPool pool;
    private final Owner self;
    /** Sessions without an owner that wait here for their end, or end. */
    private final TreeSet<SessionId> orphans = new TreeSet<>();

    private boolean loaded;
    private boolean loading;
    private final TreeSet<SessionId> changedWhileLoading = new TreeSet<>();
    private boolean draining;
    private boolean leaving;
    private boolean leased;
    private long leaseEndNanos = Deadlines.NEVER;

    Ownership(
            GatewayContext context,
            TableClient table,
            LiveSessions sessions,
            Births births,
            AddressPool pool,
            Owner self) {
        this.context = context;
        this.port = context.table();
        this.table = table;
        this.sessions = sessions;
        this.births = births;
        this.pool = pool;
        this.self = self;
    }

    /** Hears of every change from now on, loads what this gateway owned when it last ran, and gives signs of life. */
    void start(long nowNanos) {
        port.watch(new SessionTable.Watcher() {
            @Override
            public void committed(SessionId id, @Nullable SessionRecord record) {
                table.note(now -> changed(now, id, record));
            }

            @Override
            public void ownerGone(SessionRecord record) {
                table.note(now -> orphaned(now, record));
            }
        });
        if (!hasLease()) { // else once the lease has begun
            load();
        }
        mark(nowNanos);
    }

    private boolean hasLease() {
        return port.leaseNanos() != Deadlines.NEVER;
    }

    /** Whether anything new may be accepted: not after the lease's end, also by who has not noticed it yet. */
    boolean isReady(long nowNanos) {
        boolean mayOwn = !hasLease() || (leased && nowNanos < leaseEndNanos) || context.has(Fault.SKIP_GATE_E);
        return mayOwn && loaded && !leaving;
    }

    boolean isDraining() {
        return draining;
    }

    /** Why this gateway neither owns a session nor may come to own it; null if it does or may. */
    @Nullable
    ReasonCode notOurs(SessionId id) {
        if (draining && !context.config().cluster().others().isEmpty()) { // else there is nobody better
            return ReasonCode.NOT_OWNER;
        }
        return switch (context.config().cluster().placement().of(id)) {
            case HERE -> null;
            case ELSEWHERE -> ReasonCode.NOT_OWNER;
            case GONE -> ReasonCode.OWNER_GONE;
        };
    }

    private void load() {
        if (!loading) {
            loading = true;
            changedWhileLoading.clear();
            port.load(self.gateway(), records -> table.note(now -> loaded(now, records)));
        }
    }

    /**
     * Nothing is committed, but the end of what the configuration no longer allows: the last rows are said again, the inner routes are there, deadlines run.
     */
    private void loaded(long nowNanos, List<SessionRecord> records) {
        loading = false;
        if (hasLease() && !leased) { // it ended meanwhile: the next one loads again
            return;
        }
        loaded = true;
        for (SessionRecord record : records) {
            if (table.isUnsettled(record.commitId())) {
                changedLater(nowNanos, record.id(), record);
            } else if (!changedWhileLoading.contains(record.id())) {
                take(nowNanos, record);
            }
        }
        changedWhileLoading.forEach(this::read); // what was loaded may be older than what the watch told meanwhile
    }

    private void read(SessionId id) {
        table.read(id, (at, reading) -> adopt(at, id, reading));
    }

    /** What was read may be older than what was committed here meanwhile: then it is left alone. */
    private void take(long nowNanos, SessionRecord record) {
        GatewaySession known = sessions.get(record.id());
        if (sessions.isBuried(record.id()) || (known != null && !isNewer(record, known))) {
            return;
        }
        if (known != null) { // a bind of our own came in late: what is here is not the session any more
            sessions.forget(nowNanos, known, ReasonCode.NOT_OWNER);
        }
        births.became(record.id());
        if (record.isLive()) {
            own(nowNanos, record);
        } else {
            sessions.tellEnd(nowNanos, record);
        }
    }

    /** A live record that is ours becomes a session, unless its client is no longer known: then it ends. */
    private void own(long nowNanos, SessionRecord record) {
        GatewaySession session = sessions.restored(record, Life.OURS, nowNanos);
        sessions.add(session);
        session.resume(nowNanos);
        sessions.reschedule(session);
        ReasonCode end = pool.refuses(record);
        if (end != null) {
            sessions.end(nowNanos, session, end);
        }
    }

    private void mark(long nowNanos) {
        SessionTable.Mark mark = new SessionTable.Mark(self, nowNanos, sessions.losses());
        port.mark(mark, outcome -> table.note(now -> marked(now, mark, outcome)));
    }

    private void marked(long nowNanos, SessionTable.Mark mark, SessionTable.Outcome outcome) {
        long everyNanos = hasLease() ? Math.min(MARK_NANOS, port.leaseNanos() / 3) : MARK_NANOS;
        if (outcome != SessionTable.Outcome.COMMITTED) {
            table.at(nowNanos + Math.min(RETRY_NANOS, everyNanos), this::mark);
            return;
        }
        sessions.told(mark.losses());
        table.at(mark.nanos() + everyNanos, this::mark);
        if (hasLease()) {
            leaseEndNanos = mark.nanos() + port.leaseNanos();
            if (!leased && nowNanos < leaseEndNanos) {
                leased = true;
                load();
            }
        }
    }

    void proceed(long nowNanos) {
        if (context.has(Fault.SKIP_GATE_E)) {
            return;
        }
        if (leased && nowNanos >= leaseEndNanos) {
            leased = false;
            loaded = false;
        }
        if (hasLease() && !leased) { // also what a commit that was under way made ours after the lease had ended
            sessions.all().forEach(session -> sessions.forget(nowNanos, session, ReasonCode.LEASE_LOST));
        }
    }

    long nextNanos() {
        return leased && !context.has(Fault.SKIP_GATE_E) ? leaseEndNanos : Deadlines.NEVER;
    }

    /** Somebody committed something: if it is not us, the session is no longer ours; if it is us and nobody here waits for it any more, it is. */
    private void changed(long nowNanos, SessionId id, @Nullable SessionRecord record) {
        if (loading) {
            changedWhileLoading.add(id);
        }
        if (record == null) {
            sessions.removed(id);
            return;
        }
        if (context.has(Fault.SKIP_GATE_E)) {
            return;
        }
        GatewaySession session = sessions.get(id);
        if (!record.owner().equals(self)) {
            if (session != null && isNewer(record, session)) {
                sessions.forget(nowNanos, session, ReasonCode.NOT_OWNER);
            }
        } else if (isUnexpected(session, record)) {
            if (table.isUnsettled(record.commitId())) {
                changedLater(nowNanos, id, record);
            } else { // as read now: it may have gone on since
                read(id);
            }
        }
    }

    /** Whoever asked for the commit hears first, but may be gone by the time it is settled. */
    private void changedLater(long nowNanos, SessionId id, SessionRecord record) {
        table.at(nowNanos + RETRY_NANOS, again -> changed(again, id, record));
    }

    /** Whether a commit of ours that was given up has come in after all. */
    private static boolean isUnexpected(@Nullable GatewaySession session, SessionRecord record) {
        return session == null ? record.isLive() : isNewer(record, session);
    }

    private static boolean isNewer(SessionRecord record, GatewaySession session) {
        return record.version().compareTo(session.record.version()) > 0;
    }

    private void adopt(long nowNanos, SessionId id, SessionTable.Reading reading) {
        if (reading instanceof SessionTable.Reading.Unavailable) {
            table.at(nowNanos + RETRY_NANOS, _ -> read(id));
            return;
        }
        if (!(reading instanceof SessionTable.Reading.Found found)
                || !found.record().owner().equals(self)
                || !isReady(nowNanos)) {
            return;
        }
        GatewaySession session = sessions.get(found.record().id());
        if (isUnexpected(session, found.record())
                && !table.isUnsettled(found.record().commitId())) {
            take(nowNanos, found.record());
        }
    }

    private void orphaned(long nowNanos, SessionRecord record) {
        if (orphans.size() < MOST_ORPHANS && sessions.get(record.id()) == null && orphans.add(record.id())) {
            wait(nowNanos, record);
        }
    }

    private void wait(long nowNanos, SessionRecord record) {
        long dueNanos = Math.max(nowNanos, dueNanos(record));
        table.at(dueNanos, _ -> table.read(record.id(), (at, reading) -> orphanRead(at, record, reading)));
    }

    private static long dueNanos(SessionRecord record) {
        return Math.min(record.lifetimeEndNanos(), lossEndNanos(record));
    }

    private static long lossEndNanos(SessionRecord record) {
        return record.noBindingSinceNanos() + record.policy().get(PolicyKey.SESSION_TRANSPORT_LOSS_TTL);
    }

    private void orphanRead(long nowNanos, SessionRecord orphan, SessionTable.Reading reading) {
        if (reading instanceof SessionTable.Reading.Unavailable) {
            table.at(nowNanos + RETRY_NANOS, again -> wait(again, orphan));
            return;
        }
        boolean waits = reading instanceof SessionTable.Reading.Found found
                && found.ownerGone()
                && found.record().isLive()
                && sessions.get(found.record().id()) == null;
        if (!waits) {
            orphans.remove(orphan.id());
            return;
        }
        SessionRecord record = ((SessionTable.Reading.Found) reading).record();
        if (nowNanos < dueNanos(record)) {
            wait(nowNanos, record);
            return;
        }
        GatewaySession session = sessions.restored(record, Life.LOST, nowNanos);
        boolean lost = nowNanos >= lossEndNanos(record); // where both times are over, the table's order decides
        sessions.end(nowNanos, session, lost ? ReasonCode.TTL_TRANSPORT_LOSS_EXPIRED : ReasonCode.TTL_SESSION_EXPIRED);
        untilGone(nowNanos, session);
    }

    /** One end of a session at a time, however often we are told that its owner is gone. */
    private void untilGone(long nowNanos, GatewaySession session) {
        SessionId id = session.record.id();
        if (session.isGone() || session.ending == null || sessions.isBuried(id)) {
            orphans.remove(id);
        } else {
            table.at(nowNanos + RETRY_NANOS, again -> untilGone(again, session));
        }
    }

    /** Accepts nothing new, and tells the table what only this memory knows: the sessions are to outlive it. Clients hear nothing. */
    void leave(long nowNanos) {
        leaving = true;
        mark(nowNanos);
    }

    /** Serves what it has, accepts nothing new, and tells every client to go elsewhere. */
    void drain(long nowNanos) {
        draining = true;
        for (GatewaySession session : sessions.all()) {
            ActivePath active = session.path.active();
            if (active != null && session.machine.bindingAlive() && !session.path.isStopped()) {
                session.path.send(nowNanos, active.binding, new BindingMessage.Draining());
            }
        }
    }
}
