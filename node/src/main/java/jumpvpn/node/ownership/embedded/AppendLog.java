package jumpvpn.node.ownership.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import jumpvpn.node.ownership.Reports;
import jumpvpn.node.ownership.StateException;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values that outlive the process. Commits are appended to a file; many share one fdatasync (group commit), on a thread of this log's own. When more than half
 * of the file is outdated, what is current is copied into a new one, a step after each group of commits, and the new one takes the old one's place. After a failure
 * nothing is written any more: what was on its way then may be in or not.
 */
final class AppendLog implements AutoCloseable {
    /** Most bytes of one commit. */
    static final int MOST_COMMIT_BYTES = Frame.MOST_BYTES / 2;
    /** So much may be outdated before a compaction is worth it. */
    static final long FREE_BYTES = 16 << 20;

    private static final int MOST_WAITING = 1 << 16;
    private static final int MOST_TOGETHER = 1 << 12;
    private static final long STEP_BYTES = 1 << 20;
    private static final long JOIN_MILLIS = 2000;
    private static final Commit STOP = new Commit(List.of(), _ -> {});

    /** Hears how a commit ended, on the log's thread. */
    interface Done {
        /** @param durable true: it is on disk; false: nobody knows */
        void done(boolean durable);
    }

    /** Reads what it wants, on the log's thread, when all that was appended before it is written. */
    interface Reader {
        /** @param file not to be kept */
        void read(LogFile file);
    }

    /** What waits for its turn. */
    private sealed interface Asked {
        Done done();
    }

    private record Commit(List<Entry> changes, Done done) implements Asked {}

    private record Look(Reader reader, Done done) implements Asked {}

    private final StateFolder folder;
    private final byte[] identity;
    private final Reports reports;
    private final long freeBytes;
    private final ArrayBlockingQueue<Asked> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(Frame.HEADER_BYTES + Frame.MOST_BYTES);
    private final Thread thread = new Thread(this::run, "state");
    private LogFile file;
    private @Nullable Compaction compaction;
    private long retryAboveBytes;
    private volatile boolean stopped;
    private volatile @Nullable String failure;

    private AppendLog(StateFolder folder, byte[] identity, Reports reports, long freeBytes, LogFile file) {
        this.folder = folder;
        this.identity = identity.clone();
        this.reports = reports;
        this.freeBytes = freeBytes;
        this.file = file;
    }

    /**
     * Opens the folder's log, or makes it, and hands every current value on, in the order in which they were written.
     *
     * @param identity {@link LogFile#IDENTITY_BYTES} bytes that say whose it is
     * @param freeBytes {@link #FREE_BYTES}
     * @throws StateException if the log can't be used as it is; nothing has been changed then
     */
    static AppendLog open(
            StateFolder folder, byte[] identity, Reports reports, long freeBytes, FrameReader.Visitor current)
            throws IOException {
        if (!Files.exists(folder.log())) {
            LogFile fresh = LogFile.create(folder.create(), identity);
            fresh.force();
            folder.replace();
            return start(new AppendLog(folder, identity, reports, freeBytes, fresh));
        }
        FileChannel channel = folder.open();
        try {
            LogFile.Found found = LogFile.open(folder.log().toString(), channel, identity);
            if (found.cutOff() > 0) {
                reports.warn(folder.log() + ":" + found.file().size() + ": cut off " + found.cutOff()
                        + " bytes of a write that a crash interrupted; all commits before it are there");
            }
            found.file().readCurrent(current);
            return start(new AppendLog(folder, identity, reports, freeBytes, found.file()));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static AppendLog start(AppendLog log) {
        log.thread.setDaemon(true);
        log.thread.start();
        return log;
    }

    /**
     * Appends these changes, all or none, after all that were appended before. Without changes it only waits for those. Any thread.
     *
     * @return false: the log takes nothing (it failed, is closed, or too much is waiting), and {@code done} is never called
     */
    boolean append(List<Entry> changes, Done done) {
        if (Frame.bytes(changes) > MOST_COMMIT_BYTES) {
            throw new IllegalArgumentException("a commit of " + Frame.bytes(changes) + " bytes");
        }
        return !stopped && failure == null && waiting.offer(new Commit(List.copyOf(changes), done));
    }

    /**
     * Lets somebody read. What he finds are all changes that were appended before and none that are appended later. Any thread.
     *
     * @param done tells him whether what he found is on disk
     * @return false: as with {@link #append}; nobody reads then
     */
    boolean read(Reader reader, Done done) {
        return !stopped && failure == null && waiting.offer(new Look(reader, done));
    }

    /** The next {@link #append} of the only thread that appends will be taken, unless the log fails just then. */
    boolean takes() {
        return !stopped && failure == null && waiting.remainingCapacity() > 1;
    }

    /** Why nothing is written any more; null: all is well. */
    @Nullable
    String failure() {
        return failure;
    }

    private void run() {
        List<Asked> together = new ArrayList<>();
        while (!stopped) {
            try {
                Asked first = compaction == null ? waiting.take() : waiting.poll();
                if (first != null) {
                    together.add(first);
                    waiting.drainTo(together, MOST_TOGETHER);
                }
            } catch (InterruptedException e) {
                stopped = true; // nobody interrupts this thread but to end it
            }
            stopped |= together.contains(STOP);
            long sizeBefore = file.size();
            boolean durable = failure == null && write(together);
            together.forEach(asked -> asked.done().done(durable));
            together.clear();
            if (failure == null && !stopped) {
                compact(file.size() - sizeBefore);
            }
        }
        if (failure == null) {
            seal();
        }
    }

    /** An empty commit at the end: it proves that all before it was whole, so that what is not is damage and no torn tail. */
    private void seal() {
        try {
            file.append(buffer, List.of(List.of()));
            file.force();
        } catch (IOException e) {
            reports.warn(folder.log() + " could not be sealed: " + e.getMessage() + "; nothing is lost");
        }
    }

    private boolean write(List<Asked> together) {
        long sizeBefore = file.size();
        List<List<Entry>> commits = new ArrayList<>();
        try {
            for (Asked asked : together) {
                switch (asked) {
                    case Commit commit when commit.changes.isEmpty() -> {}
                    case Commit commit -> commits.add(commit.changes);
                    case Look look -> {
                        file.append(buffer, commits);
                        commits.clear();
                        look.reader.read(file);
                    }
                }
            }
            file.append(buffer, commits);
            if (file.size() > sizeBefore) {
                file.force();
            }
            return true;
        } catch (IOException e) {
            fail(e);
            return false;
        }
    }

    private void fail(IOException e) {
        String why = folder.log() + " can't be written: " + e.getMessage();
        reports.error(
                why + "; sessions go on as they are, but none is born, moves or ends on record. Make room or mend the"
                        + " disk, then start the gateway again: it goes on with what was committed");
        failure = why; // who sees it may rely on its having been said
    }

    /** @param appendedBytes since the last step: the copy must be faster than what it copies grows */
    private void compact(long appendedBytes) {
        Compaction running = compaction;
        try {
            if (running == null && file.size() > Math.max(retryAboveBytes, 2 * file.live() + freeBytes)) {
                running = new Compaction(file, LogFile.create(folder.create(), identity));
                compaction = running;
            }
            if (running == null || !running.step(buffer, Math.max(STEP_BYTES, 2 * appendedBytes))) {
                return;
            }
        } catch (IOException e) {
            reports.warn("cannot compact " + folder.log() + ": " + e.getMessage()
                    + "; commits go on, the file grows until there is room");
            giveUp(running);
            return;
        }
        try {
            folder.replace();
            file.close();
            file = running.target();
            compaction = null;
        } catch (IOException e) {
            fail(e);
        }
    }

    private void giveUp(@Nullable Compaction running) {
        compaction = null;
        retryAboveBytes = file.size() + freeBytes;
        try {
            if (running != null) {
                running.close();
            }
            Files.deleteIfExists(folder.newLog());
        } catch (IOException e) {
            reports.warn("cannot remove " + folder.newLog() + ": " + e.getMessage());
        }
    }

    /** Ends when all that was appended is on disk. */
    @Override
    public void close() throws IOException {
        while (!stopped && !waiting.offer(STOP)) {
            Thread.onSpinWait();
        }
        try {
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        file.close();
    }
}
