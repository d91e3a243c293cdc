package jumpvpn.lab.ownership;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.ownership.SessionTable.Change;
import jumpvpn.core.ownership.SessionTable.Loss;
import jumpvpn.core.ownership.SessionTable.Mark;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.core.ownership.SessionTable.Reading;
import jumpvpn.core.session.SessionId;
import jumpvpn.node.ownership.DeliveringTable;
import jumpvpn.node.ownership.Reports;
import org.jspecify.annotations.Nullable;

/** A gateway's table and its control thread, which is the caller. */
final class Bed implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    /** What tables report. */
    static final class Reported implements Reports {
        final List<String> said = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void warn(String text) {
            said.add(text);
        }

        @Override
        public void error(String text) {
            said.add(text);
        }
    }

    final SessionTable table;
    final Owner owner;
    /** What the watch told: the id's number and the version, or "gone". */
    final List<String> heard = new ArrayList<>();

    final List<SessionRecord> orphans = new ArrayList<>();
    private final Semaphore answers = new Semaphore(0);

    Bed(SessionTable table, Owner owner) {
        this.table = table;
        this.owner = owner;
        if (table instanceof DeliveringTable delivering) {
            delivering.waking(answers::release);
        }
        table.watch(new SessionTable.Watcher() {
            @Override
            public void committed(SessionId id, @Nullable SessionRecord record) {
                heard.add(id.low() + " " + (record == null ? "gone" : record.version()));
            }

            @Override
            public void ownerGone(SessionRecord record) {
                orphans.add(record);
            }
        });
    }

    /** With a lease, where there are leases; its sign of life is older than all records. */
    Bed leased() {
        until(() -> mark(Records.NOW - 100 * Records.SECOND) == Outcome.COMMITTED);
        return this;
    }

    /** Delivers answers until this holds. */
    void until(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("nothing came of it in " + PATIENCE_SECONDS + " s");
            }
            deliver();
        }
    }

    private void deliver() {
        if (table instanceof DeliveringTable delivering) {
            try {
                answers.tryAcquire(20, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            delivering.deliver();
        }
    }

    <T> T answer(Consumer<Consumer<T>> question) {
        CompletableFuture<T> answer = ask(question);
        until(answer::isDone);
        return answer.join();
    }

    /** Asks without waiting; a second answer is a failure. */
    static <T> CompletableFuture<T> ask(Consumer<Consumer<T>> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        question.accept(told -> {
            if (!answer.complete(told)) {
                throw new AssertionError("answered twice");
            }
        });
        return answer;
    }

    CompletableFuture<Outcome> ask(long commitId, Change... changes) {
        return ask(done -> table.commit(commitId, List.of(changes), done));
    }

    Outcome commit(long commitId, Change... changes) {
        return answer(done -> table.commit(commitId, List.of(changes), done));
    }

    Outcome mark(long nanos, Loss... losses) {
        return answer(done -> table.mark(new Mark(owner, nanos, List.of(losses)), done));
    }

    Reading read(long id) {
        return answer(done -> table.read(Records.id(id), done));
    }

    SessionRecord found(long id) {
        return ((Reading.Found) read(id)).record();
    }

    Reading readClient(String client) {
        return answer(done -> table.readClient(client.repeat(32), done));
    }

    List<SessionRecord> load() {
        return answer(done -> table.load(owner.gateway(), done));
    }

    // for the records of this gateway

    Change birth(long id, String client, long commitId) {
        return new Change(Records.id(id), 0, Records.born(id, client, owner, commitId));
    }

    Change bind(long id, String client, int from, long commitId) {
        return new Change(Records.id(id), from, Records.bound(id, client, owner, from + 1, commitId));
    }

    Change end(long id, String client, int from, long commitId) {
        return new Change(Records.id(id), from, Records.ended(id, client, owner, from, commitId));
    }

    static Change removal(long id) {
        return new Change(Records.id(id), 0, null);
    }

    @Override
    public void close() {
        if (table instanceof DeliveringTable delivering) {
            delivering.close();
        }
    }
}
