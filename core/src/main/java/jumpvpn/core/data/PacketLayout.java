package jumpvpn.core.data;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jumpvpn.core.security.Aead;

/** Offsets of a binding's packets (docs/protocol/wire.md). */
public final class PacketLayout {
    public static final byte DATA = 0x08;
    public static final byte CONTROL = 0x09;
    public static final byte EARLY_DATA = 0x0A;

    static final int PHASE = 1;
    static final int WIRE_ID = 4;
    static final int COUNTER = 12;

    /** Bytes of the header; they are the associated data. */
    public static final int HEADER_LENGTH = 20;

    /** Bytes of the acknowledgement fields. */
    public static final int ACK_LENGTH = 16;

    /** Offset of the payload: an inner packet or a control message. */
    public static final int PAYLOAD = HEADER_LENGTH + ACK_LENGTH;

    /** Bytes that a packet adds to its payload. */
    public static final int OVERHEAD = PAYLOAD + Aead.TAG_LENGTH;

    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private PacketLayout() {}
}
