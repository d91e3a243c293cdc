package jumpvpn.node.ownership.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies what is current from one log into a new one, a step at a time, while the old one grows. The copy is complete when it has seen the old one's last frame; until
 * then the old one alone counts.
 */
final class Compaction implements AutoCloseable {
    private static final int FRAME_BYTES = 1 << 16;

    private final LogFile source;
    private final LogFile target;
    private final FrameReader reader;
    private final List<Entry> changes = new ArrayList<>();
    private int bytes;

    /** @param target a new log without frames */
    Compaction(LogFile source, LogFile target) {
        this.source = source;
        this.target = target;
        this.reader = new FrameReader(source.channel, LogFile.HEADER_BYTES);
    }

    /**
     * Reads at least so many bytes of the source, and brings what of them is current to disk.
     *
     * @return true: the target holds all that the source holds
     * @throws IOException if the source can't be read or the target not be written
     */
    boolean step(ByteBuffer buffer, long most) throws IOException {
        long end = Math.min(source.size(), reader.offset() + most);
        while (reader.offset() < end) {
            if (!reader.next((at, change) -> copy(at, change))) {
                throw new IOException("the log is damaged at " + reader.offset());
            }
            if (bytes >= FRAME_BYTES) {
                write(buffer);
            }
        }
        if (bytes > 0) {
            write(buffer);
        }
        target.force();
        return reader.offset() == source.size();
    }

    private void copy(long at, Entry change) {
        boolean value = source.isNewest(at, change);
        boolean removal = change.value() == null && !source.has(change.key()) && target.has(change.key());
        if (value || removal) {
            changes.add(change);
            bytes += change.bytes();
        }
    }

    private void write(ByteBuffer buffer) throws IOException {
        target.append(buffer, List.of(List.copyOf(changes)));
        changes.clear();
        bytes = 0;
    }

    LogFile target() {
        return target;
    }

    @Override
    public void close() throws IOException {
        target.close();
    }
}
