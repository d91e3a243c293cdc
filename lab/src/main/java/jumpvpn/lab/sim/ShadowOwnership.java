package jumpvpn.lab.sim;

import java.util.ArrayDeque;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import jumpvpn.core.control.Token;
import jumpvpn.core.observability.Event;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.security.Ticket;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.lab.model.Binds;
import jumpvpn.lab.model.OwnerView;
import jumpvpn.lab.model.Reason;
import jumpvpn.lab.model.Record;
import jumpvpn.lab.model.Request;
import jumpvpn.lab.model.Row;
import jumpvpn.lab.model.Version;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway knows of the table beside the model, by what it was told and has read: whether it may take itself for an owner, and of what (contract section 4). Of
 * its own records it may take up one at any time in a table that others share; in its own table at the start, and then all of them.
 */
final class ShadowOwnership {
    private static final long SLACK_NANOS = 5_000_000;
    private static final long MOST_BETWEEN_MARKS_NANOS = 10_000_000_000L;
    private static final long MOST_BEFORE_RETRY_NANOS = 1_000_000_000L;
    private static final int MOST_LOSSES = 512;
    private static final long WALL_SKEW_SECONDS = 60; // docs/adr/0010

    /** When a session that this gateway lost was bound, as it knew it. */
    private record Lost(long epoch, Binds binds) {}

    private final ShadowGateway gateway;
    private final GatewayNode node;
    private final TreeMap<SessionId, SessionTable.Reading.Found> known = new TreeMap<>();
    private final TreeMap<SessionId, SessionTable.Reading.Found> read = new TreeMap<>();
    private final TreeMap<SessionId, ArrayDeque<Row>> graves = new TreeMap<>();
    private final TreeSet<SessionId> ended = new TreeSet<>();
    private final TreeMap<SessionId, Lost> lost = new TreeMap<>();
    private @Nullable Owner self;
    private long startedNanos;
    private long leaseEndNanos;
    private boolean loaded;
    private boolean draining;
    private boolean leaving;
    /** When it must mark: sooner would be too much, later too late. */
    private long nextMarkNanos;

    ShadowOwnership(ShadowGateway gateway, GatewayNode node) {
        this.gateway = gateway;
        this.node = node;
    }

    void starts(long nowNanos) {
        startedNanos = nowNanos;
        leaseEndNanos = Long.MIN_VALUE;
        nextMarkNanos = nowNanos;
    }

    /** The process is gone. */
    void dies() {
        known.clear();
        read.clear();
        graves.clear();
        ended.clear();
        lost.clear();
        self = null;
        loaded = false;
        draining = false;
        leaving = false;
    }

    private Violation violation(String what) {
        return new Violation("MODEL", gateway.name + " " + what);
    }

    void drains() {
        draining = true;
    }

    /** The operator is about to stop the process: it tells once more what only it knows. */
    void leaves() {
        leaving = true;
    }

    boolean isDraining() {
        return draining;
    }

    private boolean isShared() {
        return node.table().leaseNanos() != Deadlines.NEVER;
    }

    /** Whether anything new may be accepted. */
    boolean isReady(long nowNanos) {
        return loaded && (!isShared() || nowNanos < leaseEndNanos);
    }

    /** Why this gateway neither owns a session nor may come to own it, or null. */
    @Nullable
    Reason notOurs(SessionId id) {
        boolean anybodyElse = isShared(); // sticky: nobody; alone: nobody
        return switch (node.placeOf(id)) {
            case HERE -> draining && anybodyElse ? Reason.NOT_OWNER : null;
            case ELSEWHERE -> Reason.NOT_OWNER;
            case GONE -> Reason.OWNER_GONE;
        };
    }

    /** Whether a ticket opens no more: its session's lifetime is over by the wall clock that the gateway was told at its start, and by what clocks may differ. */
    boolean isExpired(long nowNanos, Ticket ticket) {
        long wallSeconds = GatewayNode.WALL_SECONDS + (nowNanos - startedNanos) / 1_000_000_000;
        return ticket.expirySeconds() < wallSeconds - WALL_SKEW_SECONDS;
    }

    Request translated(Exchange.Asked asked) {
        Token token = asked.message().body().token();
        boolean ofThisStart =
                self != null && token.incarnation() == self.incarnation() && token.issuedNanos() >= startedNanos;
        return Translation.request(
                asked, ofThisStart, node.world.scenario.policy(), otherEnds(asked.session()), notOurs(asked.session()));
    }

    /** Whether a session that is not here would come beside another one of its client's, whose end is not told yet. */
    private boolean otherEnds(SessionId id) {
        SessionTable.Reading.Found found = known.get(id);
        Owned other = found == null || gateway.owned(id) != null
                ? null
                : gateway.ofClient(node.world.clientOf(found.record().clientKey()));
        return other != null && other.view().ending() != null;
    }

    /** The gateway gives a sign of life, and tells of the bindings that were lost. */
    void marks(SessionTable.Mark mark) {
        self = mark.owner();
        if (mark.nanos() < nextMarkNanos - SLACK_NANOS && !leaving) {
            throw violation("marks " + (nextMarkNanos - mark.nanos()) + " ns too early");
        }
        nextMarkNanos = Deadlines.NEVER;
        for (Owned owned : gateway.sessions()) {
            OwnerView view = owned.view();
            Long told = mark.losses().stream()
                    .filter(loss -> loss.id().equals(owned.id)
                            && loss.epoch() == view.version().epoch())
                    .map(SessionTable.Loss::nanos)
                    .findFirst()
                    .orElse(null);
            boolean waits = told == null && mark.losses().size() == MOST_LOSSES;
            boolean right = waits || (told == null ? !view.isLossUntold() : told == view.lossNanos());
            if (!right && view.ending() == null && !owned.visiting) {
                throw violation("marks the loss of " + owned.id + " at " + told + ", the model "
                        + (view.isLossUntold() ? view.lossNanos() : "none"));
            }
        }
    }

    /** What became of the mark. If the table took it, the lease counts from when it was given. */
    void marked(long nowNanos, SessionTable.Mark mark, SessionTable.Outcome outcome) {
        boolean committed = outcome == SessionTable.Outcome.COMMITTED;
        nextMarkNanos = committed
                ? mark.nanos() + partOfLease(6, MOST_BETWEEN_MARKS_NANOS)
                : nowNanos + partOfLease(30, MOST_BEFORE_RETRY_NANOS);
        if (!committed) {
            return;
        }
        if (mark.losses().size() == MOST_LOSSES) {
            nextMarkNanos = nowNanos;
        }
        for (SessionTable.Loss loss : mark.losses()) {
            Owned owned = gateway.owned(loss.id());
            if (owned != null) {
                owned.view().lossTold();
            }
        }
        if (isShared()) {
            leaseEndNanos = mark.nanos() + node.table().leaseNanos();
        }
    }

    private long partOfLease(int part, long mostNanos) {
        return isShared() ? Math.min(node.table().leaseNanos() / part, mostNanos) : mostNanos;
    }

    /** The table says something else than what became of a mark: with a lease that is over nothing is here for it to be about. */
    void expects(long nowNanos) {
        if (isShared() && nowNanos >= leaseEndNanos) {
            gateway.sessions().forEach(gateway::forgets);
        }
    }

    /** What this gateway owned when it ran last: nothing is committed, the last rows are said again. */
    void loaded(long nowNanos, List<SessionRecord> records) {
        if (isShared() && nowNanos >= leaseEndNanos) {
            return;
        }
        loaded = true;
        for (SessionRecord record : records) {
            if (isShared()) {
                knows(record, false);
            } else if (record.isLive()) {
                gateway.owns(take(record));
            } else {
                graves.put(record.id(), new ArrayDeque<>(Translation.rows(record)));
                ends(record.id());
            }
        }
    }

    /** The end of a session was told here; what is left of it may be in the table yet. */
    void ends(SessionId id) {
        ended.add(id);
    }

    /** Whether it was, and what is left may still be there. */
    boolean isEnded(SessionId id) {
        return ended.contains(id);
    }

    /** This gateway has a session no more, which others go on with. */
    void loses(Owned owned) {
        if (gateway.owned(owned.id) == owned) {
            lost.put(owned.id, new Lost(owned.recorded.epoch(), owned.view().binds()));
        }
    }

    private OwnerView loaded(SessionRecord record, OwnerView.Life life) {
        OwnerView view = OwnerView.loaded(gateway.terms(), Translation.record(record), life);
        Lost before = lost.get(record.id());
        if (before != null) {
            view.remembers(before.binds, before.epoch);
        }
        return view;
    }

    private Owned take(SessionRecord record) {
        Record left = Translation.record(record);
        OwnerView view = loaded(record, OwnerView.Life.OURS);
        return Owned.loaded(gateway.name, record.id(), view, node.world.clientOf(record.clientKey()), left);
    }

    /** The record was read: who acts on that may do so whatever it is told meanwhile, for the commit is what decides. */
    void reads(SessionTable.Reading.Found found) {
        read.put(found.record().id(), found);
        knows(found.record(), found.ownerGone());
    }

    /** The record was read, or told of. */
    void knows(SessionRecord record, boolean ownerGone) {
        SessionTable.Reading.Found before = known.get(record.id());
        if (before == null
                || !Compared.version(record.version())
                        .isBefore(Compared.version(before.record().version()))) {
            known.put(record.id(), new SessionTable.Reading.Found(record, ownerGone));
        }
    }

    /** Somebody committed something: a session that is another's now is not ours any more. */
    void hears(SessionId id, @Nullable SessionRecord record) {
        if (record == null) {
            ended.remove(id);
            return;
        }
        knows(record, false);
        Owned owned = gateway.owned(id);
        boolean others = !record.owner().equals(self);
        if (owned != null && others && owned.recorded.isBefore(Compared.version(record.version()))) {
            gateway.forgets(owned);
        }
    }

    /** A session known from this record only, to be bound or ended. */
    Owned guest(SessionTable.Reading.Found found) {
        boolean ours = self != null && found.record().owner().gateway() == self.gateway();
        OwnerView.Life theirs = found.ownerGone() ? OwnerView.Life.OWNER_GONE : OwnerView.Life.ELSEWHERE;
        return guest(found.record(), ours ? OwnerView.Life.OURS : theirs);
    }

    private Owned guest(SessionRecord record, OwnerView.Life life) {
        Record left = Translation.record(record);
        OwnerView view = loaded(record, life);
        Owned owned = Owned.loaded(gateway.name, record.id(), view, node.world.clientOf(record.clientKey()), left);
        owned.visiting = true;
        gateway.visits(owned);
        return owned;
    }

    /** A record that this gateway may end although nobody asked: its owner's lease is gone and its time over, or its client turned out. Null if there is none. */
    @Nullable
    Owned endable(SessionId id, Reason why) {
        SessionTable.Reading.Found found = read.get(id);
        if (found == null || !found.record().isLive()) {
            return null;
        }
        if (why == Reason.REVOKED) {
            return gateway.births.isRevoked(node.world.clientOf(found.record().clientKey())) ? guest(found) : null;
        }
        return found.ownerGone() ? guest(found.record(), OwnerView.Life.LOST) : null;
    }

    /** The gateway says again a row of a record: of one that it loaded, or, where others share the table, of one of its own that it takes up now. */
    void saysAgain(SessionId id, Event event, @Nullable Owned owned) {
        Row row = Compared.row(event);
        ArrayDeque<Row> rows = owned == null ? graves.get(id) : owned.again;
        SessionTable.Reading.Found found = known.get(id);
        if ((rows == null || rows.isEmpty()) && isShared() && found != null) {
            boolean ours = self != null && found.record().owner().gateway() == self.gateway();
            if (ours) {
                gateway.births.became(id);
            }
            if (ours && found.record().isLive()) {
                Owned taken = take(found.record());
                gateway.owns(taken);
                rows = taken.again;
            } else if (ours) {
                rows = new ArrayDeque<>(Translation.rows(found.record()));
                graves.put(id, rows);
                ends(id);
            }
        }
        Row model = rows == null ? null : rows.poll();
        if (!row.equals(model)) {
            throw violation("says again " + new Told(event) + ", the model " + model);
        }
    }

    /** The gateway says that it has a session no more. */
    void givesUp(Event event, @Nullable Owned owned) {
        if (event.reason() == ReasonCode.LEASE_LOST) {
            if (!isShared() || event.nanos() < leaseEndNanos) {
                throw violation("drops a session although its lease goes on: " + new Told(event));
            }
            loaded = false;
        } else if (owned != null && owned.view().state() != jumpvpn.lab.model.State.TERMINATED) {
            SessionTable.Reading.Found found = known.get(owned.id);
            Version newest = found == null
                    ? Version.NONE
                    : Compared.version(found.record().version());
            if (!owned.recorded.isBefore(newest)) {
                throw violation("drops a session that nobody else has: " + new Told(event));
            }
        }
    }

    /** The gateway has done what was due: a lease that is over takes with it what was loaded. */
    void proceeded(long nowNanos) {
        if (isShared() && nowNanos >= leaseEndNanos) {
            loaded = false;
        }
    }

    /** Everything that was due is done. */
    void settled(long nowNanos) {
        if (nowNanos - SLACK_NANOS > nextMarkNanos) {
            throw violation("gives no sign of life for " + (nowNanos - nextMarkNanos) + " ns too long");
        }
        graves.values().removeIf(ArrayDeque::isEmpty);
        if (!graves.isEmpty()) {
            throw violation("did not say again what it loaded: " + graves);
        }
        if (isShared()
                && nowNanos - SLACK_NANOS > leaseEndNanos
                && !gateway.sessions().isEmpty()) {
            throw violation("serves sessions although its lease is over: " + gateway.sessions());
        }
    }
}
