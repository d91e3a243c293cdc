package jumpvpn.node.observability.otlp;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes a message of Protocol Buffers, field by field (protobuf.dev, "Encoding"): what OTLP needs of it. */
final class Proto {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** An int32, int64, uint, bool or enum. */
    Proto varint(int field, long value) {
        tag(field, VARINT);
        raw(value);
        return this;
    }

    /** A fixed64 or sfixed64. */
    Proto fixed64(int field, long value) {
        tag(field, FIXED64);
        little(value);
        return this;
    }

    /** A double. */
    Proto number(int field, double value) {
        return fixed64(field, Double.doubleToRawLongBits(value));
    }

    /** A string. */
    Proto text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes. */
    Proto bytes(int field, byte[] value) {
        tag(field, LENGTH);
        raw(value.length);
        out.writeBytes(value);
        return this;
    }

    /** A message inside this one. */
    Proto message(int field, Proto value) {
        return bytes(field, value.bytes());
    }

    /** The encoded message. */
    byte[] bytes() {
        return out.toByteArray();
    }

    private void tag(int field, int wireType) {
        raw((long) field << 3 | wireType);
    }

    private void raw(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private void little(long value) {
        for (int shift = 0; shift < 64; shift += 8) {
            out.write((int) (value >>> shift));
        }
    }
}
