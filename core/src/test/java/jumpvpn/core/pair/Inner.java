package jumpvpn.core.pair;

import java.nio.ByteBuffer;
import jumpvpn.core.net.IpAddress;

/** Inner packets with a number in them. */
final class Inner {
    private Inner() {}

    /** An IPv4 packet whose payload is one number. */
    static byte[] v4(IpAddress from, IpAddress to, int number) {
        return v4(from, to, number, 24);
    }

    /** An IPv4 packet of so many bytes that ends in a number. */
    static byte[] v4(IpAddress from, IpAddress to, int number, int length) {
        ByteBuffer out = ByteBuffer.allocate(length);
        out.put(0, (byte) 0x45)
                .putShort(2, (short) length)
                .putInt(12, from.v4Bits())
                .putInt(16, to.v4Bits());
        return out.putInt(length - 4, number).array();
    }

    /** An IPv6 packet whose payload is one number. */
    static byte[] v6(IpAddress from, IpAddress to, int number) {
        ByteBuffer out = ByteBuffer.allocate(44);
        out.put(0, (byte) 0x60).putShort(4, (short) 4);
        out.putLong(8, from.high()).putLong(16, from.low());
        out.putLong(24, to.high()).putLong(32, to.low());
        return out.putInt(40, number).array();
    }

    static int number(byte[] packet) {
        return ByteBuffer.wrap(packet).getInt(packet.length - 4);
    }
}
