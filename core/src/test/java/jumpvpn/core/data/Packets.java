package jumpvpn.core.data;

import java.nio.ByteBuffer;
import jumpvpn.core.net.IpAddress;

/** Inner packets for tests. */
final class Packets {
    private Packets() {}

    static byte[] v4(String from, String to, int length) {
        ByteBuffer out = ByteBuffer.allocate(length);
        out.put(0, (byte) 0x45).putShort(2, (short) length);
        return out.put(12, IpAddress.parse(from).bytes())
                .put(16, IpAddress.parse(to).bytes())
                .array();
    }

    static byte[] v6(String from, String to, int length) {
        ByteBuffer out = ByteBuffer.allocate(length);
        out.put(0, (byte) 0x6f).putShort(4, (short) (length - 40));
        return out.put(8, IpAddress.parse(from).bytes())
                .put(24, IpAddress.parse(to).bytes())
                .array();
    }
}
