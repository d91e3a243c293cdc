package jumpvpn.node.ownership.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import jumpvpn.node.ownership.StateException;
import org.jspecify.annotations.Nullable;

/**
 * An open log and where in it each key's newest value is. One thread. The file begins with
 *
 * <pre>
 *  0  "jvpn-log"   8
 *  8  version      4   1
 * 12  identity    16   whose it is: a log is refused by a gateway with another key
 * 28  CRC32C       4   of bytes 0 to 27
 * </pre>
 *
 * <p>then come {@link Frame}s.
 */
final class LogFile implements AutoCloseable {
    static final int HEADER_BYTES = 32;
    static final int IDENTITY_BYTES = 16;

    private static final long MAGIC = 0x6a76_706e_2d6c_6f67L; // "jvpn-log"
    private static final int VERSION = 1;
    private static final int VERSION_AT = 8;
    private static final int IDENTITY_AT = 12;
    private static final int SUM_AT = 28;

    final FileChannel channel;
    private final Places newest = new Places();
    private long size;
    private long forced;
    private long sequence;
    private long live;

    private LogFile(FileChannel channel) {
        this.channel = channel;
    }

    /** A new file with nothing but its header, not yet on disk. */
    static LogFile create(FileChannel channel, byte[] identity) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        header.putLong(MAGIC).putInt(VERSION).put(identity).putInt(sum(header)).flip();
        LogFile file = new LogFile(channel);
        file.write(header);
        return file;
    }

    /** What was found on opening. */
    record Found(LogFile file, long cutOff) {}

    /**
     * Opens a log and reads it through. A torn tail, which a crash in the middle of a write leaves, is cut off.
     *
     * @throws StateException if it is damaged, of another version or of another identity
     */
    static Found open(String name, FileChannel channel, byte[] identity) throws IOException {
        checkHeader(name, channel, identity);
        LogFile file = new LogFile(channel);
        FrameReader reader = new FrameReader(channel, HEADER_BYTES);
        while (reader.next(file::place)) {
            // every change finds its place
        }
        long end = channel.size();
        if (reader.offset() < end) {
            long proof = reader.proofOfDamage();
            if (proof >= 0) {
                throw new StateException(
                        name + ":" + reader.offset() + ": damaged: what was on disk here once, by the record at "
                                + proof + ", is not what is here now; " + wayOut(name));
            }
            channel.truncate(reader.offset());
            channel.force(true);
        }
        file.size = reader.offset();
        file.forced = file.size;
        file.sequence = reader.sequence();
        return new Found(file, end - file.size);
    }

    private static void checkHeader(String name, FileChannel channel, byte[] identity) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        while (header.hasRemaining() && channel.read(header, header.position()) >= 0) {
            // until it is full or the file ends
        }
        if (header.hasRemaining() || header.getLong(0) != MAGIC) {
            throw new StateException(name + ":0: this is no log of sessions; " + wayOut(name));
        }
        if (header.getInt(SUM_AT) != sum(header)) {
            throw new StateException(name + ":0: the header is damaged; " + wayOut(name));
        }
        if (header.getInt(VERSION_AT) != VERSION) {
            throw new StateException(name + ":" + VERSION_AT + ": version " + header.getInt(VERSION_AT)
                    + ", and this program knows version " + VERSION + " only; start the program that wrote it, or "
                    + wayOut(name));
        }
        if (!Arrays.equals(identity, 0, IDENTITY_BYTES, header.array(), IDENTITY_AT, IDENTITY_AT + IDENTITY_BYTES)) {
            throw new StateException(
                    name + ":" + IDENTITY_AT + ": written by a gateway with another private key or name; give it"
                            + " those again, or " + wayOut(name));
        }
    }

    private static int sum(ByteBuffer header) {
        CRC32C sum = new CRC32C();
        sum.update(header.slice(0, SUM_AT));
        return (int) sum.getValue();
    }

    static String wayOut(String name) {
        return "move the file away (its sessions end, clients connect anew): mv " + name + " " + name + ".broken";
    }

    /** How long the file is. */
    long size() {
        return size;
    }

    /** How many bytes of it are current values. */
    long live() {
        return live;
    }

    /** Appends commits, one frame each; they are not on disk before {@link #force}. */
    void append(ByteBuffer buffer, List<List<Entry>> commits) throws IOException {
        buffer.clear();
        for (List<Entry> changes : commits) {
            if (buffer.remaining() < Frame.bytes(changes)) {
                write(buffer.flip());
                buffer.clear();
            }
            long at = size + buffer.position() + Frame.HEADER_BYTES;
            Frame.put(buffer, ++sequence, forced, changes);
            for (Entry change : changes) {
                place(at, change);
                at += change.bytes();
            }
        }
        write(buffer.flip());
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            size += channel.write(bytes, size);
        }
    }

    /** All that was appended is on disk when this returns. */
    void force() throws IOException {
        channel.force(false);
        forced = size;
    }

    private void place(long at, Entry change) {
        boolean gone = change.value() == null;
        long before = gone ? newest.remove(change.key()) : newest.put(change.key(), Places.of(at, change.bytes()));
        live += (gone ? 0 : change.bytes()) - Places.bytes(before);
    }

    /** Hands every current value on, in the order in which they were written. */
    void readCurrent(FrameReader.Visitor visitor) throws IOException {
        FrameReader reader = new FrameReader(channel, HEADER_BYTES);
        while (reader.offset() < size) {
            boolean whole = reader.next((at, change) -> {
                if (isNewest(at, change)) {
                    visitor.change(at, change);
                }
            });
            if (!whole) {
                throw new IOException("what was read a moment ago is gone at " + reader.offset());
            }
        }
    }

    /** This change, which begins there, is the newest of its key and holds a value. */
    boolean isNewest(long at, Entry change) {
        long place = newest.get(change.key());
        return place != Places.NONE && Places.at(place) == at;
    }

    /**
     * The newest value of a key, of all that was appended; null: there is none.
     *
     * @throws IOException also if the file holds something else now
     */
    byte @Nullable [] value(Entry.Key key) throws IOException {
        long place = newest.get(key);
        if (place == Places.NONE) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.allocate(Places.bytes(place));
        long at = Places.at(place);
        while (bytes.hasRemaining() && channel.read(bytes, at + bytes.position()) >= 0) {
            // until it is full or the file ends
        }
        Entry entry = Entry.get(bytes.flip());
        if (entry == null || !entry.key().equals(key)) {
            throw new IOException("what was written at " + at + " is not what is there now");
        }
        return entry.value();
    }

    /** The key has a value. */
    boolean has(Entry.Key key) {
        return newest.get(key) != Places.NONE;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
