package jumpvpn.core.control;

import java.nio.ByteBuffer;

/**
 * A gateway's time stamp, opaque to the client, that lets a gateway tell how old a request is.
 *
 * @param incarnation random, new at every start of the gateway
 * @param issuedNanos the gateway's boot time at issue
 */
public record Token(long incarnation, long issuedNanos) {
    /** Bytes on the wire. */
    public static final int LENGTH = 16;

    /** What a client without one sends. */
    public static final Token NONE = new Token(0, 0);

    static Token decode(ByteBuffer in) {
        return new Token(in.getLong(), in.getLong());
    }

    void encode(ByteBuffer out) {
        out.putLong(incarnation).putLong(issuedNanos);
    }
}
