package jumpvpn.lab.netns;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Builds captures for tests, as tcpdump writes them. */
final class CaptureFile {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final ByteOrder order;

    CaptureFile(int magic, ByteOrder order) {
        this.order = order;
        bytes.writeBytes(ByteBuffer.allocate(24)
                .order(order)
                .putInt(magic)
                .putInt(0x00040002)
                .putInt(0)
                .putInt(0)
                .putInt(262144)
                .putInt(1)
                .array());
    }

    static CaptureFile ordinary() {
        return new CaptureFile(0xa1b2c3d4, ByteOrder.LITTLE_ENDIAN);
    }

    CaptureFile frame(int seconds, int fraction, byte[] frame) {
        bytes.writeBytes(ByteBuffer.allocate(16)
                .order(order)
                .putInt(seconds)
                .putInt(fraction)
                .putInt(frame.length)
                .putInt(frame.length)
                .array());
        bytes.writeBytes(frame);
        return this;
    }

    /** A datagram of ours from the client (up) or to it. */
    CaptureFile datagram(int seconds, boolean up, byte[] payload) {
        return frame(seconds, 0, udp(up ? 40000 : 4500, up ? 4500 : 40000, payload));
    }

    /** DATA with this identifier and counter. */
    CaptureFile data(int seconds, boolean up, long wireId, long counter, String sealed) {
        byte[] text = sealed.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        return datagram(
                seconds,
                up,
                ByteBuffer.allocate(20 + text.length)
                        .putInt(0x08000000)
                        .putLong(wireId)
                        .putLong(counter)
                        .put(text)
                        .array());
    }

    static byte[] udp(int from, int to, byte[] payload) {
        ByteBuffer udp = ByteBuffer.allocate(8 + payload.length)
                .putShort((short) from)
                .putShort((short) to)
                .putShort((short) (8 + payload.length))
                .putShort((short) 0)
                .put(payload);
        return ipv4(17, udp.array());
    }

    static byte[] ipv4(int protocol, byte[] payload) {
        return ByteBuffer.allocate(34 + payload.length)
                .position(12)
                .putShort((short) 0x0800)
                .put((byte) 0x45)
                .put((byte) 0)
                .putShort((short) (20 + payload.length))
                .position(23)
                .put((byte) protocol)
                .putShort((short) 0)
                .put(new byte[] {10, 1, 0, 2, (byte) 198, 51, 100, 1})
                .put(payload)
                .array();
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    Path write(Path directory, String name) throws IOException {
        return Files.write(directory.resolve(name), bytes());
    }
}
