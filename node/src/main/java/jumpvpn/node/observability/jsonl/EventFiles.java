package jumpvpn.node.observability.jsonl;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.audit.Auditor;
import jumpvpn.core.observability.audit.Report;
import jumpvpn.core.observability.audit.Speaker;
import jumpvpn.core.session.Policy;
import org.jspecify.annotations.Nullable;

/** Reads event files from beginning to end and has them judged. Memory does not grow with their size. */
public final class EventFiles {
    private static final int BUFFER = EventBlock.BYTES;

    /** Where a file begins or ends in a node's stream. */
    private record Mark(String node, String start, long seq) {
        boolean isSameStream(Mark other) {
            return node.equals(other.node) && start.equals(other.start);
        }
    }

    /** A file and its outer events; null if there are none. */
    private record Part(
            Path path, @Nullable Mark first, @Nullable Mark last) {}

    private final EventReader reader = new EventReader();
    private final Auditor auditor;
    private final @Nullable SealCheck seals;
    private @Nullable Speaker speaker;

    private EventFiles(IntFunction<@Nullable Policy> policies, @Nullable Map<String, SealKey> keys) {
        auditor = new Auditor(policies);
        seals = keys == null ? null : new SealCheck(keys, auditor);
    }

    /**
     * What all events in these files together prove. Files that continue each other (rotated ones) may be given in any order.
     *
     * @param policies those whose figures are known, by version
     */
    public static Report audit(List<Path> files, IntFunction<@Nullable Policy> policies) throws IOException {
        return audit(files, policies, null);
    }

    /**
     * The same, and whether they are as their nodes sealed them.
     *
     * @param keys the public keys of nodes, by name; null: seals are not looked at
     */
    public static Report audit(
            List<Path> files, IntFunction<@Nullable Policy> policies, @Nullable Map<String, SealKey> keys)
            throws IOException {
        EventFiles audit = new EventFiles(policies, keys);
        EventBlocks.read(audit.ordered(files), audit::judge);
        if (audit.seals != null) {
            audit.seals.finished();
        }
        return audit.auditor.report();
    }

    /** Hears the events of files. */
    @FunctionalInterface
    public interface Listener {
        /**
         * The next event.
         *
         * @param node who said it
         * @param wallMillis when, by that node's clock
         * @param place where it stands, {@code file:line}
         */
        void event(Event event, String node, long wallMillis, String place);
    }

    /** Reads the events of these files to somebody who does not judge, in the same order; what is no event is left out. */
    public static void read(List<Path> files, Predicate<Event> wanted, Listener listener) throws IOException {
        EventBlocks.read(new EventFiles(_ -> null, null).ordered(files), block -> {
            for (EventLine line : block.lines()) {
                Event event = line.event();
                if (event != null && wanted.test(event)) {
                    listener.event(event, line.node(), line.wallMillis(), block.file() + ":" + block.number(line));
                }
            }
        });
    }

    /** In the order given, but what a file continues comes before it. */
    private Set<Path> ordered(List<Path> files) throws IOException {
        List<Part> parts = new ArrayList<>();
        for (Path file : files) {
            parts.add(part(file));
        }
        Set<Path> ordered = new LinkedHashSet<>();
        for (Part part : parts) {
            List<Path> chain = new ArrayList<>();
            for (Part before = part; before != null && !chain.contains(before.path); before = before(before, parts)) {
                chain.addFirst(before.path);
            }
            ordered.addAll(chain);
        }
        return ordered;
    }

    private static @Nullable Part before(Part part, List<Part> parts) {
        Part found = null;
        Mark first = part.first;
        for (Part other : parts) {
            Mark last = other.last;
            if (first != null && last != null && last.isSameStream(first) && last.seq < first.seq) {
                Mark best = found == null ? null : found.last;
                found = best == null || best.seq < last.seq ? other : found;
            }
        }
        return found;
    }

    private Part part(Path file) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            byte[] head = block(channel, 0);
            byte[] tail = block(channel, Math.max(0, channel.size() - BUFFER));
            return new Part(file, mark(head, true), mark(tail, false));
        }
    }

    private static byte[] block(SeekableByteChannel channel, long from) throws IOException {
        ByteBuffer block = ByteBuffer.allocate((int) Math.min(BUFFER, channel.size() - from));
        channel.position(from);
        while (block.hasRemaining() && channel.read(block) >= 0) {
            // until it is full
        }
        return Arrays.copyOf(block.array(), block.position());
    }

    /** The first or the last numbered event of a block. */
    private @Nullable Mark mark(byte[] block, boolean first) {
        Mark found = null;
        int from = 0;
        for (int end = EventBlock.lineFeed(block, 0, block.length);
                end >= 0 && !(first && found != null);
                end = EventBlock.lineFeed(block, from, block.length)) {
            if (reader.read(block, from, end) == EventReader.Outcome.EVENT && reader.seq() >= 0) {
                found = new Mark(reader.node(), reader.start(), reader.seq());
            }
            from = end + 1;
        }
        return found;
    }

    private void judge(EventBlock block) {
        if (block.isFirst()) {
            auditor.source(block.file().toString());
        }
        if (seals != null) {
            seals.block(block);
        }
        for (EventLine line : block.lines()) {
            long number = block.number(line);
            switch (line.outcome()) {
                case EVENT -> auditor.take(speaker(line), line.seq(), Objects.requireNonNull(line.event()), number);
                case TORN -> auditor.torn(number);
                case WRONG -> auditor.malformed(number, line.problem());
            }
        }
    }

    private Speaker speaker(EventLine line) {
        Speaker last = speaker;
        if (last == null || !last.is(line.node(), line.start())) {
            last = auditor.speaker(line.node(), line.start());
            speaker = last;
        }
        return last;
    }
}
