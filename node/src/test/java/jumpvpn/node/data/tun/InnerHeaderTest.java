package jumpvpn.node.data.tun;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import jumpvpn.node.host.Memory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InnerHeaderTest {
    private final Arena arena = Arena.ofAuto();
    private final long memory = arena.allocate(2048, 8).address();

    private long at(byte[] packet) {
        Memory.copy(packet, 0, memory, packet.length);
        return memory;
    }

    private byte[] read(int length) {
        byte[] packet = new byte[length];
        Memory.copy(memory, packet, 0, length);
        return packet;
    }

    private int protocol(byte[] packet) {
        return InnerHeader.plainProtocol(at(packet), packet.length);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPlainPacketIsOfItsProtocol(boolean v4) {
        assertThat(protocol(Packets.tcp(v4, 1, Packets.ACK, 10))).isEqualTo(InnerHeader.TCP);
        byte[] packet = Packets.udp(v4, 1, 10);
        assertThat(protocol(packet)).isEqualTo(InnerHeader.UDP);
        assertThat(protocol(Arrays.copyOf(packet, packet.length - 1)))
                .as("shorter than it says")
                .isNegative();
        assertThat(protocol(Arrays.copyOf(packet, packet.length + 1)))
                .as("longer than it says")
                .isNegative();
        for (int version : new int[] {0, 5, 7, 14, 15}) {
            assertThat(protocol(Packets.spoilt(packet, 0, version << 4 | 5)))
                    .as("IP of version %d", version)
                    .isNegative();
        }
        int ipBytes = v4 ? 20 : 40;
        for (int length = 1; length < ipBytes; length++) {
            byte[] cut = Packets.spoilt(Arrays.copyOf(packet, length), Math.min(length - 1, v4 ? 3 : 5), length);
            assertThat(protocol(cut)).as("%d bytes", length).isNegative();
        }
    }

    @Test
    void optionsAndFragmentsOfIpv4AreNotPlain() {
        byte[] packet = Packets.udp(true, 1, 10);
        assertThat(protocol(Packets.spoilt(packet, 0, 0x46))).isNegative();
        assertThat(protocol(Packets.spoilt(packet, 0, 0x44))).isNegative();
        assertThat(protocol(Packets.spoilt(packet, 6, 0x20)))
                .as("more fragments")
                .isNegative();
        assertThat(protocol(Packets.spoilt(packet, 6, 0x80)))
                .as("the reserved bit")
                .isNegative();
        assertThat(protocol(Packets.spoilt(packet, 7, 1))).as("offset").isNegative();
        assertThat(protocol(Packets.spoilt(packet, 6, 0x41))).as("offset").isNegative();
        assertThat(protocol(Packets.spoilt(packet, 6, 0))).as("without DF").isEqualTo(InnerHeader.UDP);
    }

    @Test
    void anExtensionHeaderOfIpv6IsTheProtocol() {
        assertThat(protocol(Packets.spoilt(Packets.udp(false, 1, 10), 6, 44))).isEqualTo(44);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void checksumsAreThoseOfTheBook(boolean v4) {
        Random random = new Random(7);
        for (int bytes = 0; bytes < 200; bytes++) {
            byte[] packet = bytes % 2 == 0
                    ? Packets.tcp(v4, random.nextInt(), Packets.ACK, bytes)
                    : Packets.udp(v4, bytes, bytes);
            int protocol = Packets.isTcp(packet) ? InnerHeader.TCP : InnerHeader.UDP;
            int ipBytes = Packets.ipBytes(packet);
            long transport = at(packet) + ipBytes;
            int transportBytes = packet.length - ipBytes;
            assertThat(InnerHeader.isChecked(memory, transport, protocol, transportBytes))
                    .isTrue();
            assertThat(InnerHeader.isIpChecked(memory)).isTrue();
            Memory.putShort(transport + (protocol == InnerHeader.TCP ? 16 : 6), (short) 0x5a5a);
            assertThat(InnerHeader.isChecked(memory, transport, protocol, transportBytes))
                    .isFalse();
            InnerHeader.checksum(memory, transport, protocol, transportBytes);
            assertThat(read(packet.length)).isEqualTo(packet);
        }
    }

    @Test
    void everyBitOfAPacketIsChecked() {
        byte[] packet = Packets.tcp(true, 9, Packets.ACK, 3);
        for (int at = 1; at < packet.length; at++) {
            boolean isIpChecked = InnerHeader.isIpChecked(at(Packets.spoilt(packet, at, packet[at] ^ 4)));
            assertThat(isIpChecked && InnerHeader.isChecked(memory, memory + 20, InnerHeader.TCP, packet.length - 20))
                    .as("byte %d", at)
                    .isFalse();
        }
    }

    /** RFC 768: zero says that there is none, so a sum that comes to zero is written as its other form. */
    @Test
    void aChecksumOfUdpIsNeverZero() {
        byte[] packet = Packets.changed(Packets.changed(Packets.udp(true, 1, 2), 28, 0), 29, 0);
        System.arraycopy(packet, 26, packet, 28, 2); // the payload makes up for all the rest
        Packets.complete(packet);
        assertThat(packet[26]).isEqualTo((byte) 0xff);
        assertThat(packet[27]).isEqualTo((byte) 0xff);
        InnerHeader.checksum(at(packet), memory + 20, InnerHeader.UDP, packet.length - 20);
        assertThat(read(packet.length)).isEqualTo(packet);
        assertThat(InnerHeader.isChecked(memory, memory + 20, InnerHeader.UDP, packet.length - 20))
                .isTrue();
        Memory.putShort(memory + 26, (short) 0);
        assertThat(InnerHeader.isChecked(memory, memory + 20, InnerHeader.UDP, packet.length - 20))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLengthIsSetWithTheChecksumOfItsHeader(boolean v4) {
        byte[] packet = Packets.udp(v4, 1, 10);
        InnerHeader.length(at(packet), 60_001);
        byte[] expected = Packets.spoilt(packet, v4 ? 2 : 4, (v4 ? 60_001 : 59_961) >> 8);
        expected[v4 ? 3 : 5] = (byte) (v4 ? 60_001 : 59_961);
        assertThat(InnerHeader.isIpChecked(memory)).isTrue();
        byte[] found = read(packet.length);
        if (v4) {
            System.arraycopy(found, 10, expected, 10, 2);
        }
        assertThat(found).isEqualTo(expected);
    }
}
