package jumpvpn.lab.sim;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.SessionId;

/**
 * A gateway's table with somebody who sees what it is asked and, before the gateway, what it answers.
 *
 * @param clock the gateway's boot time
 */
record ObservedTable(SessionTable table, ShadowGateway shadow, LongSupplier clock) implements SessionTable {
    @Override
    public void commit(long commitId, List<Change> changes, Consumer<Outcome> done) {
        shadow.asksToCommit(changes);
        table.commit(commitId, changes, outcome -> {
            if (outcome != Outcome.UNKNOWN) {
                shadow.settled(clock.getAsLong(), changes.getFirst(), outcome == Outcome.COMMITTED);
            }
            done.accept(outcome);
        });
    }

    @Override
    public void read(SessionId id, Consumer<Reading> done) {
        table.read(id, done);
    }

    @Override
    public void readClient(String clientKey, Consumer<Reading> done) {
        table.readClient(clientKey, done);
    }

    @Override
    public void mark(Mark mark, Consumer<Outcome> done) {
        table.mark(mark, done);
    }

    @Override
    public void load(long gateway, Consumer<List<SessionRecord>> done) {
        table.load(gateway, done);
    }

    @Override
    public void watch(Watcher watcher) {
        table.watch(watcher);
    }

    @Override
    public long leaseNanos() {
        return table.leaseNanos();
    }
}
