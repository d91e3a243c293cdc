package jumpvpn.core.session;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/** 16 random bytes that name a session for as long as it lives; never on the network in clear. */
public record SessionId(long high, long low) implements Comparable<SessionId> {
    /** Bytes on the wire. */
    public static final int LENGTH = 16;

    /** The identifier with these 16 bytes. */
    public static SessionId of(byte[] bytes) {
        return decode(ByteBuffer.wrap(bytes, 0, LENGTH));
    }

    /** Reads 16 bytes. */
    public static SessionId decode(ByteBuffer in) {
        return new SessionId(in.getLong(), in.getLong());
    }

    /** Writes 16 bytes. */
    public void encode(ByteBuffer out) {
        out.putLong(high).putLong(low);
    }

    /** The 16 bytes. */
    public byte[] bytes() {
        return ByteBuffer.allocate(LENGTH).putLong(high).putLong(low).array();
    }

    @Override
    public int compareTo(SessionId other) {
        int order = Long.compareUnsigned(high, other.high);
        return order != 0 ? order : Long.compareUnsigned(low, other.low);
    }

    /** 32 hexadecimal digits. */
    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }
}
