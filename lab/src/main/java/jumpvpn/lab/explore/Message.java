package jumpvpn.lab.explore;

import jumpvpn.core.control.MessageType;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.net.Endpoint;

/**
 * A datagram on the outer network.
 *
 * @param to the process that gets it: 0 the client, else a gateway
 * @param link which of the client's links carries it
 * @param from the address it comes from
 * @param digest of all that
 */
record Message(int to, int link, Endpoint from, byte[] bytes, Digest.Value digest) {
    Message(int to, int link, Endpoint from, byte[] bytes) {
        this(
                to,
                link,
                from,
                bytes,
                new Digest().add(to).add(link).add(from.port()).add(bytes).value());
    }

    byte type() {
        return bytes[0];
    }

    /** The same with one bit changed. */
    byte[] forged() {
        byte[] changed = bytes.clone();
        changed[changed.length / 2] ^= 1;
        return changed;
    }

    @Override
    public String toString() {
        String name = switch (type()) {
            case MessageType.HANDSHAKE_INIT -> "HANDSHAKE_INIT";
            case MessageType.HANDSHAKE_RESPONSE -> "HANDSHAKE_RESPONSE";
            case MessageType.REATTACH_REQUEST -> "REATTACH_REQUEST";
            case MessageType.REATTACH_ANSWER -> "REATTACH_ANSWER";
            case MessageType.PROBE -> "PROBE";
            case MessageType.PROBE_ANSWER -> "PROBE_ANSWER";
            case PacketLayout.DATA -> "DATA";
            case PacketLayout.CONTROL -> "CONTROL";
            case PacketLayout.EARLY_DATA -> "EARLY_DATA";
            default -> "datagram " + type();
        };
        return name + " of " + bytes.length + " bytes to " + (to == 0 ? "the client" : "gateway " + to) + " on link "
                + link + " #" + Long.toHexString(digest.high() >>> 48);
    }
}
