package jumpvpn.core.control;

import java.nio.ByteBuffer;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.LinkKind;
import org.jspecify.annotations.Nullable;

/** The payload of the handshake's first message: what the client says of the path. */
public record Hello(Protocol protocol, LinkKind kind, Endpoint local) {
    /** Bytes, padding included: no answer is longer than the message that carries it. */
    public static final int LENGTH = 500;

    /** The padded payload. */
    public byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(LENGTH);
        out.putInt(0).put((byte) protocol.number()).put((byte) kind.number());
        local.encode(out);
        return out.array();
    }

    /** Reads a payload; null if malformed. */
    public static @Nullable Hello decode(byte[] payload) {
        if (payload.length != LENGTH) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(payload, 4, LENGTH - 4); // features: none are defined yet
        Protocol protocol = Protocol.of(in.get());
        LinkKind kind = LinkKind.of(in.get());
        try {
            Endpoint local = Endpoint.decode(in);
            return protocol == null || kind == null ? null : new Hello(protocol, kind, local);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
