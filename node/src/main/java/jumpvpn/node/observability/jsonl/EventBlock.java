package jumpvpn.node.observability.jsonl;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;

/** A piece of an event file, whole lines, and what these say. Filled by one thread, then read by another ({@link #call}), then given back; used again. */
final class EventBlock implements Callable<EventBlock> {
    /** The longest line there may be. */
    static final int BYTES = 1 << 20;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long TOPS = 0x8080_8080_8080_8080L;

    private final EventReader reader = new EventReader();
    private final byte[] bytes = new byte[BYTES];
    private final List<EventLine> lines = new ArrayList<>();
    private Path file = Path.of("");
    private boolean first;
    private boolean last;
    private int filled;
    private int rows;
    private long before;

    /**
     * Takes the next piece of a file.
     *
     * @param begun what the piece before had of this one's first line; null: this is the first piece
     */
    void fill(Path path, InputStream in, byte @org.jspecify.annotations.Nullable [] begun) throws IOException {
        file = path;
        first = begun == null;
        filled = begun == null ? 0 : begun.length;
        if (begun != null) {
            System.arraycopy(begun, 0, bytes, 0, filled);
        }
        filled += in.readNBytes(bytes, filled, BYTES - filled);
        last = filled < BYTES;
    }

    /** What stands behind the last line feed; nothing if the file ends here. */
    byte[] begun() throws IOException {
        int end = filled;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        if (end == 0 && !last) {
            throw new IOException(
                    file + " has a line that is longer than " + BYTES + " bytes: this is no file of events");
        }
        return Arrays.copyOfRange(bytes, end, filled);
    }

    /** Reads the lines. */
    @Override
    public EventBlock call() {
        lines.clear();
        rows = 0;
        int from = 0;
        for (int end = lineFeed(bytes, 0, filled); end >= 0; end = lineFeed(bytes, from, filled)) {
            rows++;
            if (from < end) { // a node begins a new line when it finds the last one cut off
                lines.add(line(from, end));
            }
            from = end + 1;
        }
        if (last && from < filled) { // the last line has no line feed
            lines.add(EventLine.none(EventReader.Outcome.TORN, "", rows + 1, from, filled));
        }
        return this;
    }

    private EventLine line(int from, int to) {
        EventReader.Outcome outcome = reader.read(bytes, from, to);
        return outcome == EventReader.Outcome.EVENT
                ? EventLine.event(reader, rows, from, to)
                : EventLine.none(outcome, reader.problem(), rows, from, to);
    }

    /** Where the next line feed is, -1 if there is none: eight bytes at a time. */
    static int lineFeed(byte[] bytes, int from, int to) {
        int at = from;
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            long zeroIfFeed = (long) LONGS.get(bytes, at) ^ ('\n' * ONES);
            long found = (zeroIfFeed - ONES) & ~zeroIfFeed & TOPS;
            if (found != 0) {
                return at + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        while (at < to && bytes[at] != '\n') {
            at++;
        }
        return at < to ? at : -1;
    }

    Path file() {
        return file;
    }

    /** Whether its file begins here. */
    boolean isFirst() {
        return first;
    }

    /** Whether its file ends here. */
    boolean isLast() {
        return last;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Those that are not empty. */
    List<EventLine> lines() {
        return lines;
    }

    /**
     * Takes its place behind the blocks before.
     *
     * @param rowsBefore how many rows these had
     * @return how many there are with this one
     */
    long follow(long rowsBefore) {
        before = first ? 0 : rowsBefore;
        return before + rows;
    }

    /** Where a line of it is in the file, from 1. */
    long number(EventLine line) {
        return before + line.row();
    }
}
