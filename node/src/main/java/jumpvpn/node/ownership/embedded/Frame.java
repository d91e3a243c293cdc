package jumpvpn.node.ownership.embedded;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * One commit in the file, whole or not there. Big-endian:
 *
 * <pre>
 *  0  length of the changes   4
 *  4  sequence                8   1 for the first in a file, then one more each
 * 12  forced                  8   so many bytes of the file were known to be on disk before this frame was written
 * 20  CRC32C                  4   of bytes 0 to 19 and the changes
 * 24  changes                     {@link Entry}, one after another
 * </pre>
 *
 * <p>{@code forced} tells damage from a torn tail: a sound frame that was written after an offset had been forced proves that what is there was once whole.
 */
final class Frame {
    static final int HEADER_BYTES = 24;
    /** Most bytes of changes in one frame. */
    static final int MOST_BYTES = 1 << 20;

    private static final int SEQUENCE = 4;
    private static final int FORCED = 12;
    private static final int SUM = 20;

    private Frame() {}

    static int bytes(List<Entry> changes) {
        int bytes = HEADER_BYTES;
        for (Entry change : changes) {
            bytes += change.bytes();
        }
        return bytes;
    }

    static void put(ByteBuffer out, long sequence, long forced, List<Entry> changes) {
        int start = out.position();
        out.position(start + HEADER_BYTES);
        for (Entry change : changes) {
            change.put(out);
        }
        int length = out.position() - start - HEADER_BYTES;
        out.putInt(start, length).putLong(start + SEQUENCE, sequence).putLong(start + FORCED, forced);
        out.putInt(start + SUM, sum(out, start, length));
    }

    private static int sum(ByteBuffer in, int start, int length) {
        CRC32C sum = new CRC32C();
        sum.update(in.slice(start, SUM));
        sum.update(in.slice(start + HEADER_BYTES, length));
        return (int) sum.getValue();
    }

    /** Length of the changes as a header says; negative if no frame can have it. */
    static int length(ByteBuffer in, int start) {
        int length = in.getInt(start);
        return length <= MOST_BYTES ? length : -1;
    }

    static long sequence(ByteBuffer in, int start) {
        return in.getLong(start + SEQUENCE);
    }

    static long forced(ByteBuffer in, int start) {
        return in.getLong(start + FORCED);
    }

    static boolean isSound(ByteBuffer in, int start, int length) {
        return in.getInt(start + SUM) == sum(in, start, length);
    }
}
