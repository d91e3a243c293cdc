package jumpvpn.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import jumpvpn.core.net.IpAddress;
import org.junit.jupiter.api.Test;

/** Addresses and lengths of inner packets. */
class InnerPacketTest {
    private static boolean sound(byte[] packet, int length) {
        return InnerPacket.isSound(MemorySegment.ofArray(packet), 0, length);
    }

    @Test
    void readsIpv4Addresses() {
        MemorySegment packet = MemorySegment.ofArray(Packets.v4("10.1.2.3", "203.0.113.9", 20));
        assertThat(new IpAddress(InnerPacket.sourceHigh(packet, 0), InnerPacket.sourceLow(packet, 0)))
                .isEqualTo(IpAddress.parse("10.1.2.3"));
        assertThat(new IpAddress(InnerPacket.destinationHigh(packet, 0), InnerPacket.destinationLow(packet, 0)))
                .isEqualTo(IpAddress.parse("203.0.113.9"));
    }

    @Test
    void readsIpv6Addresses() {
        MemorySegment packet = MemorySegment.ofArray(Packets.v6("fd77::2", "2001:db8::9:1", 40));
        assertThat(new IpAddress(InnerPacket.sourceHigh(packet, 0), InnerPacket.sourceLow(packet, 0)))
                .isEqualTo(IpAddress.parse("fd77::2"));
        assertThat(new IpAddress(InnerPacket.destinationHigh(packet, 0), InnerPacket.destinationLow(packet, 0)))
                .isEqualTo(IpAddress.parse("2001:db8::9:1"));
    }

    @Test
    void wantsTheLengthThatTheHeaderSays() {
        byte[] four = Packets.v4("10.1.2.3", "10.1.2.4", 1400);
        byte[] six = Packets.v6("fd77::2", "fd77::3", 1400);
        assertThat(sound(four, 1400)).isTrue();
        assertThat(sound(six, 1400)).isTrue();
        for (int length : new int[] {1, 19, 20, 39, 40, 1399}) {
            assertThat(sound(four, length)).as("%d of IPv4", length).isFalse();
            assertThat(sound(six, length)).as("%d of IPv6", length).isFalse();
        }
        for (int version = 0; version < 16; version++) {
            four[0] = (byte) (version << 4 | 5);
            assertThat(sound(four, 1400)).as("version %d", version).isEqualTo(version == 4);
        }
    }
}
