package jumpvpn.core.control;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.StateVersion;
import org.jspecify.annotations.Nullable;

/** A message inside a binding: the payload of a CONTROL packet. */
public sealed interface BindingMessage {
    /** Bytes of the longest message that says something: a WELCOME with as many tickets as a policy allows. */
    int MAX_LENGTH = 1024;

    /** Client: the handshake's second message arrived; repeated until WELCOME. */
    record Confirm() implements BindingMessage {}

    /** Gateway: the session is committed. */
    record Welcome(StateVersion version, Token token, List<byte[]> tickets) implements BindingMessage {}

    /** Asks for an acknowledgement. */
    record Ping() implements BindingMessage {}

    /** The sender has ended the session. */
    record Close(ReasonCode reason) implements BindingMessage {}

    /** Gateway: this binding has ended, or the gateway thinks it dead; the client should reattach. */
    record Notice(StateVersion version) implements BindingMessage {}

    /** Sent to a new outer address; whoever is there proves it by the answer. */
    record Challenge(long value) implements BindingMessage {}

    /** The challenge's value, from the challenged address. */
    record ChallengeAnswer(long value) implements BindingMessage {}

    /** Gateway: it will stop soon; the client should go to another if it has one. */
    record Draining() implements BindingMessage {}

    /**
     * Client: renew the binding's keys.
     *
     * @param phase that they begin: the present one and 1
     * @param publicKey X25519, fresh, 32 bytes
     */
    record Rekey(int phase, byte[] publicKey) implements BindingMessage {}

    /** Gateway: its own fresh public key; what comes under the new phase is opened from now on. */
    record RekeyAnswer(int phase, byte[] publicKey) implements BindingMessage {}

    /**
     * Client: enter a renewal's output into the session's secret.
     *
     * @param generation of the secret that it enters
     * @param phase of this binding that the renewal began
     */
    record Renew(int generation, int phase) implements BindingMessage {}

    /**
     * Gateway: the output of this phase is in the secret, committed.
     *
     * @param generation that it was entered into
     * @param made the generation that it made
     */
    record Renewed(int generation, int phase, int made) implements BindingMessage {}

    /**
     * Filled up to this length: does so much arrive (RFC 8899)?
     *
     * @param bytes of the message
     */
    record Length(int bytes) implements BindingMessage {}

    /** A {@link Length} of so many bytes arrived. */
    record LengthSeen(int bytes) implements BindingMessage {}

    /**
     * Client: a {@link Ping}, and a wish: as soon as nothing was heard from it for so long, a packet that asks for nothing. It shows whether the way to a quiet client
     * stays open.
     *
     * @param seconds 1 to 255
     */
    record EchoAfter(int seconds) implements BindingMessage {}

    /** The plaintext. */
    default byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(this instanceof Length(int bytes) ? bytes : MAX_LENGTH);
        switch (this) {
            case Confirm _ -> out.put((byte) 1);
            case Welcome welcome -> {
                out.put((byte) 2).putLong(welcome.version.packed());
                welcome.token.encode(out);
                Tickets.encode(welcome.tickets, out);
            }
            case Ping _ -> out.put((byte) 3);
            case Close close -> out.put((byte) 4).putShort((short) close.reason.number());
            case Notice notice -> out.put((byte) 5).putLong(notice.version.packed());
            case Challenge challenge -> out.put((byte) 6).putLong(challenge.value);
            case ChallengeAnswer answer -> out.put((byte) 7).putLong(answer.value);
            case Draining _ -> out.put((byte) 10);
            case Length ask -> out.put((byte) 13).putShort((short) ask.bytes).position(ask.bytes); // zeros up to there
            case LengthSeen seen -> out.put((byte) 14).putShort((short) seen.bytes);
            case EchoAfter echo -> out.put((byte) 15).put((byte) echo.seconds);
            case Rekey rekey -> encodeKey(out.put((byte) 8), rekey.phase, rekey.publicKey);
            case RekeyAnswer answer -> encodeKey(out.put((byte) 9), answer.phase, answer.publicKey);
            case Renew renew -> out.put((byte) 11).putInt(renew.generation).putInt(renew.phase);
            case Renewed renewed ->
                out.put((byte) 12)
                        .putInt(renewed.generation)
                        .putInt(renewed.phase)
                        .putInt(renewed.made);
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    /** Reads a message; null if malformed. */
    static @Nullable BindingMessage decode(byte[] message) {
        try {
            ByteBuffer in = ByteBuffer.wrap(message);
            return switch (in.get()) {
                case 1 -> new Confirm();
                case 2 -> decodeWelcome(in);
                case 3 -> new Ping();
                case 4 -> decodeClose(in);
                case 5 -> new Notice(new StateVersion(in.getLong()));
                case 6 -> new Challenge(in.getLong());
                case 7 -> new ChallengeAnswer(in.getLong());
                case 10 -> new Draining();
                case 8 -> decodeRekey(in);
                case 9 -> decodeRekeyAnswer(in);
                case 11 -> new Renew(in.getInt(), in.getInt());
                case 12 -> new Renewed(in.getInt(), in.getInt(), in.getInt());
                case 13 -> decodeLength(in);
                case 14 -> new LengthSeen(in.getShort() & 0xffff);
                case 15 -> new EchoAfter(in.get() & 0xff);
                default -> null;
            };
        } catch (BufferUnderflowException e) {
            return null;
        }
    }

    private static @Nullable Length decodeLength(ByteBuffer in) {
        int bytes = in.getShort() & 0xffff;
        return bytes == in.limit() ? new Length(bytes) : null;
    }

    private static void encodeKey(ByteBuffer out, int phase, byte[] publicKey) {
        out.putInt(phase).put(publicKey).putShort((short) 0);
    }

    private static @Nullable Rekey decodeRekey(ByteBuffer in) {
        int phase = in.getInt();
        byte[] publicKey = decodeKey(in);
        return publicKey == null ? null : new Rekey(phase, publicKey);
    }

    private static @Nullable RekeyAnswer decodeRekeyAnswer(ByteBuffer in) {
        int phase = in.getInt();
        byte[] publicKey = decodeKey(in);
        return publicKey == null ? null : new RekeyAnswer(phase, publicKey);
    }

    /** A public key without a post-quantum part: who sends one expects it to be used. */
    private static byte @Nullable [] decodeKey(ByteBuffer in) {
        byte[] publicKey = new byte[KeyPair.KEY_LENGTH];
        in.get(publicKey);
        return in.getShort() == 0 ? publicKey : null;
    }

    private static @Nullable Welcome decodeWelcome(ByteBuffer in) {
        StateVersion version = new StateVersion(in.getLong());
        Token token = Token.decode(in);
        List<byte[]> tickets = Tickets.decode(in);
        return tickets == null ? null : new Welcome(version, token, tickets);
    }

    private static @Nullable Close decodeClose(ByteBuffer in) {
        ReasonCode reason = ReasonCode.of(in.getShort());
        return reason == null ? null : new Close(reason);
    }
}
