package jumpvpn.core.control;

/** First bytes and fixed lengths of datagrams (docs/protocol/wire.md). */
public final class MessageType {
    public static final byte HANDSHAKE_INIT = 0x04;
    public static final byte HANDSHAKE_RESPONSE = 0x05;
    public static final byte REATTACH_REQUEST = 0x0B;
    public static final byte REATTACH_ANSWER = 0x0C;
    public static final byte PROBE = 0x0D;
    public static final byte PROBE_ANSWER = 0x0E;

    /** Version of the wire format. */
    public static final byte VERSION = 1;

    /** Bytes of a REATTACH_REQUEST, and the most of a REATTACH_ANSWER. */
    public static final int REQUEST_LENGTH = 1100;

    /** Bytes of a PROBE, and the most of a PROBE_ANSWER. */
    public static final int PROBE_LENGTH = 300;

    private MessageType() {}
}
