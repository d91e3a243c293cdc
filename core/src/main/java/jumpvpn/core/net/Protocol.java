package jumpvpn.core.net;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The outer transport protocols; the number is the one on the wire. */
public enum Protocol {
    /** Plain UDP datagrams. */
    UDP(1),
    /** QUIC DATAGRAM frames (RFC 9221). */
    QUIC(2),
    /** TCP with TLS 1.3, length-framed. */
    TCP(3);

    /** Bytes of payload that a datagram of each of them has room for on every path: a little less than QUIC's first packets have. */
    public static final int LEAST_DATAGRAM = 1100;

    private final int number;
    private final String scheme = name().toLowerCase(Locale.ROOT);

    Protocol(int number) {
        this.number = number;
    }

    /** The number on the wire. */
    public int number() {
        return number;
    }

    /** The protocol of a wire number, or null. */
    public static @Nullable Protocol of(int number) {
        return switch (number) {
            case 1 -> UDP;
            case 2 -> QUIC;
            case 3 -> TCP;
            default -> null;
        };
    }

    /** The URI scheme: {@code udp}, {@code quic}, {@code tcp}. */
    public String scheme() {
        return scheme;
    }
}
