package jumpvpn.core.control;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.security.TicketSealer;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.StateVersion;
import org.jspecify.annotations.Nullable;

/** The sealed body of a REATTACH_ANSWER. */
public sealed interface ReattachAnswer {
    /** The gateway's newest token. */
    Token token();

    /** Fresh tickets, sealed. */
    List<byte[]> tickets();

    /**
     * The request passed all gates and its binding is committed.
     *
     * @param gatewayWireId where the client's packets of the new binding go
     * @param generation of the session secret after the bind
     * @param mixed whether the new keys and the next generation start from the named one with the output of the named phase in it
     * @param observed the client's address as the gateway saw it
     */
    record Ack(
            StateVersion version,
            long gatewayWireId,
            int generation,
            boolean mixed,
            Endpoint observed,
            Token token,
            List<byte[]> tickets)
            implements ReattachAnswer {}

    /**
     * A gate refused; nothing has changed.
     *
     * @param endpoints where to go instead, with NOT_OWNER
     */
    record Reject(ReasonCode reason, StateVersion version, Token token, List<byte[]> tickets, List<Endpoint> endpoints)
            implements ReattachAnswer {}

    /**
     * Not decided yet, and not soon: a gateway that many ask at once says so, so that its clients neither repeat themselves nor ask around, which would make it later
     * still. Nothing has changed; the decision may follow at any time.
     *
     * @param pauseMillis how long the client had better not say it again, 0 to 65,535
     */
    record Wait(int pauseMillis, Token token) implements ReattachAnswer {
        @Override
        public List<byte[]> tickets() {
            return List.of();
        }
    }

    /** Bytes of the plaintext body. */
    default int length() {
        return switch (this) {
            case Ack ack -> 1 + 8 + 8 + 4 + 1 + Endpoint.WIRE_LENGTH + Token.LENGTH + length(ack.tickets);
            case Reject reject ->
                1 + 2 + 8 + Token.LENGTH + length(reject.tickets) + 1 + reject.endpoints.size() * Endpoint.WIRE_LENGTH;
            case Wait _ -> 1 + 2 + Token.LENGTH;
        };
    }

    private static int length(List<byte[]> tickets) {
        return 1 + tickets.size() * TicketSealer.SEALED_LENGTH;
    }

    /** Writes the plaintext body. */
    default void encode(ByteBuffer out) {
        switch (this) {
            case Ack ack -> {
                out.put((byte) 0)
                        .putLong(ack.version.packed())
                        .putLong(ack.gatewayWireId)
                        .putInt(ack.generation)
                        .put((byte) (ack.mixed ? 1 : 0));
                ack.observed.encode(out);
                ack.token.encode(out);
                Tickets.encode(ack.tickets, out);
            }
            case Reject reject -> {
                out.put((byte) 1).putShort((short) reject.reason.number()).putLong(reject.version.packed());
                reject.token.encode(out);
                Tickets.encode(reject.tickets, out);
                out.put((byte) reject.endpoints.size());
                reject.endpoints.forEach(endpoint -> endpoint.encode(out));
            }
            case Wait wait -> {
                out.put((byte) 2).putShort((short) wait.pauseMillis);
                wait.token.encode(out);
            }
        }
    }

    /** Reads a body; null if malformed. */
    static @Nullable ReattachAnswer decode(byte[] body) {
        try {
            ByteBuffer in = ByteBuffer.wrap(body);
            return switch (in.get()) {
                case 0 -> decodeAck(in);
                case 1 -> decodeReject(in);
                case 2 -> new Wait(in.getShort() & 0xffff, Token.decode(in));
                default -> null;
            };
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable Ack decodeAck(ByteBuffer in) {
        StateVersion version = new StateVersion(in.getLong());
        long wireId = in.getLong();
        int generation = in.getInt();
        byte mixed = in.get();
        Endpoint observed = Endpoint.decode(in);
        Token token = Token.decode(in);
        List<byte[]> tickets = Tickets.decode(in);
        return tickets == null || (mixed & ~1) != 0
                ? null
                : new Ack(version, wireId, generation, mixed == 1, observed, token, tickets);
    }

    private static @Nullable Reject decodeReject(ByteBuffer in) {
        ReasonCode reason = ReasonCode.of(in.getShort());
        StateVersion version = new StateVersion(in.getLong());
        Token token = Token.decode(in);
        List<byte[]> tickets = Tickets.decode(in);
        if (reason == null || tickets == null) {
            return null;
        }
        List<Endpoint> endpoints = new ArrayList<>();
        for (int count = in.get() & 0xff; count > 0; count--) {
            endpoints.add(Endpoint.decode(in));
        }
        return new Reject(reason, version, token, tickets, endpoints);
    }
}
