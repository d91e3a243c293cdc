package jumpvpn.core.control;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/** The payload of the handshake's second message. */
public sealed interface Grant {
    /** Bytes, padding included. */
    int LENGTH = 300;

    /**
     * The client is known and may have this session.
     *
     * @param inner at most one IPv4 and one IPv6 address with their prefix lengths
     * @param observed the client's outer address as the gateway saw it
     * @param mtu of the inner network, bytes
     */
    record Session(SessionId id, List<Prefix> inner, Endpoint observed, int mtu, Policy policy) implements Grant {}

    /** The handshake is refused. */
    record Refused(ReasonCode reason) implements Grant {}

    /** The padded payload. */
    default byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(LENGTH);
        switch (this) {
            case Refused refused -> out.putShort((short) refused.reason.number());
            case Session session -> {
                out.putShort((short) 0);
                session.id.encode(out);
                putInner(out, session.inner, true);
                putInner(out, session.inner, false);
                session.observed.encode(out);
                out.putShort((short) session.mtu);
                session.policy.encode(out);
            }
        }
        return out.array();
    }

    private static void putInner(ByteBuffer out, List<Prefix> inner, boolean v4) {
        byte[] bytes = new byte[v4 ? 4 : 16];
        int length = 0;
        for (Prefix prefix : inner) {
            if (prefix.address().isV4() == v4) {
                bytes = prefix.address().bytes();
                length = prefix.length();
            }
        }
        out.put(bytes).put((byte) length);
    }

    /** Reads a payload; null if malformed. */
    static @Nullable Grant decode(byte[] payload) {
        if (payload.length != LENGTH) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(payload);
        int status = in.getShort();
        if (status != 0) {
            ReasonCode reason = ReasonCode.of(status);
            return reason == null ? null : new Refused(reason);
        }
        try {
            SessionId id = SessionId.decode(in);
            List<Prefix> inner = new ArrayList<>(2);
            getInner(in, 4, inner);
            getInner(in, 16, inner);
            Endpoint observed = Endpoint.decode(in);
            int mtu = in.getShort() & 0xffff;
            return new Session(id, inner, observed, mtu, Policy.decode(in));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static void getInner(ByteBuffer in, int length, List<Prefix> inner) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        IpAddress address = IpAddress.of(bytes);
        Prefix prefix = new Prefix(address, in.get() & 0xff);
        if (!address.isUnspecified()) {
            inner.add(prefix);
        }
    }
}
