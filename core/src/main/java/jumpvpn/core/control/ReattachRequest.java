package jumpvpn.core.control;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.LinkKind;
import org.jspecify.annotations.Nullable;

/**
 * The sealed body of a REATTACH_REQUEST (contract section 2).
 *
 * @param local the candidate's address as the client sees it
 * @param expectedEpoch that of the last ACK
 * @param generation of the session secret that the new keys start from
 * @param phase of the binding of the expected epoch: the newest renewal of its keys whose output the client has; 0: none
 * @param tokenAgeNanos the client's boot time since the token came
 * @param unanswered nonces of the client's own requests that got no answer yet, at most {@link #MAX_UNANSWERED}
 */
public record ReattachRequest(
        BindCause cause,
        Protocol protocol,
        LinkKind kind,
        Endpoint local,
        long clientWireId,
        int expectedEpoch,
        int generation,
        int phase,
        Token token,
        long tokenAgeNanos,
        List<Nonce> unanswered) {

    /** How many unanswered nonces fit. */
    public static final int MAX_UNANSWERED = 32;

    /** Bytes of the longest body; the envelope pads it further. */
    static final int MAX_LENGTH =
            3 + Endpoint.WIRE_LENGTH + 8 + 4 + 4 + 4 + Token.LENGTH + 8 + 1 + MAX_UNANSWERED * Nonce.LENGTH;

    byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(MAX_LENGTH);
        out.put((byte) cause.number()).put((byte) protocol.number()).put((byte) kind.number());
        local.encode(out);
        out.putLong(clientWireId).putInt(expectedEpoch).putInt(generation).putInt(phase);
        token.encode(out);
        out.putLong(tokenAgeNanos).put((byte) unanswered.size());
        unanswered.forEach(nonce -> nonce.encode(out));
        return out.array();
    }

    static @Nullable ReattachRequest decode(ByteBuffer in) {
        try {
            BindCause cause = BindCause.of(in.get());
            Protocol protocol = Protocol.of(in.get());
            LinkKind kind = LinkKind.of(in.get());
            Endpoint local = Endpoint.decode(in);
            long wireId = in.getLong();
            int epoch = in.getInt();
            int generation = in.getInt();
            int phase = in.getInt();
            Token token = Token.decode(in);
            long age = in.getLong();
            int count = in.get() & 0xff;
            if (cause == null || protocol == null || kind == null || age < 0 || count > MAX_UNANSWERED) {
                return null;
            }
            List<Nonce> unanswered = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                unanswered.add(Nonce.decode(in));
            }
            return new ReattachRequest(
                    cause, protocol, kind, local, wireId, epoch, generation, phase, token, age, unanswered);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return null; // malformed, though sealed by a proven client: the caller counts it
        }
    }
}
