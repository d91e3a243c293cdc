package jumpvpn.lab.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * The session table as a linearizable object: everything happens in it at one moment of true time, whoever asks. Gateways reach it over a {@link TableLink}, which is
 * where time and answers get lost. Times in here are simulated time.
 */
final class SimTable {
    /** How much longer than its lease an owner is taken for alive: clocks differ. */
    private static final double CAUTION = 1.01;

    private record LastMark(long incarnation, long nanos) {}

    private final World world;
    private final long leaseNanos;
    private final List<TableLink> links = new ArrayList<>();
    private final TreeMap<SessionId, SessionRecord> records = new TreeMap<>();
    private final TreeMap<Long, LastMark> marks = new TreeMap<>();
    private final TreeMap<SessionId, SessionTable.Loss> losses = new TreeMap<>();
    private final TreeMap<Long, Long> leaseEnds = new TreeMap<>();

    SimTable(World world, long leaseNanos) {
        this.world = world;
        this.leaseNanos = leaseNanos;
    }

    long leaseNanos() {
        return leaseNanos;
    }

    void join(TableLink link) {
        links.add(link);
    }

    void leave(TableLink link) {
        links.remove(link);
    }

    /** A copy that shares no secret with the original, whose owner may wipe it. */
    static SessionRecord copy(SessionRecord record) {
        List<SessionSecret> secrets = record.secrets().stream()
                .map(secret ->
                        new SessionSecret(secret.generation(), secret.key().clone()))
                .toList();
        return new SessionRecord(
                record.id(),
                record.clientKey(),
                record.clientName(),
                record.owner(),
                record.commitId(),
                record.rows(),
                secrets,
                record.bindNonce(),
                record.inner(),
                record.policy(),
                record.lifetimeEndNanos(),
                record.noBindingSinceNanos(),
                record.switches());
    }

    /** Applies all changes or none. */
    boolean commit(List<SessionTable.Change> changes) {
        if (!changes.stream().allMatch(change -> change.fits(records.get(change.id()))) || !leavesOneEach(changes)) {
            return false;
        }
        return force(changes);
    }

    /** Applies them whatever is there: what an adapter does that leaves its compares out. */
    boolean force(List<SessionTable.Change> changes) {
        for (SessionTable.Change change : changes) {
            SessionRecord record = change.record();
            losses.remove(change.id());
            if (record == null) {
                records.remove(change.id());
            } else {
                records.put(change.id(), copy(record));
                world.invariants.committed(record);
                lease(record.owner(), false);
            }
        }
        for (SessionTable.Change change : changes) {
            List.copyOf(links).forEach(link -> link.committed(change.id(), change.record()));
        }
        return true;
    }

    private boolean leavesOneEach(List<SessionTable.Change> changes) {
        List<SessionId> changed = changes.stream().map(SessionTable.Change::id).toList();
        for (SessionTable.Change change : changes) {
            SessionRecord record = change.record();
            SessionRecord other = record == null || !record.isLive() ? null : live(record.clientKey());
            if (other != null && !changed.contains(other.id())) {
                return false;
            }
        }
        return true;
    }

    private @Nullable SessionRecord live(String clientKey) {
        return live().stream()
                .filter(record -> record.clientKey().equals(clientKey))
                .findFirst()
                .orElse(null);
    }

    /** The live records, by id. */
    List<SessionRecord> live() {
        return records.values().stream().filter(SessionRecord::isLive).toList();
    }

    /** How many records there are, live or ended. */
    int size() {
        return records.size();
    }

    /** The record as it is now, or null. */
    @Nullable
    SessionRecord get(SessionId id) {
        return records.get(id);
    }

    SessionTable.Reading read(@Nullable SessionRecord record) {
        return record == null
                ? new SessionTable.Reading.None()
                : new SessionTable.Reading.Found(copy(withLife(record)), isGone(record.owner()));
    }

    SessionTable.Reading readClient(String clientKey) {
        return read(live(clientKey));
    }

    List<SessionRecord> load(long gateway) {
        return records.values().stream()
                .filter(record -> record.owner().gateway() == gateway)
                .map(record -> copy(withLife(record)))
                .toList();
    }

    void mark(SessionTable.Mark mark) {
        Owner owner = mark.owner();
        LastMark last = marks.get(owner.gateway());
        if (last != null && last.incarnation != owner.incarnation()) { // its older records keep the sign of then
            records.replaceAll((_, record) -> record.owner().gateway() == owner.gateway() ? withLife(record) : record);
        }
        marks.put(owner.gateway(), new LastMark(owner.incarnation(), mark.nanos()));
        for (SessionTable.Loss loss : mark.losses()) {
            SessionRecord record = records.get(loss.id());
            if (record != null && record.version().epoch() == loss.epoch()) {
                losses.put(loss.id(), loss);
            }
        }
        lease(owner, true);
    }

    private SessionRecord withLife(SessionRecord record) {
        SessionTable.Loss loss = losses.get(record.id());
        if (loss != null) {
            return record.noBindingSince(loss.nanos());
        }
        LastMark mark = marks.get(record.owner().gateway());
        boolean newer = mark != null
                && mark.incarnation == record.owner().incarnation()
                && mark.nanos >= record.noBindingSinceNanos();
        return newer && mark != null ? record.noBindingSince(mark.nanos) : record;
    }

    /** The owner lives for one more lease; with its first commit already, should it never mark. */
    private void lease(Owner owner, boolean again) {
        if (leaseNanos == Deadlines.NEVER || (!again && leaseEnds.containsKey(owner.incarnation()))) {
            return;
        }
        long end = world.timeline.now() + (long) (leaseNanos * CAUTION);
        leaseEnds.put(owner.incarnation(), end);
        world.timeline.at(end, () -> {
            if (isGone(owner)) {
                live().stream()
                        .filter(record -> record.owner().equals(owner))
                        .forEach(record -> List.copyOf(links).forEach(link -> link.ownerGone(withLife(record))));
            }
        });
    }

    /** Whether an owner's lease is over. */
    boolean isGone(Owner owner) {
        return leaseNanos != Deadlines.NEVER
                && leaseEnds.getOrDefault(owner.incarnation(), Long.MIN_VALUE) <= world.timeline.now();
    }
}
