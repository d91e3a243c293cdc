package jumpvpn.node.data.tun;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** IP packets as byte arrays, their checksums by the book: RFC 1071, two bytes at a time. All of one kind are of one flow until changed. */
final class Packets {
    static final int FIN = 1;
    static final int SYN = 2;
    static final int PSH = 8;
    static final int ACK = 16;
    static final int CWR = 128;

    private Packets() {}

    /** A segment with so many bytes of payload, which follow from the sequence number, DF set. */
    static byte[] tcp(boolean v4, int sequence, int flags, int payload, int... options) {
        int header = 20 + options.length;
        byte[] packet = ip(v4, 6, header + payload);
        int at = ipBytes(packet);
        ByteBuffer.wrap(packet)
                .position(at + 4)
                .putInt(sequence)
                .putInt(0xcafe_0001)
                .put((byte) (header << 2))
                .put((byte) flags)
                .putShort((short) 501);
        for (int i = 0; i < options.length; i++) {
            packet[at + 20 + i] = (byte) options[i];
        }
        for (int i = 0; i < payload; i++) {
            packet[at + header + i] = (byte) ((sequence + i) * 37 >>> 3);
        }
        return complete(packet);
    }

    /** A datagram with so many bytes of payload, which follow from its number; so does IPv4's identification. DF set. */
    static byte[] udp(boolean v4, int number, int payload) {
        byte[] packet = ip(v4, 17, 8 + payload);
        int at = ipBytes(packet);
        ByteBuffer.wrap(packet).putShort(at + 4, (short) (8 + payload));
        for (int i = 0; i < payload; i++) {
            packet[at + 8 + i] = (byte) (number * 31 + i);
        }
        return v4 ? identified(packet, number) : complete(packet);
    }

    private static byte[] ip(boolean v4, int protocol, int bytes) {
        ByteBuffer packet = ByteBuffer.allocate((v4 ? 20 : 40) + bytes);
        if (v4) {
            packet.putShort((short) 0x4500).putShort((short) packet.capacity()).putInt(0x1234_4000);
            packet.put((byte) 64)
                    .put((byte) protocol)
                    .putShort((short) 0)
                    .putInt(0x0a00_0001)
                    .putInt(0x0a00_0002);
        } else {
            packet.putInt(0x6000_0000)
                    .putShort((short) bytes)
                    .put((byte) protocol)
                    .put((byte) 64);
            packet.putLong(0xfd00L << 48).putLong(1).putLong(0xfd00L << 48).putLong(2);
        }
        return packet.putShort((short) 4711).putShort((short) 443).array();
    }

    static int ipBytes(byte[] packet) {
        return packet[0] >>> 4 == 4 ? (packet[0] & 15) * 4 : 40;
    }

    static boolean isTcp(byte[] packet) {
        return packet[packet[0] >>> 4 == 4 ? 9 : 6] == 6;
    }

    /** The same with one byte changed; checksums are right again. */
    static byte[] changed(byte[] packet, int at, int value) {
        return complete(spoilt(packet, at, value));
    }

    /** The same with one byte changed, whatever the checksums. */
    static byte[] spoilt(byte[] packet, int at, int value) {
        byte[] changed = packet.clone();
        changed[at] = (byte) value;
        return changed;
    }

    /** The same with IPv4's identification so. */
    static byte[] identified(byte[] packet, int number) {
        return changed(changed(packet, 4, number >> 8), 5, number);
    }

    /** The same from another port. */
    static byte[] from(byte[] packet, int port) {
        return changed(changed(packet, ipBytes(packet), port >> 8), ipBytes(packet) + 1, port);
    }

    /** Sets the checksums of IPv4, and of TCP or UDP right behind it. */
    static byte[] complete(byte[] packet) {
        boolean v4 = packet[0] >>> 4 == 4;
        if (v4) {
            put(packet, 10, 0);
            put(packet, 10, ~sum(packet, 0, ipBytes(packet)));
        }
        int field = ipBytes(packet) + (isTcp(packet) ? 16 : 6);
        put(packet, field, 0);
        int sum = ~transportSum(packet) & 0xffff;
        put(packet, field, sum == 0 && !isTcp(packet) ? 0xffff : sum);
        return packet;
    }

    /** The sum over pseudo-header, header and payload: 0xffff if the checksum is right. */
    static int transportSum(byte[] packet) {
        int at = ipBytes(packet);
        byte[] pseudo = packet[0] >>> 4 == 4
                ? ByteBuffer.allocate(12)
                        .put(packet, 12, 8)
                        .putShort(packet[9])
                        .putShort((short) (packet.length - at))
                        .array()
                : ByteBuffer.allocate(40)
                        .put(packet, 8, 32)
                        .putInt(packet.length - at)
                        .putInt(packet[6])
                        .array();
        byte[] all = Arrays.copyOf(pseudo, pseudo.length + packet.length - at);
        System.arraycopy(packet, at, all, pseudo.length, packet.length - at);
        return sum(all, 0, all.length);
    }

    /** RFC 1071 section 4.1, in the network's order. */
    static int sum(byte[] bytes, int from, int to) {
        long sum = 0;
        for (int i = from; i < to; i++) {
            sum += (bytes[i] & 0xffL) << ((i - from) % 2 == 0 ? 8 : 0);
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return (int) sum;
    }

    private static void put(byte[] packet, int at, int value) {
        ByteBuffer.wrap(packet).putShort(at, (short) value);
    }
}
