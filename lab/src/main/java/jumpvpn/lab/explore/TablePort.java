package jumpvpn.lab.explore;

import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/** The session table as a gateway's process sees it: what it asks goes out, what is answered comes in. Signs of life are taken at once. */
final class TablePort implements SessionTable {
    private final Consumer<Output> out;
    private final TreeMap<Integer, Consumer<Input.Answered>> asked = new TreeMap<>();
    private int asks;
    private @Nullable Watcher watcher;

    TablePort(Consumer<Output> out) {
        this.out = out;
    }

    private void ask(
            String what,
            @Nullable SessionId id,
            @Nullable String clientKey,
            List<Change> changes,
            long subject,
            Consumer<Input.Answered> done) {
        asked.put(asks, done);
        out.accept(new Output.Asked(asks++, what, id, clientKey, changes, subject));
    }

    @Override
    public void commit(long commitId, List<Change> changes, Consumer<Outcome> done) {
        List<Change> copies = changes.stream().map(Change::copy).toList();
        SessionRecord first = copies.getFirst().record();
        String what = "commit of " + (first == null ? "nothing" : first.version() + " " + first.state());
        ask(what, null, null, copies, commitId, it -> done.accept(it.outcome()));
    }

    @Override
    public void read(SessionId id, Consumer<Reading> done) {
        ask("read", id, null, List.of(), 0, it -> done.accept(reading(it)));
    }

    @Override
    public void readClient(String clientKey, Consumer<Reading> done) {
        ask("read of the client's", null, clientKey, List.of(), 0, it -> done.accept(reading(it)));
    }

    private static Reading reading(Input.Answered it) {
        return switch (it.found()) {
            case null -> new Reading.Unavailable();
            case Reading.Found found -> new Reading.Found(found.record().copy(), found.ownerGone());
            case Reading.None none -> none;
            case Reading.Unavailable unavailable -> unavailable;
        };
    }

    @Override
    public void mark(Mark mark, Consumer<Outcome> done) {
        out.accept(new Output.Marked(mark));
        done.accept(Outcome.COMMITTED);
    }

    @Override
    public void load(long gateway, Consumer<List<SessionRecord>> done) {
        ask(
                "load",
                null,
                null,
                List.of(),
                gateway,
                it -> done.accept(it.loaded().stream().map(SessionRecord::copy).toList()));
    }

    @Override
    public void watch(Watcher hears) {
        watcher = hears;
    }

    /** The table answers. */
    void answered(Input.Answered it) {
        Objects.requireNonNull(asked.remove(it.ask())).accept(it);
    }

    /** The table tells of a change. */
    void hears(Input.Hears it) {
        SessionRecord record = it.record();
        Objects.requireNonNull(watcher).committed(it.id(), record == null ? null : record.copy());
    }
}
