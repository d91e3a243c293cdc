package jumpvpn.node.observability.jsonl;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Reads event files with all processors and hands over their blocks in order. Memory does not grow with the files. */
final class EventBlocks {
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private final ArrayDeque<EventBlock> idle = new ArrayDeque<>();
    private final ArrayDeque<Future<EventBlock>> reading = new ArrayDeque<>();
    private final Consumer<EventBlock> judge;
    private long rows; // of the present file so far

    private EventBlocks(Consumer<EventBlock> judge) {
        this.judge = judge;
        for (int i = 0; i < PROCESSORS + 2; i++) {
            idle.add(new EventBlock());
        }
    }

    /** @param judge called by this thread; a block is its own only until it returns */
    static void read(Collection<Path> files, Consumer<EventBlock> judge) throws IOException {
        EventBlocks blocks = new EventBlocks(judge);
        try (ExecutorService readers = Executors.newFixedThreadPool(PROCESSORS)) {
            for (Path file : files) {
                blocks.file(file, readers);
            }
            while (!blocks.reading.isEmpty()) {
                blocks.judgeOldest();
            }
        }
    }

    private void file(Path file, ExecutorService readers) throws IOException {
        byte[] begun = null;
        try (InputStream in = Files.newInputStream(file)) {
            boolean isLast = false;
            while (!isLast) {
                while (idle.isEmpty()) {
                    judgeOldest();
                }
                EventBlock block = idle.removeFirst();
                block.fill(file, in, begun);
                begun = block.begun();
                isLast = block.isLast();
                reading.addLast(readers.submit(block));
            }
        }
    }

    private void judgeOldest() throws IOException {
        try {
            EventBlock block = reading.removeFirst().get();
            rows = block.follow(rows);
            judge.accept(block);
            idle.addLast(block);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause()); // a bug: reading names what is wrong and goes on
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted");
        }
    }
}
