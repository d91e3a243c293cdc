package jumpvpn.core.gateway;

import java.util.List;
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
    private final AddressPool pool;
    private final Owner self;
    private int orphans;
    private boolean loaded;
    private boolean loading;
    private boolean draining;
    private boolean leased;
    private long leaseEndNanos = Deadlines.NEVER;

    Ownership(GatewayContext context, TableClient table, LiveSessions sessions, AddressPool pool, Owner self) {
        this.context = context;
        this.port = context.table();
        this.table = table;
        this.sessions = sessions;
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

    /** Whether anything new may be accepted. */
    boolean isReady() {
        return loaded && (leased || !hasLease() || context.has(Fault.SKIP_GATE_E));
    }

    boolean isDraining() {
        return draining;
    }

    /** Why this gateway neither owns a session nor may come to own it; null if it does or may. */
    @Nullable
    ReasonCode notOurs(SessionId id) {
        if (draining) {
            return ReasonCode.NOT_OWNER;
        }
        return switch (context.config().placement().of(id)) {
            case HERE -> null;
            case ELSEWHERE -> ReasonCode.NOT_OWNER;
            case GONE -> ReasonCode.OWNER_GONE;
        };
    }

    private void load() {
        if (!loading) {
            loading = true;
            port.load(self.gateway(), records -> table.note(now -> loaded(now, records)));
        }
    }

    /**
     * Nothing is committed, but the end of what the configuration no longer allows: the last rows are said again, the inner routes are there, deadlines run.
     */
    private void loaded(long nowNanos, List<SessionRecord> records) {
        loading = false;
        loaded = true;
        for (SessionRecord record : records) {
            GatewaySession session = GatewaySession.restored(context, record, Life.OURS, nowNanos);
            if (record.isLive()) {
                sessions.add(session);
                session.resume(nowNanos);
                sessions.reschedule(session);
                ReasonCode end = pool.refuses(record);
                if (end != null) {
                    sessions.end(nowNanos, session, end);
                }
            } else {
                session.rows.tellAgain(nowNanos);
                sessions.bury(nowNanos, record.id());
            }
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
        if (leased && nowNanos >= leaseEndNanos && !context.has(Fault.SKIP_GATE_E)) {
            leased = false;
            loaded = false;
            sessions.all().forEach(session -> sessions.forget(nowNanos, session, ReasonCode.LEASE_LOST));
        }
    }

    long nextNanos() {
        return leased && !context.has(Fault.SKIP_GATE_E) ? leaseEndNanos : Deadlines.NEVER;
    }

    /** Somebody committed something: if it is not us, the session is no longer ours. */
    private void changed(long nowNanos, SessionId id, @Nullable SessionRecord record) {
        GatewaySession session = sessions.get(id);
        if (session == null || record == null || record.owner().equals(self) || context.has(Fault.SKIP_GATE_E)) {
            return;
        }
        if (record.version().compareTo(session.record.version()) > 0) {
            sessions.forget(nowNanos, session, ReasonCode.NOT_OWNER);
        }
    }

    private void orphaned(long nowNanos, SessionRecord record) {
        if (orphans < MOST_ORPHANS && sessions.get(record.id()) == null) {
            orphans++;
            wait(nowNanos, record);
        }
    }

    private void wait(long nowNanos, SessionRecord record) {
        long dueNanos = Math.max(nowNanos, dueNanos(record));
        table.at(dueNanos, due -> table.read(record.id(), this::orphanRead));
    }

    private static long dueNanos(SessionRecord record) {
        return Math.min(
                record.lifetimeEndNanos(),
                record.noBindingSinceNanos() + record.policy().get(PolicyKey.SESSION_TRANSPORT_LOSS_TTL));
    }

    private void orphanRead(long nowNanos, SessionTable.Reading reading) {
        if (reading instanceof SessionTable.Reading.Unavailable) {
            orphans--;
            return;
        }
        boolean waits = reading instanceof SessionTable.Reading.Found found
                && found.ownerGone()
                && found.record().isLive()
                && sessions.get(found.record().id()) == null;
        if (!waits) {
            orphans--;
            return;
        }
        SessionRecord record = ((SessionTable.Reading.Found) reading).record();
        if (nowNanos < dueNanos(record)) {
            wait(nowNanos, record);
            return;
        }
        orphans--;
        GatewaySession session = GatewaySession.restored(context, record, Life.LOST, nowNanos);
        boolean lifetime = nowNanos >= record.lifetimeEndNanos();
        sessions.end(
                nowNanos, session, lifetime ? ReasonCode.TTL_SESSION_EXPIRED : ReasonCode.TTL_TRANSPORT_LOSS_EXPIRED);
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
