package jumpvpn.node.observability.jsonl;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import jumpvpn.core.observability.audit.Auditor;
import jumpvpn.core.observability.audit.Report;
import jumpvpn.core.observability.audit.Speaker;
import jumpvpn.core.session.Policy;
import org.jspecify.annotations.Nullable;

/** Reads event files from beginning to end and has them judged. Memory does not grow with their size. */
public final class EventFiles {
    private static final int BUFFER = 1 << 20;

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
    private @Nullable Speaker speaker;

    private EventFiles(IntFunction<@Nullable Policy> policies) {
        auditor = new Auditor(policies);
    }

    /**
     * What all events in these files together prove. Files that continue each other (rotated ones) may be given in any order.
     *
     * @param policies those whose figures are known, by version
     */
    public static Report audit(List<Path> files, IntFunction<@Nullable Policy> policies) throws IOException {
        EventFiles audit = new EventFiles(policies);
        for (Path file : audit.ordered(files)) {
            audit.file(file);
        }
        return audit.auditor.report();
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
        for (int end = lineFeed(block, 0, block.length);
                end >= 0 && !(first && found != null);
                end = lineFeed(block, from, block.length)) {
            if (reader.read(block, from, end) == EventReader.Outcome.EVENT && reader.seq() >= 0) {
                found = new Mark(reader.node(), reader.start(), reader.seq());
            }
            from = end + 1;
        }
        return found;
    }

    private static int lineFeed(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private void file(Path path) throws IOException {
        auditor.source(path.toString());
        byte[] buffer = new byte[BUFFER];
        int filled = 0;
        long line = 0;
        try (InputStream in = Files.newInputStream(path)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer, filled, buffer.length - filled)) {
                filled += read;
                int from = 0;
                for (int end = lineFeed(buffer, filled - read, filled);
                        end >= 0;
                        end = lineFeed(buffer, from, filled)) {
                    line(buffer, from, end, ++line);
                    from = end + 1;
                }
                filled -= from;
                System.arraycopy(buffer, from, buffer, 0, filled);
                if (filled == buffer.length) {
                    throw new IOException(path + ":" + (line + 1) + " is longer than " + BUFFER
                            + " bytes: this is no file of events");
                }
            }
        }
        if (filled > 0) { // the last line has no line feed
            auditor.torn(line + 1);
        }
    }

    private void line(byte[] bytes, int from, int to, long line) {
        if (from == to) {
            return; // a node begins a new line when it finds the last one cut off
        }
        switch (reader.read(bytes, from, to)) {
            case EVENT -> auditor.take(speaker(), reader.seq(), reader.event(), line);
            case TORN -> auditor.torn(line);
            case WRONG -> auditor.malformed(line, reader.problem());
        }
    }

    private Speaker speaker() {
        Speaker last = speaker;
        if (last == null || !last.is(reader.node(), reader.start())) {
            last = auditor.speaker(reader.node(), reader.start());
            speaker = last;
        }
        return last;
    }
}
