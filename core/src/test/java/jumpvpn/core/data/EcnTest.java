package jumpvpn.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Marks of congestion go through the tunnel both ways. */
class EcnTest {
    private static byte[] v4(int trafficClass) {
        byte[] packet = Packets.v4("10.1.2.3", "203.0.113.9", 40);
        packet[1] = (byte) trafficClass;
        ByteBuffer.wrap(packet).putShort(10, (short) ~sum(packet));
        return packet;
    }

    private static byte[] v6(int trafficClass) {
        byte[] packet = Packets.v6("fd77::2", "2001:db8::9:1", 60);
        packet[0] = (byte) (0x60 | trafficClass >>> 4);
        packet[1] = (byte) (trafficClass << 4 | 5);
        return packet;
    }

    private static int sum(byte[] packet) {
        long sum = 0;
        for (int at = 0; at < 20; at += 2) {
            sum += ByteBuffer.wrap(packet).getShort(at) & 0xffff;
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) sum;
    }

    private static int trafficClassOfV6(byte[] packet) {
        return (packet[0] & 15) << 4 | (packet[1] & 0xff) >>> 4;
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,1", "2,2", "3,2"})
    void theOuterHeaderSaysWhatTheInnerFlowUnderstands(int inner, int outer) {
        int others = 0xb8; // expedited forwarding stays inside
        assertThat(Ecn.outer(MemorySegment.ofArray(v4(others | inner)), 0)).isEqualTo(outer);
        assertThat(Ecn.outer(MemorySegment.ofArray(v6(others | inner)), 0)).isEqualTo(outer);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,3", "2,3", "3,3"})
    void aMarkFromOutsideIsMadeInsideWhereItIsUnderstood(int before, int after) {
        for (int others = 0; others < 256; others += 4) {
            byte[] four = v4(others | before);
            Ecn.mark(MemorySegment.ofArray(four), 0);
            assertThat(four[1] & 0xff).isEqualTo(others | after);
            assertThat(sum(four)).isEqualTo(0xffff);
            byte[] six = v6(others | before);
            Ecn.mark(MemorySegment.ofArray(six), 0);
            assertThat(trafficClassOfV6(six)).isEqualTo(others | after);
            assertThat(six[1] & 15).isEqualTo(5);
            assertThat(six[0] >>> 4).isEqualTo(6);
        }
    }

    /** One's complement arithmetic has two zeros and carries around. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theChecksumStaysRightWhateverItWas(int before) {
        for (int identification = 0; identification < 0x10000; identification++) {
            byte[] packet = v4(before);
            ByteBuffer.wrap(packet).putShort(4, (short) identification).putShort(10, (short) 0);
            ByteBuffer.wrap(packet).putShort(10, (short) ~sum(packet));
            Ecn.mark(MemorySegment.ofArray(packet), 0);
            assertThat(sum(packet)).isEqualTo(0xffff);
        }
    }
}
