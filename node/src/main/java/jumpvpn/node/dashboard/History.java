package jumpvpn.node.dashboard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import jumpvpn.node.dashboard.Block.Line;
import jumpvpn.node.runtime.Log;
import org.jspecify.annotations.Nullable;

/**
 * What happened, on disk: lines in blocks, appended by a thread of its own every {@value #FLUSH_MILLIS} ms or {@value #BLOCK_CHARACTERS} characters. When the file has
 * half of what is allowed it becomes {@code NAME.old} and a new one begins, so that at least half is always kept. A damaged end is cut off at the next start; what a kill
 * takes is the last block. Adding never waits: what the queue can't take, or the disk, is counted and said.
 */
final class History implements AutoCloseable {
    static final long KEPT_MILLIS = 7 * 86_400_000L;
    private static final int QUEUE = 8192;
    private static final long FLUSH_MILLIS = 10_000;
    private static final int BLOCK_CHARACTERS = 64 * 1024;

    private final Path path;
    private final Path old;
    private final long mostBytes;
    private final Log log;
    private final ArrayBlockingQueue<Line> queue = new ArrayBlockingQueue<>(QUEUE);
    private final Thread thread = new Thread(this::run, "history");
    private final List<Line> pending = new ArrayList<>(); // guarded by this
    private FileChannel file; // guarded by this
    private long end; // guarded by this
    private final AtomicLong lost = new AtomicLong();
    private boolean failed;
    private volatile boolean stopping;

    /**
     * What was found.
     *
     * @param isWhole whether there was no more than was asked for
     */
    record Found(List<String> lines, boolean isWhole) {}

    private record Place(FileChannel file, long end) {}

    private History(Path path, long mostBytes, Log log, FileChannel file) {
        this.path = path;
        this.old = path.resolveSibling(path.getFileName() + ".old");
        this.mostBytes = mostBytes;
        this.log = log;
        this.file = file;
    }

    /**
     * Opens the file, makes it if need be, and cuts its damaged end off.
     *
     * @param mostBytes of both files
     */
    static History open(Path path, long mostBytes, Log log) throws IOException {
        FileChannel file = channel(path);
        History history = new History(path, mostBytes, log, file);
        try {
            history.recover();
        } catch (IOException e) {
            file.close();
            throw e;
        }
        history.thread.setDaemon(true);
        history.thread.start();
        return history;
    }

    private static FileChannel channel(Path path) throws IOException {
        FileChannel file =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (file.tryLock() == null) {
            file.close();
            throw new IOException("another process writes to it");
        }
        return file;
    }

    private synchronized void recover() throws IOException {
        long size = file.size();
        for (Block block = Block.header(file, end, size);
                block != null && block.isSound(file);
                block = Block.header(file, end, size)) {
            end = block.end();
        }
        if (end < size) {
            log.warn("the history " + path + " is damaged at byte " + end + ": the " + (size - end)
                    + " bytes from there on are dropped");
            file.truncate(end);
        }
    }

    /** Keeps a line; when it has to be left out, that is counted. */
    void add(long millis, @Nullable String session, String text) {
        if (!queue.offer(new Line(millis, session, text))) {
            lost.incrementAndGet();
        }
    }

    /** How many lines were left out since the start. */
    long lost() {
        return lost.get();
    }

    /** How many bytes it has now, both files together. */
    synchronized long bytes() {
        try {
            return end + (Files.exists(old) ? Files.size(old) : 0);
        } catch (IOException e) {
            return end;
        }
    }

    long mostBytes() {
        return mostBytes;
    }

    private void run() {
        try {
            long due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(FLUSH_MILLIS);
            int characters = 0;
            while (!stopping || !queue.isEmpty()) {
                Line next = queue.poll(200, TimeUnit.MILLISECONDS);
                if (next != null) {
                    characters += next.text().length();
                    synchronized (this) {
                        pending.add(next);
                    }
                }
                if (characters >= BLOCK_CHARACTERS || System.nanoTime() > due) {
                    flush();
                    characters = 0;
                    due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(FLUSH_MILLIS);
                }
            }
            flush();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void flush() {
        if (pending.isEmpty()) {
            return;
        }
        try {
            ByteBuffer block = ByteBuffer.wrap(Block.pack(pending));
            if (end > 0 && end + block.remaining() > mostBytes / 2) {
                turn();
            }
            long at = end;
            while (block.hasRemaining()) {
                at += file.write(block, at);
            }
            end = at;
        } catch (IOException e) {
            lost.addAndGet(pending.size());
            if (!failed) {
                failed = true;
                log.error("cannot write the dashboard's history to " + path + ": " + e.getMessage()
                        + "; make room there: what happens until then will be missing on its pages");
            }
        }
        pending.clear();
    }

    private void turn() throws IOException {
        if (Files.exists(path)) { // else an attempt before got only so far
            Files.move(path, old, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        }
        FileChannel next = channel(path);
        file.close();
        file = next;
        end = 0;
    }

    /**
     * The newest lines of a session within a time, oldest first.
     *
     * @param most how many
     */
    Found of(String session, long fromMillis, long toMillis, int most) throws IOException {
        Deque<String> newest = new ArrayDeque<>();
        List<Line> unwritten = new ArrayList<>();
        List<Place> places = places(unwritten);
        try {
            for (int i = unwritten.size() - 1; i >= 0 && newest.size() <= most; i--) {
                Line line = unwritten.get(i);
                if (session.equals(line.session()) && line.millis() >= fromMillis && line.millis() <= toMillis) {
                    newest.addFirst(line.text());
                }
            }
            for (Place place : places) {
                List<Block> blocks = blocks(place, session, fromMillis, toMillis);
                for (int i = blocks.size() - 1; i >= 0 && newest.size() <= most; i--) {
                    addNewest(newest, blocks.get(i).lines(place.file), session, most);
                }
            }
        } finally {
            close(places);
        }
        boolean isWhole = newest.size() <= most;
        while (newest.size() > most) {
            newest.removeFirst();
        }
        return new Found(List.copyOf(newest), isWhole);
    }

    private static void addNewest(Deque<String> newest, @Nullable List<String> lines, String session, int most) {
        List<String> reversed = new ArrayList<>(lines == null ? List.of() : lines);
        Collections.reverse(reversed);
        for (String line : reversed) {
            if (newest.size() <= most && line.contains(session)) {
                newest.addFirst(line);
            }
        }
    }

    private static List<Block> blocks(Place place, String session, long fromMillis, long toMillis) throws IOException {
        List<Block> blocks = new ArrayList<>();
        long at = 0;
        for (Block block = Block.header(place.file, at, place.end);
                block != null;
                block = Block.header(place.file, at, place.end)) {
            at = block.end();
            if (block.lastMillis() >= fromMillis && block.firstMillis() <= toMillis && block.mayMention(session)) {
                blocks.add(block);
            }
        }
        return blocks;
    }

    /** Every line since then, oldest first. Takes its time. */
    void replay(long fromMillis, Consumer<String> to) throws IOException {
        List<Place> places = places(new ArrayList<>());
        try {
            for (Place place : places.reversed()) {
                long at = 0;
                for (Block block = Block.header(place.file, at, place.end);
                        block != null && !stopping;
                        block = Block.header(place.file, at, place.end)) {
                    at = block.end();
                    List<String> lines = block.lastMillis() < fromMillis ? null : block.lines(place.file);
                    if (lines != null) {
                        lines.forEach(to);
                    }
                }
            }
        } finally {
            close(places);
        }
    }

    /** Both files to read from, the newer first, as they are at one moment; and what is not in them yet. */
    private synchronized List<Place> places(List<Line> unwritten) throws IOException {
        unwritten.addAll(pending);
        unwritten.addAll(queue);
        List<Place> places = new ArrayList<>();
        places.add(new Place(FileChannel.open(path, StandardOpenOption.READ), end));
        try {
            FileChannel older = FileChannel.open(old, StandardOpenOption.READ);
            places.add(new Place(older, older.size()));
        } catch (NoSuchFileException e) {
            // It has never been full.
        }
        return places;
    }

    private static void close(List<Place> places) throws IOException {
        for (Place place : places) {
            place.file.close();
        }
    }

    @Override
    public void close() {
        stopping = true;
        try {
            thread.join(1000);
            synchronized (this) {
                file.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            log.error("cannot close the history " + path + ": " + e.getMessage());
        }
    }
}
