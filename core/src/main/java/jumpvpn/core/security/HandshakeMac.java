package jumpvpn.core.security;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * The two MACs at the end of a handshake message (docs/protocol/wire.md, Handshake). mac1 shows that the sender knows whom it speaks to, so that a scan of the port costs no scalar multiplication and gets no answer; it is
 * no proof of identity. mac2 is a cookie's place: zero, because version 1.0 sends no cookies.
 */
public final class HandshakeMac {
    /** Bytes of mac1, and of mac2. */
    public static final int LENGTH = 16;

    private final Hmac mac;

    /** MACs for messages to the owner of this public key: the gateway's in HANDSHAKE_INIT, the client's in HANDSHAKE_RESPONSE. */
    public HandshakeMac(byte[] receiverPublicKey) {
        mac = new Hmac(Hkdf.derive(Bytes.EMPTY, receiverPublicKey, "jumpvpn mac1", Bytes.EMPTY, Hkdf.HASH_LENGTH));
    }

    /** Writes mac1 and a zero mac2 into the last 32 bytes of a whole message. */
    public void write(byte[] message) {
        int at = message.length - 2 * LENGTH;
        System.arraycopy(mac1(message, at), 0, message, at, LENGTH);
        Arrays.fill(message, at + LENGTH, message.length, (byte) 0);
    }

    /** Whether the last 32 bytes of a whole message are its mac1 and a zero mac2. Any bytes may be passed; takes the same time wherever they differ. */
    public boolean check(byte[] message) {
        int at = message.length - 2 * LENGTH;
        if (at < 0) {
            return false;
        }
        byte[] expected = Arrays.copyOf(mac1(message, at), 2 * LENGTH);
        Arrays.fill(expected, LENGTH, expected.length, (byte) 0);
        return MessageDigest.isEqual(expected, Arrays.copyOfRange(message, at, message.length));
    }

    /** The whole HMAC of which mac1 is the first half. */
    private byte[] mac1(byte[] message, int length) {
        mac.begin().update(message, 0, length);
        return mac.end();
    }
}
