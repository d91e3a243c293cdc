package jumpvpn.lab.netns;

import jumpvpn.node.host.Memory;

/** Where the parts of an Ethernet frame lie: 14 bytes Ethernet, IPv4 header, 8 bytes UDP, then our datagram (docs/protocol/wire.md). */
final class WireFrame {
    /** Clear part of a DATA or CONTROL datagram: type, phase, zero, wire identifier, counter. */
    static final int DATA_HEADER_BYTES = 20;

    private static final int ETHERNET_BYTES = 14;
    private static final int UDP_BYTES = 8;
    private static final int PROTOCOL_UDP = 17;
    private static final int DATA = 0x08;

    private WireFrame() {}

    /** Offset of the datagram in a frame in memory that carries user data (DATA with an inner packet) over UDP and IPv4, else -1. */
    static int dataPayload(long frame, int length) {
        if (length < ETHERNET_BYTES + 20 + UDP_BYTES + DATA_HEADER_BYTES + 48
                || at(frame, 12) != 0x08
                || at(frame, 13) != 0x00
                || at(frame, ETHERNET_BYTES + 9) != PROTOCOL_UDP) {
            return -1;
        }
        int payload = ETHERNET_BYTES + (at(frame, ETHERNET_BYTES) & 0x0f) * 4 + UDP_BYTES;
        return payload + DATA_HEADER_BYTES < length && at(frame, payload) == DATA ? payload : -1;
    }

    private static int at(long frame, int offset) {
        return Memory.getByte(frame + offset) & 0xff;
    }
}
