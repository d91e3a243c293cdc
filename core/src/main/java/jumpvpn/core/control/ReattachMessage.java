package jumpvpn.core.control;

import java.nio.ByteBuffer;
import java.util.Arrays;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Proof;
import jumpvpn.core.security.Suite;
import jumpvpn.core.security.Ticket;
import jumpvpn.core.security.TicketSealer;
import org.jspecify.annotations.Nullable;

/** The datagrams of the reattach exchange and of probes: ticket and proof of possession around a sealed body (docs/protocol/wire.md). */
public final class ReattachMessage {
    private static final int TICKET = 4;
    private static final int NONCE = TICKET + TicketSealer.SEALED_LENGTH;
    private static final int BODY = NONCE + Nonce.LENGTH;
    private static final int ANSWER_RANDOM = 12;
    private static final int ANSWER_BODY = ANSWER_RANDOM + Nonce.LENGTH;

    private ReattachMessage() {}

    /**
     * A request or probe that passed gate D: its ticket opened and its proof is valid.
     *
     * @param proof with which it is answered
     */
    public record Proven<B>(Suite suite, Ticket ticket, Nonce nonce, Proof proof, B body) {}

    /** The body of a PROBE_ANSWER. */
    public record ProbeAnswer(Token token, Endpoint observed) {}

    /** A REATTACH_REQUEST. */
    public static byte[] request(
            AeadPort aead, Suite suite, byte[] ticket, Nonce nonce, byte[] proofKey, ReattachRequest request) {
        Proof proof = new Proof(proofKey, nonce.bytes());
        byte[] datagram = envelope(
                suite, MessageType.REATTACH_REQUEST, MessageType.REQUEST_LENGTH, ticket, nonce, request.encode());
        return seal(aead, suite, proof, proof.requestKey(), datagram);
    }

    /** A PROBE. */
    public static byte[] probe(
            AeadPort aead, Suite suite, byte[] ticket, Nonce nonce, byte[] proofKey, long clientWireId) {
        Proof proof = new Proof(proofKey, nonce.bytes());
        byte[] body = ByteBuffer.allocate(8).putLong(clientWireId).array();
        byte[] datagram = envelope(suite, MessageType.PROBE, MessageType.PROBE_LENGTH, ticket, nonce, body);
        return seal(aead, suite, proof, proof.probeKey(), datagram);
    }

    private static byte[] envelope(Suite suite, byte type, int length, byte[] ticket, Nonce nonce, byte[] body) {
        return ByteBuffer.allocate(length)
                .put(type)
                .put(MessageType.VERSION)
                .put((byte) suite.number())
                .put((byte) 0)
                .put(ticket)
                .put(nonce.bytes())
                .put(body)
                .array();
    }

    private static byte[] seal(AeadPort aead, Suite suite, Proof proof, byte[] key, byte[] datagram) {
        aead.sealOnce(suite, key, 0, datagram, BODY, datagram.length - Proof.MAC_LENGTH);
        proof.write(datagram);
        return datagram;
    }

    /** Gate D for a REATTACH_REQUEST. Null: say nothing, keep nothing. */
    public static @Nullable Proven<ReattachRequest> openRequest(AeadPort aead, TicketSealer tickets, byte[] datagram) {
        return openRequest(aead, tickets, datagram, new byte[MessageType.REQUEST_LENGTH]);
    }

    /**
     * The same.
     *
     * @param work room for the body, {@link MessageType#REQUEST_LENGTH} bytes, overwritten in the end
     */
    public static @Nullable Proven<ReattachRequest> openRequest(
            AeadPort aead, TicketSealer tickets, byte[] datagram, byte[] work) {
        Proven<ByteBuffer> opened =
                open(aead, tickets, datagram, MessageType.REATTACH_REQUEST, MessageType.REQUEST_LENGTH, work);
        ReattachRequest request = opened == null ? null : ReattachRequest.decode(opened.body);
        Arrays.fill(work, (byte) 0);
        return opened == null || request == null
                ? null
                : new Proven<>(opened.suite, opened.ticket, opened.nonce, opened.proof, request);
    }

    /** Gate D for a PROBE; the body is the client's wire identifier. */
    public static @Nullable Proven<Long> openProbe(AeadPort aead, TicketSealer tickets, byte[] datagram) {
        byte[] work = new byte[MessageType.PROBE_LENGTH];
        Proven<ByteBuffer> opened = open(aead, tickets, datagram, MessageType.PROBE, MessageType.PROBE_LENGTH, work);
        return opened == null
                ? null
                : new Proven<>(opened.suite, opened.ticket, opened.nonce, opened.proof, opened.body.getLong());
    }

    private static @Nullable Proven<ByteBuffer> open(
            AeadPort aead, TicketSealer tickets, byte[] datagram, byte type, int length, byte[] work) {
        if (datagram.length != length || datagram[0] != type || datagram[1] != MessageType.VERSION) {
            return null;
        }
        Suite suite = Suite.of(datagram[2]);
        Ticket ticket = suite == null ? null : tickets.open(datagram, TICKET);
        if (suite == null || ticket == null) {
            return null;
        }
        Nonce nonce = Nonce.decode(ByteBuffer.wrap(datagram, NONCE, Nonce.LENGTH));
        Proof proof = tickets.proof(ticket, nonce.bytes());
        if (!proof.check(datagram)) {
            return null;
        }
        byte[] key = type == MessageType.PROBE ? proof.probeKey() : proof.requestKey();
        int bodyLength = aead.openOnce(suite, key, 0, datagram, BODY, length - Proof.MAC_LENGTH, work);
        return bodyLength < 0 ? null : new Proven<>(suite, ticket, nonce, proof, ByteBuffer.wrap(work, 0, bodyLength));
    }

    /**
     * A REATTACH_ANSWER.
     *
     * @param random 16 fresh bytes; the gateway's freshness if it is an ACK
     */
    public static byte[] answer(AeadPort aead, Proven<?> to, long clientWireId, byte[] random, ReattachAnswer answer) {
        ByteBuffer datagram = answerHeader(MessageType.REATTACH_ANSWER, clientWireId, random, answer.length());
        answer.encode(datagram);
        return sealAnswer(aead, to.suite, to.proof.answerKey(random), datagram.array());
    }

    /** Writes sealed tickets into an array, from an offset on. */
    @FunctionalInterface
    public interface TicketWriter {
        void write(byte[] out, int at);
    }

    /**
     * An ACK whose tickets are sealed where they go.
     *
     * @param ack has none
     * @param count of them
     */
    public static byte[] ack(
            AeadPort aead,
            Suite suite,
            long clientWireId,
            byte[] random,
            byte[] answerKey,
            ReattachAnswer.Ack ack,
            int count,
            TicketWriter tickets) {
        int length = ack.length() + count * TicketSealer.SEALED_LENGTH;
        ByteBuffer datagram = answerHeader(MessageType.REATTACH_ANSWER, clientWireId, random, length);
        ack.encode(datagram);
        datagram.put(datagram.position() - 1, (byte) count); // they come last
        tickets.write(datagram.array(), datagram.position());
        return sealAnswer(aead, suite, answerKey, datagram.array());
    }

    /**
     * A PROBE_ANSWER.
     *
     * @param random 16 fresh bytes
     */
    public static byte[] probeAnswer(AeadPort aead, Proven<Long> to, byte[] random, ProbeAnswer answer) {
        byte[] key = to.proof.probeAnswerKey(random);
        ByteBuffer datagram =
                answerHeader(MessageType.PROBE_ANSWER, to.body, random, Token.LENGTH + Endpoint.WIRE_LENGTH);
        answer.token.encode(datagram);
        answer.observed.encode(datagram);
        return sealAnswer(aead, to.suite, key, datagram.array());
    }

    /** What an answer begins with, and room for its body and its tag. */
    private static ByteBuffer answerHeader(byte type, long clientWireId, byte[] random, int bodyLength) {
        return ByteBuffer.allocate(ANSWER_BODY + bodyLength + Aead.TAG_LENGTH)
                .put(type)
                .put(MessageType.VERSION)
                .putShort((short) 0)
                .putLong(clientWireId)
                .put(random);
    }

    private static byte[] sealAnswer(AeadPort aead, Suite suite, byte[] key, byte[] datagram) {
        aead.sealOnce(suite, key, 0, datagram, ANSWER_BODY, datagram.length);
        return datagram;
    }

    /** The client's wire identifier that an answer is addressed to; null if the datagram is no answer. */
    public static @Nullable Long addressee(byte[] datagram) {
        return is(MessageType.REATTACH_ANSWER, datagram) || is(MessageType.PROBE_ANSWER, datagram)
                ? ByteBuffer.wrap(datagram).getLong(4)
                : null;
    }

    private static boolean is(byte answerType, byte[] datagram) {
        return datagram.length >= ANSWER_BODY + Aead.TAG_LENGTH
                && datagram[0] == answerType
                && datagram[1] == MessageType.VERSION;
    }

    /** The answer's 16 random bytes. */
    public static byte[] random(byte[] datagram) {
        return Arrays.copyOfRange(datagram, ANSWER_RANDOM, ANSWER_BODY);
    }

    /** Opens a REATTACH_ANSWER to our request with this nonce; null if it is not authentic or malformed. */
    public static @Nullable ReattachAnswer openAnswer(
            AeadPort aead, Suite suite, byte[] proofKey, Nonce nonce, byte[] datagram) {
        if (!is(MessageType.REATTACH_ANSWER, datagram)) {
            return null;
        }
        byte[] key = new Proof(proofKey, nonce.bytes()).answerKey(random(datagram));
        byte[] body = openAnswerBody(aead, suite, key, datagram);
        return body == null ? null : ReattachAnswer.decode(body);
    }

    /** Opens a PROBE_ANSWER to our probe with this nonce; null if it is not authentic or malformed. */
    public static @Nullable ProbeAnswer openProbeAnswer(
            AeadPort aead, Suite suite, byte[] proofKey, Nonce nonce, byte[] datagram) {
        if (!is(MessageType.PROBE_ANSWER, datagram)) {
            return null;
        }
        byte[] key = new Proof(proofKey, nonce.bytes()).probeAnswerKey(random(datagram));
        byte[] body = openAnswerBody(aead, suite, key, datagram);
        if (body == null || body.length != Token.LENGTH + Endpoint.WIRE_LENGTH) {
            return null;
        }
        try {
            ByteBuffer in = ByteBuffer.wrap(body);
            return new ProbeAnswer(Token.decode(in), Endpoint.decode(in));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static byte @Nullable [] openAnswerBody(AeadPort aead, Suite suite, byte[] key, byte[] datagram) {
        return aead.openOnce(suite, key, 0, datagram, ANSWER_BODY, datagram.length);
    }
}
