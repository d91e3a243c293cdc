package jumpvpn.node.transport.quic;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicTokenHandler;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import jumpvpn.node.host.SystemEntropy;

/**
 * Retry tokens (RFC 9000 section 8.1.2), asked for only when it is crowded: else they would cost each client a round trip. A token says when it was made, has a mac over that,
 * the sender's address and port and the identifier that the client chose, and ends with that identifier. Nothing is kept of whom one was sent to. One thread.
 */
final class AddressTokens implements QuicTokenHandler {
    private static final String HMAC = "HmacSHA256";
    private static final int TIME_BYTES = 8;
    private static final int MAC_BYTES = 32;
    private static final int HEAD_BYTES = TIME_BYTES + MAC_BYTES;
    private static final long MOST_AGE_NANOS = 10_000_000_000L;

    private final BooleanSupplier isCrowded;
    private final LongSupplier clockNanos;
    private final Mac mac;

    /**
     * Under a key of its own.
     *
     * @param clockNanos boot time
     */
    AddressTokens(BooleanSupplier isCrowded, LongSupplier clockNanos) {
        this.isCrowded = isCrowded;
        this.clockNanos = clockNanos;
        byte[] key = new byte[MAC_BYTES];
        new SystemEntropy().fill(key);
        try {
            mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every JDK has " + HMAC, e);
        }
    }

    @Override
    public boolean writeToken(ByteBuf out, ByteBuf identifier, InetSocketAddress address) {
        if (!isCrowded.getAsBoolean()) {
            return false;
        }
        long nowNanos = clockNanos.getAsLong();
        out.writeLong(nowNanos)
                .writeBytes(mac(nowNanos, address, identifier.nioBuffer()))
                .writeBytes(identifier.slice());
        return true;
    }

    @Override
    public int validateToken(ByteBuf token, InetSocketAddress address) {
        int from = token.readerIndex();
        int identifierBytes = token.readableBytes() - HEAD_BYTES;
        if (identifierBytes < 0 || identifierBytes > Quic.MAX_CONN_ID_LEN) {
            return -1;
        }
        long madeNanos = token.getLong(from);
        byte[] said = new byte[MAC_BYTES];
        token.getBytes(from + TIME_BYTES, said);
        byte[] right = mac(madeNanos, address, token.nioBuffer(from + HEAD_BYTES, identifierBytes));
        boolean young = clockNanos.getAsLong() - madeNanos <= MOST_AGE_NANOS;
        return young && MessageDigest.isEqual(said, right) ? HEAD_BYTES : -1;
    }

    /** Also refuses an identifier of another length than that which the Retry gave: the codec would read past its end. */
    @Override
    public TokenValidationResult validateToken(ByteBuf token, InetSocketAddress address, ByteBuf identifier) {
        return identifier.readableBytes() == QuicSettings.CONNECTION_ID_BYTES
                ? QuicTokenHandler.super.validateToken(token, address, identifier)
                : TokenValidationResult.invalidToken();
    }

    private byte[] mac(long nanos, InetSocketAddress address, ByteBuffer identifier) {
        byte[] from = address.getAddress().getAddress();
        mac.update(ByteBuffer.allocate(TIME_BYTES + 2 * Short.BYTES + from.length)
                .putLong(nanos)
                .putShort((short) address.getPort())
                .putShort((short) from.length)
                .put(from)
                .flip());
        mac.update(identifier);
        return mac.doFinal();
    }

    @Override
    public int maxTokenLength() {
        return HEAD_BYTES + Quic.MAX_CONN_ID_LEN;
    }
}
