package jumpvpn.core.net;

import java.nio.ByteBuffer;

/**
 * An address and a port.
 *
 * @param port 0..65535
 */
public record Endpoint(IpAddress address, int port) {
    /** Bytes of an endpoint on our wire: address 17, port u16. */
    public static final int WIRE_LENGTH = IpAddress.WIRE_LENGTH + 2;

    /** Writes {@link #WIRE_LENGTH} bytes. */
    public void encode(ByteBuffer out) {
        address.encode(out);
        out.putShort((short) port);
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws IllegalArgumentException on an unknown family
     */
    public static Endpoint decode(ByteBuffer in) {
        return new Endpoint(IpAddress.decode(in), in.getShort() & 0xffff);
    }

    /** Whether it is this one; allocates nothing. */
    public boolean is(long high, long low, int otherPort) {
        return port == otherPort && address.low() == low && address.high() == high;
    }

    /** Writes it in as few bytes as it needs. */
    public void encodeShort(ByteBuffer out) {
        address.encodeShort(out);
        out.putShort((short) port);
    }

    /** Reads what {@link #encodeShort} wrote. */
    public static Endpoint decodeShort(ByteBuffer in) {
        return new Endpoint(IpAddress.decodeShort(in), in.getShort() & 0xffff);
    }

    /** Appends what {@link #toString()} says; to a longer text at once, because texts of texts cost a copy each. */
    public void appendTo(StringBuilder text) {
        if (address.isV4()) {
            address.appendTo(text);
        } else {
            text.append('[');
            address.appendTo(text);
            text.append(']');
        }
        text.append(':').append(port);
    }

    /** {@code 192.0.2.1:4500} or {@code [2001:db8::1]:4500}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        appendTo(text);
        return text.toString();
    }
}
