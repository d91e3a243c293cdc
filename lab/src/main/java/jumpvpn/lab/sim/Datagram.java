package jumpvpn.lab.sim;

import java.util.Arrays;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.net.Endpoint;

/** A datagram that an end sent. However often copies of it arrive, only the first unaltered one is the end's own word; all others are replays or forgeries. */
final class Datagram {
    final Endpoint from;
    final Endpoint to;
    final byte[] bytes;
    private boolean heard;

    Datagram(Endpoint from, Endpoint to, byte[] bytes) {
        this.from = from;
        this.to = to;
        this.bytes = bytes;
    }

    /** Whether its end had it before, in a way that could have had an effect. */
    boolean isHeard() {
        return heard;
    }

    /** A reattach request may come more than once: whether it has an effect is {@link Requests}' matter. */
    boolean isRequest() {
        return bytes[0] == MessageType.REATTACH_REQUEST;
    }

    void hear() {
        heard = true;
    }

    /** For {@link History}. */
    long fingerprint() {
        return Arrays.hashCode(bytes) * 31L + to.port();
    }

    @Override
    public String toString() {
        return kind(bytes) + " " + bytes.length + " B " + from + " > " + to;
    }

    static String kind(byte[] bytes) {
        return bytes.length == 0
                ? "EMPTY"
                : switch (bytes[0]) {
                    case 0x04 -> "HANDSHAKE_INIT";
                    case 0x05 -> "HANDSHAKE_RESPONSE";
                    case 0x08 -> "DATA";
                    case 0x09 -> "CONTROL";
                    case 0x0A -> "EARLY_DATA";
                    case 0x0B -> "REATTACH_REQUEST";
                    case 0x0C -> "REATTACH_ANSWER";
                    case 0x0D -> "PROBE";
                    case 0x0E -> "PROBE_ANSWER";
                    default -> "0x" + Integer.toHexString(bytes[0] & 0xff);
                };
    }
}
