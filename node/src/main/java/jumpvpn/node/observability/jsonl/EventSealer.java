package jumpvpn.node.observability.jsonl;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Seals the lines of one event file, so that a line that is changed, added or taken away later is noticed: each seal covers the one before, also across starts of the
 * node and rotated files, and signatures cover them all. One thread.
 */
public final class EventSealer {
    /** A signature costs a fifth of a millisecond: ten a second in the long run, some more for who begins. */
    private static final long SIGNATURE_MILLIS = 100;

    private static final int MOST_AT_ONCE = 32;
    private static final int TAIL = 1 << 16;

    private final SealKey key;
    private byte[] before;
    private long paidMillis = Long.MIN_VALUE / 2;

    /**
     * Goes on behind the last sealed line of a file.
     *
     * @param file need not exist
     * @param key the node's own
     */
    public EventSealer(Path file, SealKey key) throws IOException {
        this.key = key;
        this.before = Files.isRegularFile(file) ? last(file) : EventSeal.FIRST;
    }

    private static byte[] last(Path file) throws IOException {
        byte[] tail;
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            ByteBuffer read = ByteBuffer.allocate((int) Math.min(TAIL, channel.size()));
            channel.position(channel.size() - read.capacity());
            while (read.hasRemaining() && channel.read(read) >= 0) {
                // until it is full
            }
            tail = read.array();
        }
        int end = tail.length;
        for (int from = end; from >= 0; from--) {
            if (from == 0 || tail[from - 1] == '\n') {
                EventSeal seal = EventSeal.of(tail, from, end);
                if (seal != null) {
                    return seal.seal();
                }
                end = from - 1;
            }
        }
        return EventSeal.FIRST;
    }

    /**
     * The line with its seal, in UTF-8, without a line feed.
     *
     * @param line a JSON object
     * @param isLast no other line is waiting: it is signed, if that is not too often
     * @param nowMillis of any clock that goes on
     */
    public byte[] sealed(String line, boolean isLast, long nowMillis) {
        String body = line.substring(0, line.length() - 1);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        before = EventSeal.next(before, bytes, 0, bytes.length);
        boolean signs = isLast && maySign(nowMillis);
        String end = EventSeal.end(before, signs ? key.sign(EventSeal.signed(before)) : null);
        return (body + end).getBytes(StandardCharsets.UTF_8);
    }

    private boolean maySign(long nowMillis) {
        long paid = Math.max(paidMillis, nowMillis - MOST_AT_ONCE * SIGNATURE_MILLIS);
        if (paid + SIGNATURE_MILLIS > nowMillis) {
            return false;
        }
        paidMillis = paid + SIGNATURE_MILLIS;
        return true;
    }
}
