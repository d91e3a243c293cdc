package jumpvpn.core.control;

import java.nio.ByteBuffer;

/** The 16 random bytes that make a request unique; also the client's freshness in the new binding's keys. */
public record Nonce(long high, long low) {
    /** Bytes on the wire. */
    public static final int LENGTH = 16;

    /** The nonce with these bytes. */
    public static Nonce of(byte[] bytes) {
        return decode(ByteBuffer.wrap(bytes, 0, LENGTH));
    }

    static Nonce decode(ByteBuffer in) {
        return new Nonce(in.getLong(), in.getLong());
    }

    void encode(ByteBuffer out) {
        out.putLong(high).putLong(low);
    }

    /** The 16 bytes. */
    public byte[] bytes() {
        return ByteBuffer.allocate(LENGTH).putLong(high).putLong(low).array();
    }
}
