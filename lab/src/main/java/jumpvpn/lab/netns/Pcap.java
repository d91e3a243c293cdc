package jumpvpn.lab.netns;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** Reads a capture in the classic format of libpcap (24 bytes header, then per frame 16 bytes header and the bytes), Ethernet only. */
public final class Pcap {
    private static final int MICROS = 0xa1b2c3d4;
    private static final int NANOS = 0xa1b23c4d;
    private static final int ETHERNET = 1;
    private static final int LARGEST_FRAME = 1 << 18;

    /** Gets each captured frame. */
    public interface Visitor {
        /** A frame; {@code frame} is valid during the call only. */
        void frame(Instant at, byte[] frame);
    }

    private Pcap() {}

    /**
     * Hands every whole frame to the visitor; how many there were. A frame cut off at the end of the file (the capture was killed) is left out.
     *
     * @throws IOException if the file is no Ethernet capture
     */
    public static int read(Path file, Visitor visitor) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            ByteBuffer header = ByteBuffer.wrap(in.readNBytes(24));
            if (header.capacity() < 24) {
                throw new IOException(file + ": no capture: only " + header.capacity() + " bytes");
            }
            int magic = header.getInt(0);
            boolean swapped = magic == Integer.reverseBytes(MICROS) || magic == Integer.reverseBytes(NANOS);
            ByteOrder order = swapped ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
            magic = header.order(order).getInt(0);
            if ((magic != MICROS && magic != NANOS) || header.getInt(20) != ETHERNET) {
                throw new IOException(file + ": not an Ethernet capture of libpcap");
            }
            return frames(in, order, magic == NANOS ? 1 : 1000, visitor, file);
        }
    }

    private static int frames(InputStream in, ByteOrder order, int nanosPerUnit, Visitor visitor, Path file)
            throws IOException {
        for (int count = 0; ; count++) {
            ByteBuffer header = ByteBuffer.wrap(in.readNBytes(16)).order(order);
            if (header.capacity() < 16) {
                return count;
            }
            int length = header.getInt(8);
            if (length < 0 || length > LARGEST_FRAME) {
                throw new IOException(file + ": frame " + count + " claims " + length + " bytes");
            }
            byte[] frame = in.readNBytes(length);
            if (frame.length < length) {
                return count;
            }
            visitor.frame(
                    Instant.ofEpochSecond(header.getInt(0) & 0xffffffffL, (long) header.getInt(4) * nanosPerUnit),
                    frame);
        }
    }
}
