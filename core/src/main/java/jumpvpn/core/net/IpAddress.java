package jumpvpn.core.net;

import java.nio.ByteBuffer;

/**
 * An IPv4 or IPv6 address as two longs. IPv4 is kept as its IPv4-mapped IPv6 form (RFC 4291 section 2.5.5.2), so that one table holds both.
 *
 * @param high the first eight bytes, big-endian
 * @param low the last eight bytes, big-endian
 */
public record IpAddress(long high, long low) implements Comparable<IpAddress> {
    /** Bytes of an address on our wire: family (4 or 6), then 16 bytes. */
    public static final int WIRE_LENGTH = 17;

    private static final long MAPPED = 0x0000_ffff_0000_0000L;

    /** The IPv4 address with these 32 bits. */
    public static IpAddress v4(int bits) {
        return new IpAddress(0, MAPPED | (bits & 0xffff_ffffL));
    }

    /** The IPv6 address with these two halves. */
    public static IpAddress v6(long high, long low) {
        return new IpAddress(high, low);
    }

    /** The address with these 4 or 16 network-order bytes. */
    public static IpAddress of(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return switch (bytes.length) {
            case 4 -> v4(in.getInt());
            case 16 -> new IpAddress(in.getLong(), in.getLong());
            default -> throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length);
        };
    }

    /** Whether this is an IPv4 address. */
    public boolean isV4() {
        return high == 0 && (low & 0xffff_ffff_0000_0000L) == MAPPED;
    }

    /** The 32 bits of an IPv4 address. */
    public int v4Bits() {
        return (int) low;
    }

    /** Whether this is 0.0.0.0 or ::. */
    public boolean isUnspecified() {
        return high == 0 && (low == 0 || low == MAPPED);
    }

    /** Whether this is fe80::/10, usable on one link only. */
    public boolean isLinkLocal() {
        return isV4() ? (v4Bits() >>> 16) == 0xa9fe : (high >>> 54) == 0x3fa;
    }

    /** Whether this is 127.0.0.0/8 or ::1. */
    public boolean isLoopback() {
        return isV4() ? (v4Bits() >>> 24) == 127 : high == 0 && low == 1;
    }

    /** The network-order bytes: 4 or 16. */
    public byte[] bytes() {
        return isV4()
                ? ByteBuffer.allocate(4).putInt(v4Bits()).array()
                : ByteBuffer.allocate(16).putLong(high).putLong(low).array();
    }

    /** Writes the {@link #WIRE_LENGTH} bytes of our wire form. */
    public void encode(ByteBuffer out) {
        if (isV4()) {
            out.put((byte) 4).putInt(v4Bits()).putInt(0).putLong(0);
        } else {
            out.put((byte) 6).putLong(high).putLong(low);
        }
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws IllegalArgumentException on another family than 4 and 6
     */
    public static IpAddress decode(ByteBuffer in) {
        byte family = in.get();
        long first = in.getLong();
        long second = in.getLong();
        return switch (family) {
            case 4 -> v4((int) (first >>> 32));
            case 6 -> new IpAddress(first, second);
            default -> throw new IllegalArgumentException("address family " + family);
        };
    }

    /** Writes the 4 or 16 bytes of {@link #bytes} behind their number. */
    public void encodeShort(ByteBuffer out) {
        byte[] bytes = bytes();
        out.put((byte) bytes.length).put(bytes);
    }

    /** Reads what {@link #encodeShort} wrote. */
    public static IpAddress decodeShort(ByteBuffer in) {
        byte[] bytes = new byte[in.get()];
        in.get(bytes);
        return of(bytes);
    }

    /**
     * Reads a literal; names are never looked up.
     *
     * @throws IllegalArgumentException if the text is no literal
     */
    public static IpAddress parse(String text) {
        return AddressText.parse(text);
    }

    @Override
    public int compareTo(IpAddress other) {
        int order = Long.compareUnsigned(high, other.high);
        return order != 0 ? order : Long.compareUnsigned(low, other.low);
    }

    /** Appends what {@link #toString()} says. */
    void appendTo(StringBuilder text) {
        AddressText.append(this, text);
    }

    /** The canonical text: dotted, or RFC 5952. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        appendTo(text);
        return text.toString();
    }
}
