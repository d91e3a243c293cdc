package jumpvpn.core.control;

import java.nio.ByteBuffer;
import java.util.Arrays;
import jumpvpn.core.security.HandshakeMac;
import jumpvpn.core.security.NoiseIk;
import jumpvpn.core.security.Suite;
import org.jspecify.annotations.Nullable;

/** The two handshake datagrams around Noise's messages (docs/protocol/wire.md, Handshake). */
public final class HandshakeMessage {
    /** Bytes of HANDSHAKE_INIT. */
    public static final int INIT_LENGTH = 12 + NoiseIk.FIRST_OVERHEAD + Hello.LENGTH + 2 * HandshakeMac.LENGTH;

    /** Bytes of HANDSHAKE_RESPONSE. */
    public static final int RESPONSE_LENGTH = 20 + NoiseIk.SECOND_OVERHEAD + Grant.LENGTH + 2 * HandshakeMac.LENGTH;

    private HandshakeMessage() {}

    /** A parsed HANDSHAKE_INIT whose mac1 is right. */
    public record Init(Suite suite, long clientWireId, byte[] noise) {}

    /** A parsed HANDSHAKE_RESPONSE whose mac1 is right. */
    public record Response(long clientWireId, long gatewayWireId, byte[] noise) {}

    /**
     * The datagram around Noise's first message.
     *
     * @param mac for the gateway's public key
     */
    public static byte[] init(Suite suite, long clientWireId, byte[] noise, HandshakeMac mac) {
        ByteBuffer out = header(INIT_LENGTH, MessageType.HANDSHAKE_INIT, suite)
                .putLong(clientWireId)
                .put(noise);
        mac.write(out.array());
        return out.array();
    }

    /**
     * Reads a HANDSHAKE_INIT; null if it is none or its mac1 is wrong.
     *
     * @param mac for our own public key
     */
    public static @Nullable Init parseInit(byte[] datagram, HandshakeMac mac) {
        if (datagram.length != INIT_LENGTH
                || datagram[0] != MessageType.HANDSHAKE_INIT
                || datagram[1] != MessageType.VERSION
                || !mac.check(datagram)) {
            return null;
        }
        Suite suite = Suite.of(datagram[2]);
        long wireId = ByteBuffer.wrap(datagram).getLong(4);
        byte[] noise = Arrays.copyOfRange(datagram, 12, INIT_LENGTH - 2 * HandshakeMac.LENGTH);
        return suite == null ? null : new Init(suite, wireId, noise);
    }

    /**
     * The datagram around Noise's second message.
     *
     * @param mac for the client's public key
     */
    public static byte[] response(Suite suite, long clientWireId, long gatewayWireId, byte[] noise, HandshakeMac mac) {
        ByteBuffer out = header(RESPONSE_LENGTH, MessageType.HANDSHAKE_RESPONSE, suite)
                .putLong(clientWireId)
                .putLong(gatewayWireId)
                .put(noise);
        mac.write(out.array());
        return out.array();
    }

    /**
     * Reads a HANDSHAKE_RESPONSE; null if it is none or its mac1 is wrong.
     *
     * @param mac for our own public key
     */
    public static @Nullable Response parseResponse(byte[] datagram, HandshakeMac mac) {
        if (datagram.length != RESPONSE_LENGTH
                || datagram[0] != MessageType.HANDSHAKE_RESPONSE
                || datagram[1] != MessageType.VERSION
                || !mac.check(datagram)) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(datagram);
        byte[] noise = Arrays.copyOfRange(datagram, 20, RESPONSE_LENGTH - 2 * HandshakeMac.LENGTH);
        return new Response(in.getLong(4), in.getLong(12), noise);
    }

    private static ByteBuffer header(int length, byte type, Suite suite) {
        return ByteBuffer.allocate(length)
                .put(type)
                .put(MessageType.VERSION)
                .put((byte) suite.number())
                .put((byte) 0);
    }
}
