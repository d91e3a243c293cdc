package jumpvpn.node.ownership.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Reads a log's frames one after another. */
final class FrameReader {
    private static final int WINDOW_BYTES = Frame.HEADER_BYTES + Frame.MOST_BYTES;

    private final FileChannel channel;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).limit(0);
    private long windowOffset;
    private long offset;
    private long sequence;

    /** From this offset on, where a frame of sequence 1 is expected. */
    FrameReader(FileChannel channel, long offset) {
        this.channel = channel;
        this.offset = offset;
    }

    /** The end of the last frame read: where the next one is expected. */
    long offset() {
        return offset;
    }

    /** The sequence of the last frame read. */
    long sequence() {
        return sequence;
    }

    /**
     * Reads the next frame and hands its changes on.
     *
     * @param visitor gets the offset of each change and the change
     * @return false: there is no sound one at {@link #offset}
     */
    boolean next(Visitor visitor) throws IOException {
        if (!has(offset, Frame.HEADER_BYTES)) {
            return false;
        }
        int length = Frame.length(window, at(offset));
        if (length < 0
                || Frame.sequence(window, at(offset)) != sequence + 1
                || !has(offset, Frame.HEADER_BYTES + length)
                || !Frame.isSound(window, at(offset), length)) {
            return false;
        }
        ByteBuffer changes = window.duplicate()
                .limit(at(offset) + Frame.HEADER_BYTES + length)
                .position(at(offset) + Frame.HEADER_BYTES);
        while (changes.hasRemaining()) {
            long at = windowOffset + changes.position();
            Entry change = Entry.get(changes);
            if (change == null) {
                return false;
            }
            visitor.change(at, change);
        }
        offset += Frame.HEADER_BYTES + length;
        sequence++;
        return true;
    }

    /** Gets changes as they are read. */
    interface Visitor {
        /** A change and where it begins. */
        void change(long at, Entry change) throws IOException;
    }

    /** A sound frame behind {@link #offset} that was written after that offset had been forced to disk; −1: there is none. */
    long proofOfDamage() throws IOException {
        for (long at = offset + 1; has(at, Frame.HEADER_BYTES); at++) {
            long forced = Frame.forced(window, at(at));
            int length = Frame.length(window, at(at));
            if (forced > offset
                    && forced <= at
                    && length >= 0
                    && has(at, Frame.HEADER_BYTES + length)
                    && Frame.isSound(window, at(at), length)) {
                return at;
            }
        }
        return -1;
    }

    private int at(long place) {
        return (int) (place - windowOffset);
    }

    /** Sees to it that the window holds these bytes; false if the file does not. */
    private boolean has(long from, int bytes) throws IOException {
        if (from >= windowOffset && from + bytes <= windowOffset + window.limit()) {
            return true;
        }
        window.clear();
        windowOffset = from;
        while (window.hasRemaining()) {
            if (channel.read(window, from + window.position()) < 0) {
                break;
            }
        }
        window.flip();
        return window.limit() >= bytes;
    }
}
