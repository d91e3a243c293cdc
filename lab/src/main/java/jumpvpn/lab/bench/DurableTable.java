package jumpvpn.lab.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import jumpvpn.core.ownership.ClockReading;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.session.SessionId;
import jumpvpn.node.ownership.Reports;
import jumpvpn.node.ownership.embedded.EmbeddedSessionTable;

/** The product's session table in a folder of {@code java.io.tmpdir}, for a caller that has no loop: it waits for answers. Whatever the table reports ends the measurement. */
final class DurableTable implements SessionTable, AutoCloseable {
    private static final long POLL_MILLIS = 50;

    private final Path folder = Files.createTempDirectory("jumpvpn-bench");
    private final Semaphore woken = new Semaphore(0);
    private final long gateway;
    private final Crypto crypto;
    private final Supplier<ClockReading> clocks;
    private EmbeddedSessionTable table;
    private int underWay;

    private record Thrown() implements Reports {
        @Override
        public void warn(String text) {
            throw new IllegalStateException(text);
        }

        @Override
        public void error(String text) {
            throw new IllegalStateException(text);
        }
    }

    /** An empty one. */
    DurableTable(long gateway, Crypto crypto, Supplier<ClockReading> clocks) throws IOException {
        this.gateway = gateway;
        this.crypto = crypto;
        this.clocks = clocks;
        table = open();
    }

    private EmbeddedSessionTable open() throws IOException {
        return EmbeddedSessionTable.open(folder.resolve("state"), gateway, new byte[32], crypto, clocks, new Thrown())
                .waking(woken::release);
    }

    /** Opens it again, as after a restart. */
    void reopen() throws IOException {
        table.close();
        table = open();
    }

    /** Waits until at most so many answers are missing. */
    void settle(int most) {
        while (underWay > most) {
            woken.acquireUninterruptibly();
            woken.drainPermits();
            table.deliver();
        }
    }

    /** Waits until everything is on disk and what is outdated is not being thrown out. */
    void quiet() throws InterruptedException {
        // a compaction begins after a group: when the second is answered, that of the first is seen
        for (int group = 0; group < 2; group++) {
            read(new SessionId(0, 0), _ -> {});
            settle(0);
        }
        while (Files.exists(folder.resolve("state").resolve("sessions.new"))) {
            Thread.sleep(POLL_MILLIS);
        }
    }

    private <T> Consumer<T> counted(Consumer<T> done) {
        underWay++;
        return answer -> {
            underWay--;
            done.accept(answer);
        };
    }

    @Override
    public void commit(long commitId, List<Change> changes, Consumer<Outcome> done) {
        table.commit(commitId, changes, counted(done));
    }

    @Override
    public void read(SessionId id, Consumer<Reading> done) {
        table.read(id, counted(done));
    }

    @Override
    public void readClient(String clientKey, Consumer<Reading> done) {
        table.readClient(clientKey, counted(done));
    }

    @Override
    public void mark(Mark mark, Consumer<Outcome> done) {
        table.mark(mark, counted(done));
    }

    @Override
    public void load(long owner, Consumer<List<SessionRecord>> done) {
        table.load(owner, counted(done));
    }

    @Override
    public void watch(Watcher watcher) {
        table.watch(watcher);
    }

    /** Takes everything away. */
    @Override
    public void close() throws IOException {
        table.close();
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(DurableTable::delete);
        }
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
