package jumpvpn.core.data;

import java.nio.ByteBuffer;
import jumpvpn.core.security.Hkdf;
import jumpvpn.core.security.Suite;

/** RELAY, from gateway to gateway (docs/protocol/wire.md): an inner packet that came to the one after the other had taken its session over. */
final class RelayMessage {
    static final byte TYPE = 0x0F;

    /** What {@link #KIND} says of an inner packet that a client has sent. */
    static final byte FROM_CLIENT = 1;

    /** What {@link #KIND} says of an inner packet to a client. */
    static final byte TO_CLIENT = 2;

    static final int KIND = 1;
    static final int TAKE_OVER = 4;
    static final int START = 12;
    static final int START_LENGTH = 16;
    static final int COUNTER = 28;

    /** Bytes of the header, the associated data; the sealed inner packet lies behind it, where that of a DATA packet does. */
    static final int HEADER_LENGTH = PacketLayout.PAYLOAD;

    static final Suite SUITE = Suite.AES_256_GCM;

    private RelayMessage() {}

    /** The key of one hand-over, 32 bytes. */
    static byte[] key(byte[] master, byte[] start, long takeOver) {
        byte[] context = ByteBuffer.allocate(Long.BYTES).putLong(takeOver).array();
        return Hkdf.derive(start, master, "jumpvpn relay", context, 32);
    }
}
