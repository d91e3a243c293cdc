package jumpvpn.lab.explore;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.ownership.MemorySessionTable;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/** What is in the session table. It never changes: every commit and every mark makes other records, from all there were before. */
final class Records {
    /** A commit or a mark. */
    private record Write(List<SessionTable.Change> changes, long commitId, SessionTable.@Nullable Mark mark) {
        SessionTable.Outcome into(MemorySessionTable table) {
            SessionTable.Outcome[] outcome = {SessionTable.Outcome.UNKNOWN};
            if (mark != null) {
                table.mark(mark, it -> outcome[0] = it);
            } else {
                table.commit(commitId, changes, it -> outcome[0] = it);
            }
            return outcome[0];
        }
    }

    /** What a write made of them. */
    record Written(SessionTable.Outcome outcome, Records records) {}

    /** Before the first. */
    static final Records NONE = new Records(List.of(), new MemorySessionTable(), new Digest().value());

    private final List<Write> writes;
    private final MemorySessionTable table;
    private final Digest.Value digest;

    private Records(List<Write> writes, MemorySessionTable table, Digest.Value digest) {
        this.writes = writes;
        this.table = table;
        this.digest = digest;
    }

    Written commit(long commitId, List<SessionTable.Change> changes) {
        return write(new Write(changes, commitId, null));
    }

    Records mark(SessionTable.Mark mark) {
        return write(new Write(List.of(), 0, mark)).records;
    }

    private Written write(Write write) {
        MemorySessionTable next = new MemorySessionTable();
        writes.forEach(each -> each.into(next));
        SessionTable.Outcome outcome = write.into(next);
        if (outcome != SessionTable.Outcome.COMMITTED) {
            return new Written(outcome, this);
        }
        List<Write> all = new ArrayList<>(writes);
        all.add(write);
        Digest made = new Digest().add(digest);
        if (write.mark != null) {
            made.add(write.mark.owner().gateway())
                    .add(write.mark.owner().incarnation())
                    .add(write.mark.nanos());
            write.mark
                    .losses()
                    .forEach(loss -> made.add(loss.id().low()).add(loss.epoch()).add(loss.nanos()));
        } else {
            for (SessionTable.Change change : write.changes) {
                made.add(change.id().high()).add(change.id().low());
                made.add(change.record() == null ? new Digest().value() : digest(change.record()));
            }
        }
        return new Written(outcome, new Records(List.copyOf(all), next, made.value()));
    }

    /** Of all that was ever written, in its order. */
    Digest.Value digest() {
        return digest;
    }

    @Nullable
    SessionRecord get(SessionId id) {
        return table.get(id);
    }

    int live() {
        return table.live().size();
    }

    SessionTable.Reading read(Output.Asked asked) {
        SessionTable.Reading[] reading = {new SessionTable.Reading.Unavailable()};
        if (asked.id() != null) {
            table.read(asked.id(), it -> reading[0] = it);
        } else if (asked.clientKey() != null) {
            table.readClient(asked.clientKey(), it -> reading[0] = it);
        }
        return reading[0];
    }

    List<SessionRecord> load(long gateway) {
        List<SessionRecord> loaded = new ArrayList<>();
        table.load(gateway, loaded::addAll);
        return loaded;
    }

    static Digest.Value digest(SessionRecord record) {
        Digest digest = new Digest()
                .add(record.id().high())
                .add(record.id().low())
                .add(record.owner().gateway())
                .add(record.owner().incarnation())
                .add(record.commitId())
                .add(record.bindNonce().getBytes(StandardCharsets.UTF_8))
                .add(record.lifetimeEndNanos())
                .add(record.noBindingSinceNanos())
                .add(record.switches().lastCommitNanos())
                .add(record.switches().lastForcedNanos());
        record.switches().electiveNanos().forEach(digest::add);
        record.rows()
                .forEach(row -> digest.add(row.version().packed())
                        .add(row.from().ordinal())
                        .add(row.to().ordinal())
                        .add(row.reason().number()));
        record.secrets().forEach(secret -> digest.add(secret.generation()).add(secret.key()));
        return digest.value();
    }
}
