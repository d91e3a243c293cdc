package jumpvpn.node.ownership.embedded;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One key's new value; null: the key goes. As bytes: key (17), length of the value (4; −1: the key goes), value.
 */
record Entry(Key key, byte @Nullable [] value) {
    /** Longest value. */
    static final int MOST_VALUE_BYTES = 65_536;

    static final int HEADER_BYTES = 21;
    private static final int GONE = -1;

    /**
     * What a value belongs to.
     *
     * @param kind what sort of thing has this number
     */
    record Key(byte kind, long high, long low) {}

    int bytes() {
        return HEADER_BYTES + (value == null ? 0 : value.length);
    }

    void put(ByteBuffer out) {
        out.put(key.kind).putLong(key.high).putLong(key.low);
        if (value == null) {
            out.putInt(GONE);
        } else {
            out.putInt(value.length).put(value);
        }
    }

    /** Reads what {@link #put} wrote; null if it did not write this. */
    static @Nullable Entry get(ByteBuffer in) {
        if (in.remaining() < HEADER_BYTES) {
            return null;
        }
        Key key = new Key(in.get(), in.getLong(), in.getLong());
        int length = in.getInt();
        if (length == GONE) {
            return new Entry(key, null);
        }
        if (length < 0 || length > in.remaining()) {
            return null;
        }
        byte[] value = new byte[length];
        in.get(value);
        return new Entry(key, value);
    }
}
