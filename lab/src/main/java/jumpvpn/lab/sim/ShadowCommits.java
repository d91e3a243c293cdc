package jumpvpn.lab.sim;

import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.SessionId;
import jumpvpn.lab.model.Answer;
import jumpvpn.lab.model.OwnerView;
import jumpvpn.lab.model.Reason;
import jumpvpn.lab.model.Record;
import jumpvpn.lab.model.Row;
import jumpvpn.lab.model.State;
import jumpvpn.lab.model.Version;
import org.jspecify.annotations.Nullable;

/**
 * The commits that one process of a gateway asks for: each must be one that the model wants, and leave what the model leaves. What became of it is settled by evidence
 * only (contract section 4).
 */
final class ShadowCommits {
    private static final long RETRY_NANOS = 1_000_000_000;
    private static final long MOST_DOUBT_OF_BIRTH_NANOS = 5_000_000_000L;

    /** What a settled commit means. */
    @FunctionalInterface
    private interface Settled {
        void settled(long nowNanos, SessionTable.Outcome outcome);
    }

    private enum Stage {
        /** The table has not answered. */
        ASKED,
        /** Nobody could say: evidence is looked for. */
        LOOKING,
        /** Not in, for what was read: the same commit is to be asked for again. */
        AGAIN
    }

    /** One commit until it is settled. */
    private static final class Attempt {
        final SessionTable.Change first;
        final Settled settled;
        boolean doubtful;
        boolean refused;
        Stage stage = Stage.ASKED;
        long doubtfulSinceNanos;

        Attempt(SessionTable.Change first, Settled settled) {
            this.first = first;
            this.settled = settled;
        }
    }

    private final ShadowGateway gateway;
    private final TreeMap<Long, Attempt> attempts = new TreeMap<>();

    ShadowCommits(ShadowGateway gateway) {
        this.gateway = gateway;
    }

    /** The process is gone. */
    void dies() {
        attempts.clear();
    }

    private Violation violation(String what) {
        return new Violation("MODEL", gateway.name + " " + what);
    }

    /** Whether what became of this commit of the gateway's is not known yet. */
    boolean isUnsettled(long commitId) {
        return attempts.containsKey(commitId);
    }

    /** The gateway asks the table for a commit. */
    void asks(long commitId, List<SessionTable.Change> changes) {
        Attempt before = attempts.get(commitId);
        if (before == null) {
            attempts.put(commitId, new Attempt(changes.getFirst(), wanted(changes)));
        } else if (before.stage == Stage.AGAIN) {
            before.stage = Stage.ASKED;
        } else {
            throw violation("commits again what is not settled: " + changes);
        }
    }

    private Settled wanted(List<SessionTable.Change> changes) {
        SessionTable.Change first = changes.getFirst();
        SessionRecord record = first.record();
        if (record == null) {
            return (_, _) -> {}; // what is left of an ended session goes
        }
        if (!record.isLive()) {
            return end(record);
        }
        if (first.expectedEpoch() == 0) {
            return birth(changes, record);
        }
        Owned here = gateway.owned(first.id());
        Owned owned = here == null ? gateway.guest(first.id()) : here;
        if (owned == null) {
            throw violation("commits what it does not own: " + first);
        }
        return record.version().epoch() == first.expectedEpoch() ? renewal(owned, record) : bind(owned, record);
    }

    private Settled bind(Owned owned, SessionRecord record) {
        Exchange.Asked asked = owned.committing;
        if (asked == null) {
            throw violation("commits a bind, which the model does not: " + record.rows());
        }
        Record left = owned.view().bind();
        same(record, left.with(owned.kept(left.rows())));
        if (owned.visiting && !owned.gone) {
            gateway.owns(owned);
        }
        return (now, outcome) -> {
            owned.committing = null;
            boolean ended = owned.view().state() == State.TERMINATED; // a birth of its client's came first
            if (!owned.gone && !ended) {
                bound(now, outcome, owned, asked, Compared.version(record.version()));
            }
        };
    }

    private void bound(long now, SessionTable.Outcome outcome, Owned owned, Exchange.Asked asked, Version recorded) {
        OwnerView view = owned.view();
        boolean mayStaySilent = gateway.mayDrop(now, owned); // else it ends before it is answered
        Answer answer = switch (outcome) {
            case COMMITTED -> view.committed(now);
            case REFUSED -> view.commitRefused(now, Reason.DUAL_ACTIVE_FORBIDDEN);
            case UNAVAILABLE, UNKNOWN -> view.commitRefused(now, Reason.STORE_UNAVAILABLE);
        };
        gateway.requests.owes(asked, answer, mayStaySilent ? view : null);
        owned.compared.happened();
        if (outcome == SessionTable.Outcome.COMMITTED) {
            if (owned.visiting) {
                gateway.taken(owned);
            }
            owned.recorded = recorded;
        } else if (owned.visiting) {
            gateway.drops(owned);
        } else if (outcome == SessionTable.Outcome.REFUSED) { // what is known here is old
            gateway.forgets(owned);
        }
    }

    private void same(SessionRecord real, Record model) {
        long now = gateway.now();
        Record left = Translation.recent(Translation.record(real), now);
        if (!left.equals(Translation.recent(model, now))) {
            throw violation("commits " + left + ", the model " + model);
        }
    }

    private Settled renewal(Owned owned, SessionRecord record) {
        Record left = Translation.record(record);
        List<Long> model = owned.view().renewal(left.generations().getFirst());
        if (left.version().epoch() != owned.view().version().epoch()
                || !left.generations().equals(model)) {
            throw violation("renews the secret to " + left + ", the model to " + model);
        }
        owned.renewing = model;
        return (_, _) -> {}; // the gateway says when it takes it for its own
    }

    private Settled end(SessionRecord record) {
        Reason why = Reason.valueOf(record.rows().getLast().reason().name());
        Owned owned = ending(record, why);
        OwnerView view = owned.view();
        view.end(gateway.now(), why);
        sameRows(record, owned.kept(view.lastRows(why)));
        view.freeze();
        return (now, outcome) -> {
            if (owned.gone) {
                return;
            }
            switch (outcome) {
                case COMMITTED -> {
                    view.ended(now, why);
                    over(owned);
                }
                case REFUSED -> gateway.forgets(owned);
                case UNAVAILABLE, UNKNOWN -> {
                    owned.retryByNanos = now + RETRY_NANOS;
                    view.thawed(now);
                }
            }
            owned.compared.happened();
        };
    }

    /** The end is told here. A record that was ended without being ours may have become ours meanwhile: then what came before is told already. */
    private void over(Owned ended) {
        gateway.ownership.ends(ended.id);
        Owned here = gateway.owned(ended.id);
        if (here != null && here != ended) {
            gateway.forgets(here);
            if (!here.visiting) {
                ended.again.clear();
            }
        }
    }

    /**
     * The session that may end for this reason: the one that is here, or one known from its record only, which may have become ours again since its end was decided. The
     * rows say which.
     */
    private Owned ending(SessionRecord record, Reason why) {
        List<Row> rows = Translation.rows(record);
        Owned owned = gateway.known(record.id()).stream()
                .filter(known -> mayEnd(known, why)
                        && rows.equals(known.kept(known.view().lastRows(why))))
                .findFirst()
                .orElseGet(() -> gateway.ownership.endable(record.id(), why));
        if (owned == null || !mayEnd(owned, why)) {
            throw violation("ends a session by " + why + ", which the model does not: " + record.id() + " " + rows);
        }
        return owned;
    }

    private boolean mayEnd(Owned owned, Reason why) {
        boolean revoked = why == Reason.REVOKED && gateway.births.isRevoked(owned.client);
        return !owned.view().isFrozen() && (revoked || owned.view().mayEnd(gateway.now(), why));
    }

    private void sameRows(SessionRecord record, List<?> model) {
        if (!Translation.rows(record).equals(model)) {
            throw violation("commits " + Translation.rows(record) + ", the model " + model);
        }
    }

    /** A birth, with the end of the client's older session in the same commit. */
    private Settled birth(List<SessionTable.Change> changes, SessionRecord record) {
        SessionId id = changes.getFirst().id();
        long wireId = gateway.births.confirmed(id);
        if (wireId == 0) {
            throw violation("commits a birth that nobody confirmed: " + id);
        }
        long asked = gateway.now();
        same(record, OwnerView.birth(gateway.terms(), asked));
        Owned older = older(changes, gateway.births.clientOf(wireId));
        return (now, outcome) -> {
            boolean committed = outcome == SessionTable.Outcome.COMMITTED;
            if (older != null && !older.gone) {
                superseded(now, older, committed);
            } else if (older != null && committed) { // what was loaded of it since is old
                gateway.ownership.knows(Objects.requireNonNull(changes.getLast().record()), false);
            }
            if (committed) {
                Owned born = gateway.births.born(now, id, wireId, asked, gateway.owned(id) != null);
                if (born != null) {
                    gateway.born(born);
                }
            } else {
                gateway.births.refused(id, wireId, asked, outcome == SessionTable.Outcome.REFUSED);
            }
        };
    }

    private void superseded(long now, Owned older, boolean committed) {
        if (committed) {
            older.view().ended(now, Reason.SUPERSEDED);
            older.compared.happened();
            over(older);
        } else {
            older.view().thawed(now);
        }
    }

    /** The client's older session, which ends in the same commit; null if there is none. */
    private @Nullable Owned older(List<SessionTable.Change> changes, int client) {
        Owned here = gateway.ofClient(client);
        SessionTable.Reading read = gateway.readOf(client);
        Owned older = here == null && read instanceof SessionTable.Reading.Found found
                ? gateway.ownership.guest(found)
                : here;
        SessionTable.Change second = changes.size() == 1 ? null : changes.get(1);
        boolean right =
                older == null ? second == null : second != null && second.id().equals(older.id);
        if (!right) {
            throw violation(
                    "commits " + changes + ", the client's older session is " + (older == null ? "none" : older.id));
        }
        if (older != null && second != null) {
            sameRows(
                    Objects.requireNonNull(second.record()),
                    older.kept(older.view().lastRows(Reason.SUPERSEDED)));
            older.view().freeze();
        }
        return older;
    }

    /** The table's answer to a commit. */
    void answered(long nowNanos, long commitId, SessionTable.Outcome outcome) {
        Attempt attempt = Objects.requireNonNull(attempts.get(commitId));
        attempt.stage = Stage.LOOKING;
        boolean certain = outcome == SessionTable.Outcome.COMMITTED
                || (outcome != SessionTable.Outcome.UNKNOWN && !attempt.doubtful);
        if (certain) {
            settle(nowNanos, commitId, attempt, outcome);
            return;
        }
        attempt.refused = outcome == SessionTable.Outcome.REFUSED;
        if (!attempt.doubtful) {
            attempt.doubtful = true;
            attempt.doubtfulSinceNanos = nowNanos;
        }
    }

    private void settle(long nowNanos, long commitId, Attempt attempt, SessionTable.Outcome outcome) {
        attempts.remove(commitId);
        attempt.settled.settled(nowNanos, outcome);
    }

    /** A record was read: is it evidence? The id is there: committed. The epoch moved without it: refused. Else the same commit again. */
    void read(long nowNanos, SessionId id, SessionTable.Reading reading) {
        for (long commitId : List.copyOf(attempts.keySet())) {
            Attempt attempt = Objects.requireNonNull(attempts.get(commitId));
            if (attempt.stage == Stage.LOOKING && attempt.first.id().equals(id)) {
                judge(nowNanos, commitId, attempt, reading);
            }
        }
    }

    private void judge(long nowNanos, long commitId, Attempt attempt, SessionTable.Reading reading) {
        boolean isThere;
        int epoch = 0;
        switch (reading) {
            case SessionTable.Reading.Unavailable _ -> {
                return;
            }
            case SessionTable.Reading.None _ -> isThere = attempt.first.record() == null;
            case SessionTable.Reading.Found found -> {
                isThere = found.record().commitId() == commitId;
                epoch = found.record().isLive() ? found.record().version().epoch() : 0;
            }
        }
        boolean birth = attempt.first.expectedEpoch() == 0 && attempt.first.record() != null;
        boolean tooLate = birth && nowNanos - attempt.doubtfulSinceNanos > MOST_DOUBT_OF_BIRTH_NANOS;
        if (isThere) {
            settle(nowNanos, commitId, attempt, SessionTable.Outcome.COMMITTED);
        } else if (attempt.refused || epoch != attempt.first.expectedEpoch() || tooLate) {
            settle(nowNanos, commitId, attempt, SessionTable.Outcome.REFUSED);
        } else {
            attempt.stage = Stage.AGAIN;
        }
    }
}
