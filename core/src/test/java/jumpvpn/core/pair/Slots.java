package jumpvpn.core.pair;

import java.util.Arrays;
import java.util.List;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.Outbound;
import jumpvpn.core.data.PacketLayout;

/** Memory that packets lie in, as a packet thread has it. */
final class Slots {
    private Slots() {}

    /** A half may become a whole in place. */
    static byte[] room(byte[] datagram) {
        return datagram.length < Outbound.SECOND / 2 ? datagram : Arrays.copyOf(datagram, Inbound.ROOM);
    }

    static byte[] payload(byte[] datagram, Inbound inbound) {
        return Arrays.copyOfRange(datagram, PacketLayout.PAYLOAD, PacketLayout.PAYLOAD + inbound.payloadLength());
    }

    static List<byte[]> parts(byte[] slot, int length, Outbound outbound) {
        byte[] first = Arrays.copyOf(slot, length);
        int second = outbound.secondLength();
        return second == 0
                ? List.of(first)
                : List.of(first, Arrays.copyOfRange(slot, Outbound.SECOND, Outbound.SECOND + second));
    }

    static byte[] framed(byte[] packet) {
        byte[] datagram = new byte[packet.length < 1000 ? PacketLayout.OVERHEAD + packet.length : 2 * Outbound.SECOND];
        System.arraycopy(packet, 0, datagram, PacketLayout.PAYLOAD, packet.length);
        return datagram;
    }
}
