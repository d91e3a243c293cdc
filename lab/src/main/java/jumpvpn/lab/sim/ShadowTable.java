package jumpvpn.lab.sim;

import java.util.List;
import java.util.function.Consumer;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/** A gateway's table with somebody beside it who sees what it is asked and, before the gateway, what it answers. */
record ShadowTable(SessionTable table, ShadowGateway shadow) implements SessionTable {
    @Override
    public void commit(long commitId, List<Change> changes, Consumer<Outcome> done) {
        shadow.commits.asks(commitId, changes);
        table.commit(
                commitId,
                changes,
                outcome -> shadow.told(
                        now -> shadow.commits.answered(now, commitId, outcome), () -> done.accept(outcome)));
    }

    @Override
    public void read(SessionId id, Consumer<Reading> done) {
        Exchange.Asked request = shadow.requests.reads(id);
        table.read(
                id, reading -> shadow.told(now -> shadow.read(now, id, reading, request), () -> done.accept(reading)));
    }

    @Override
    public void readClient(String clientKey, Consumer<Reading> done) {
        long birth = shadow.births.reads();
        table.readClient(
                clientKey,
                reading -> shadow.told(_ -> shadow.readClient(clientKey, reading, birth), () -> done.accept(reading)));
    }

    @Override
    public void mark(Mark mark, Consumer<Outcome> done) {
        shadow.ownership.marks(mark);
        table.mark(
                mark,
                outcome -> shadow.toldOfMark(
                        now -> shadow.ownership.marked(now, mark, outcome), () -> done.accept(outcome)));
    }

    @Override
    public void load(long gateway, Consumer<List<SessionRecord>> done) {
        table.load(
                gateway,
                records -> shadow.told(now -> shadow.ownership.loaded(now, records), () -> done.accept(records)));
    }

    @Override
    public void watch(Watcher watcher) {
        table.watch(new Watcher() {
            @Override
            public void committed(SessionId id, @Nullable SessionRecord record) {
                shadow.told(_ -> shadow.ownership.hears(id, record), () -> watcher.committed(id, record));
            }

            @Override
            public void ownerGone(SessionRecord record) {
                shadow.told(_ -> shadow.ownership.knows(record, true), () -> watcher.ownerGone(record));
            }
        });
    }

    @Override
    public long leaseNanos() {
        return table.leaseNanos();
    }
}
