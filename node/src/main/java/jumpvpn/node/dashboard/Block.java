package jumpvpn.node.dashboard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * A block of the history's file, lines packed together (zlib, RFC 1950), big-endian:
 *
 * <pre>
 *   u32 magic "jvH1"   u32 bytes packed   u32 bytes unpacked   i64 first millis   i64 last millis
 *   128 bytes: which sessions it may speak of (a Bloom filter of two hashes)
 *   u32 CRC-32C of all before and the packed lines   packed lines, each with a line feed
 * </pre>
 *
 * @param at where it begins in the file
 * @param packed bytes of the packed lines
 * @param unpacked their bytes unpacked
 * @param crc as it stands there
 */
record Block(long at, int packed, int unpacked, long firstMillis, long lastMillis, byte[] sessions, int crc) {
    static final int HEADER = 4 + 4 + 4 + 8 + 8 + 128 + 4;
    static final int MOST_UNPACKED = 1 << 20;
    private static final int MAGIC = 0x6a764831;
    private static final int FILTER = 128;
    private static final int BEFORE_CRC = HEADER - 4;

    /** A line with its time and the session that it speaks of. */
    record Line(long millis, @Nullable String session, String text) {}

    /** The bytes of a block of these lines, at least one. */
    static byte[] pack(List<Line> lines) {
        StringBuilder text = new StringBuilder();
        BitSet filter = new BitSet(FILTER * 8);
        for (Line line : lines) {
            text.append(line.text).append('\n');
            if (line.session != null) {
                filter.set(first(line.session));
                filter.set(second(line.session));
            }
        }
        byte[] plain = text.toString().getBytes(StandardCharsets.UTF_8);
        byte[] packed = new byte[plain.length + 64 + plain.length / 1000];
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        deflater.setInput(plain);
        deflater.finish();
        int length = deflater.deflate(packed);
        deflater.end();
        byte[] bits = filter.toByteArray();
        ByteBuffer block = ByteBuffer.allocate(HEADER + length)
                .putInt(MAGIC)
                .putInt(length)
                .putInt(plain.length)
                .putLong(lines.stream().mapToLong(Line::millis).min().orElse(0))
                .putLong(lines.stream().mapToLong(Line::millis).max().orElse(0))
                .put(bits);
        block.position(HEADER).put(packed, 0, length);
        block.putInt(BEFORE_CRC, crc(block.array(), packed, length));
        return block.array();
    }

    private static int crc(byte[] header, byte[] packed, int length) {
        CRC32C crc = new CRC32C();
        crc.update(header, 0, BEFORE_CRC);
        crc.update(packed, 0, length);
        return (int) crc.getValue();
    }

    /** The header that begins there; null if none does, or its block would end behind {@code end}. */
    static @Nullable Block header(FileChannel file, long at, long end) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        if (at + HEADER > end || !fill(file, header, at) || header.getInt() != MAGIC) {
            return null;
        }
        int packed = header.getInt();
        int unpacked = header.getInt();
        long first = header.getLong();
        long last = header.getLong();
        byte[] filter = new byte[FILTER];
        header.get(filter);
        boolean isSound = packed > 0 && unpacked > 0 && unpacked <= MOST_UNPACKED && at + HEADER + packed <= end;
        return isSound ? new Block(at, packed, unpacked, first, last, filter, header.getInt()) : null;
    }

    private static boolean fill(FileChannel file, ByteBuffer into, long at) throws IOException {
        while (into.hasRemaining()) {
            if (file.read(into, at + into.position()) < 0) {
                return false;
            }
        }
        into.flip();
        return true;
    }

    long end() {
        return at + HEADER + packed;
    }

    boolean mayMention(String session) {
        BitSet filter = BitSet.valueOf(sessions);
        return filter.get(first(session)) && filter.get(second(session));
    }

    private static int first(String session) {
        return session.hashCode() & FILTER * 8 - 1;
    }

    private static int second(String session) {
        return session.hashCode() >>> 16 & FILTER * 8 - 1;
    }

    /** Whether it is as it was written, by its checksum: nothing is unpacked. */
    boolean isSound(FileChannel file) throws IOException {
        return bytes(file) != null;
    }

    /** Its packed lines; null if it is damaged. */
    private byte @Nullable [] bytes(FileChannel file) throws IOException {
        ByteBuffer whole = ByteBuffer.allocate(HEADER + packed);
        if (!fill(file, whole, at)) {
            return null;
        }
        byte[] bytes = new byte[packed];
        whole.get(HEADER, bytes);
        return crc(whole.array(), bytes, packed) == crc ? bytes : null;
    }

    /** Its lines; null if it is damaged. */
    @Nullable
    List<String> lines(FileChannel file) throws IOException {
        byte[] bytes = bytes(file);
        if (bytes == null) {
            return null;
        }
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(bytes);
            byte[] plain = new byte[unpacked];
            int length = inflater.inflate(plain);
            return new String(plain, 0, length, StandardCharsets.UTF_8).lines().toList();
        } catch (DataFormatException e) {
            return null;
        } finally {
            inflater.end();
        }
    }
}
