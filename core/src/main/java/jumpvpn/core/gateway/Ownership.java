package jumpvpn.core.gateway;

import java.util.List;
import java.util.TreeSet;
import jumpvpn.core.gateway.GatewaySession.Life;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.Fault;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * Whether this gateway may take itself for an owner, and of what: it loads its records, gives signs of life, and hears what others commit (contract section 4).
 * With a lease it marks six times in one, so that the table may be away for most of it; at the lease's end it has nothing, whoever notices first.
 */
final class Ownership {
    private static final long MARK_NANOS = 10_000_000_000L;
    private static final long RETRY_NANOS = 1_000_000_000L;
    private static final int MARKS_A_LEASE = 6;
    private static final int TRIES_A_LEASE = 30;
    private static final int MOST_LOSSES = 512; // of one mark: with more it would take longer than its lease

    private final GatewayContext context;
    private final SessionTable port;
    private final TableClient table;
    private final LiveSessions sessions;
    private final Births births;
    private final AddressPool pool;
    private final HandOvers handOvers;
    private final Owner self;
    private final Orphans orphans;
    private final Drain drain;

    private boolean loaded;
    private boolean loading;
    private final TreeSet<SessionId> changedWhileLoading = new TreeSet<>();
    private boolean leaving;
    private boolean leased;
    private int answered;

    Ownership(
            GatewayContext context,
            TableClient table,
            LiveSessions sessions,
            Births births,
            AddressPool pool,
            HandOvers handOvers,
            Owner self) {
        this.context = context;
        this.port = context.table();
        this.table = table;
        this.sessions = sessions;
        this.births = births;
        this.pool = pool;
        this.handOvers = handOvers;
        this.self = self;
        this.orphans = new Orphans(table, sessions);
        this.drain = new Drain(table, sessions);
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
                table.note(now -> orphans.add(now, record));
            }
        });
        if (!hasLease()) {
            load();
        } else if (!ignoresLease()) { // loads once it has begun
            context.lease().endsAt(Long.MIN_VALUE);
        }
        mark(nowNanos);
    }

    private boolean hasLease() {
        return port.leaseNanos() != Deadlines.NEVER;
    }

    /** Whether anything new may be accepted: not after the lease's end, also by who has not noticed it yet. */
    boolean isReady(long nowNanos) {
        boolean mayOwn = !hasLease() || leased || ignoresLease();
        return mayOwn && !context.lease().isOver(nowNanos) && loaded && !leaving;
    }

    private boolean ignoresLease() {
        return context.has(Fault.SKIP_GATE_E) || context.has(Fault.FENCING_OFF);
    }

    boolean isDraining() {
        return drain.hasBegun();
    }

    /** Why this gateway neither owns a session nor may come to own it; null if it does or may. */
    @Nullable
    ReasonCode notOurs(SessionId id) {
        return switch (context.config().cluster().placement().of(id)) {
            case HERE -> drain.hasBegun() && isMovable(id) ? ReasonCode.NOT_OWNER : null;
            case ELSEWHERE -> ReasonCode.NOT_OWNER;
            case GONE -> ReasonCode.OWNER_GONE;
        };
    }

    /** Whether another gateway could bind it: not where its id says that it is ours, nor where nobody else has its record. Others need not be configured: clients may know them. */
    private boolean isMovable(SessionId id) {
        Cluster cluster = context.config().cluster();
        return cluster.placement().endpoints(id).isEmpty()
                && (hasLease() || !cluster.others().isEmpty());
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

    /** A live record that is ours becomes a session, unless its client is no longer known, or its id says now that it is another's: then it ends. */
    private void own(long nowNanos, SessionRecord record) {
        GatewaySession session = sessions.restored(record, Life.OURS, nowNanos);
        sessions.add(session);
        session.resume(nowNanos);
        sessions.reschedule(session);
        boolean isPlacedHere = context.config().cluster().placement().of(record.id()) == Placement.Place.HERE;
        ReasonCode end = isPlacedHere ? pool.refuses(record) : ReasonCode.OPERATOR_TERMINATE;
        if (end != null) {
            sessions.end(nowNanos, session, end);
        }
    }

    private void mark(long nowNanos) {
        List<SessionTable.Loss> losses = sessions.losses();
        mark(nowNanos, losses.subList(0, Math.min(MOST_LOSSES, losses.size())), this::next);
    }

    private void mark(long nowNanos, List<SessionTable.Loss> losses, Marked then) {
        SessionTable.Mark mark = new SessionTable.Mark(self, nowNanos, List.copyOf(losses));
        port.mark(mark, outcome -> {
            answered++;
            table.note(now -> {
                answered--;
                if (outcome == SessionTable.Outcome.COMMITTED) {
                    marked(now, mark);
                }
                then.marked(now, mark, outcome);
            });
        });
    }

    /** Who hears what became of a mark. */
    @FunctionalInterface
    private interface Marked {
        void marked(long nowNanos, SessionTable.Mark mark, SessionTable.Outcome outcome);
    }

    private void next(long nowNanos, SessionTable.Mark mark, SessionTable.Outcome outcome) {
        long againNanos = mark.nanos() + inLease(MARKS_A_LEASE, MARK_NANOS);
        if (outcome != SessionTable.Outcome.COMMITTED) {
            againNanos = nowNanos + inLease(TRIES_A_LEASE, RETRY_NANOS);
        } else if (mark.losses().size() == MOST_LOSSES) { // there may be more
            againNanos = nowNanos;
        }
        table.at(againNanos, this::mark);
    }

    private void marked(long nowNanos, SessionTable.Mark mark) {
        sessions.told(mark.losses());
        if (hasLease()) {
            long endNanos = mark.nanos() + port.leaseNanos();
            if (!ignoresLease()) {
                context.lease().endsAt(endNanos);
            }
            if (!leased && nowNanos < endNanos) {
                leased = true;
                load();
            }
        }
    }

    /** So often in a lease, and after so long at the latest. */
    private long inLease(int times, long mostNanos) {
        return hasLease() ? Math.min(mostNanos, port.leaseNanos() / times) : mostNanos;
    }

    /** What comes is about to be handled: with a lease that is over nothing is here any more, unless the answer to a mark is among it. */
    void expect(long nowNanos) {
        if (answered == 0) {
            proceed(nowNanos);
        }
    }

    void proceed(long nowNanos) {
        if (ignoresLease()) {
            return;
        }
        if (leased && context.lease().isOver(nowNanos)) {
            leased = false;
            loaded = false;
        }
        if (hasLease() && !leased) { // also what a commit that was under way made ours after the lease had ended
            sessions.all().forEach(session -> sessions.forget(nowNanos, session, ReasonCode.LEASE_LOST));
        }
    }

    long nextNanos() {
        return leased ? context.lease().endNanos() : Deadlines.NEVER;
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
        if (ignoresLease()) {
            return;
        }
        GatewaySession session = sessions.get(id);
        if (!record.owner().equals(self)) {
            if (session != null && isNewer(record, session)) {
                handOvers.begin(nowNanos, session, record);
                sessions.forget(
                        nowNanos, session, ReasonCode.NOT_OWNER, record.owner().gateway());
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

    /** Accepts nothing new, and tells the table what only this memory knows: the sessions are to outlive it. Clients hear nothing. */
    void leave(long nowNanos) {
        leaving = true;
        List<SessionTable.Loss> losses = sessions.losses();
        for (int from = 0; from == 0 || from < losses.size(); from += MOST_LOSSES) {
            mark(nowNanos, losses.subList(from, Math.min(from + MOST_LOSSES, losses.size())), (_, _, _) -> {});
        }
    }

    /** Serves what it has, accepts nothing new, and tells every client to go elsewhere. */
    void drain(long nowNanos) {
        drain.begin(nowNanos);
    }

    /** Whether it was drained and no client is left that could hear. */
    boolean isDrained() {
        return drain.isOver();
    }

    OwnershipStatus status(long nowNanos) {
        return new OwnershipStatus(
                !hasLease() || (leased && !context.lease().isOver(nowNanos)),
                context.lease().endNanos(),
                drain.hasBegun(),
                sessions.size(),
                orphans.size());
    }
}
