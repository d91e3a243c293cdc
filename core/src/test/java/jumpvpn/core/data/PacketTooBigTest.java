package jumpvpn.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Byte by byte, and to whom nothing may be said. */
class PacketTooBigTest {
    private static final int MTU = 1280;
    private static final int TCP = 6;

    private final byte[] answer = new byte[PacketTooBig.MOST_BYTES];

    private static ByteBuffer v4(int length) {
        ByteBuffer packet = ByteBuffer.wrap(Packets.v4("10.77.0.1", "10.77.0.9", length));
        return packet.putShort(6, (short) 0x4000).put(8, (byte) 63).put(9, (byte) TCP);
    }

    private static ByteBuffer v6(int length) {
        ByteBuffer packet = ByteBuffer.wrap(Packets.v6("fd77::1", "fd77::9", length));
        return packet.put(6, (byte) TCP).put(7, (byte) 63);
    }

    private static void fill(ByteBuffer packet, int from) {
        byte[] payload = new byte[packet.capacity() - from];
        new Random(1).nextBytes(payload);
        packet.put(from, payload);
    }

    private int tell(ByteBuffer packet) {
        return PacketTooBig.write(MemorySegment.ofBuffer(packet), 0, packet.capacity(), MTU, answer);
    }

    /** One's complement sum of 16-bit words, 0xffff over whatever has its right checksum in it. */
    private static int sum(byte[] bytes) {
        long sum = 0;
        ByteBuffer words = ByteBuffer.wrap(Arrays.copyOf(bytes, (bytes.length + 1) / 2 * 2));
        while (words.hasRemaining()) {
            sum += words.getShort() & 0xffff;
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) sum;
    }

    @Test
    void theV4MessageByteByByte() {
        assertThat(tell(v4(24))).isEqualTo(52);
        assertThat(HexFormat.of().formatHex(answer, 0, 52))
                .isEqualTo("45c00034000040004001"
                        + "2566" // of the header
                        + "0a4d0009" + "0a4d0001" + "0304"
                        + "1f39" // of what follows
                        + "0000" + "0500" + "4500001800004000" + "3f060000" + "0a4d0001" + "0a4d0009" + "00000000");
    }

    @ParameterizedTest
    @ValueSource(ints = {24, 547, 548, 549, 1281, 1400})
    void v4ChecksumsAreRightAndItIsNoLongerThan576(int length) {
        ByteBuffer packet = v4(length);
        fill(packet, 20);
        int bytes = tell(packet);
        assertThat(bytes).isEqualTo(Math.min(576, 28 + length));
        assertThat(sum(Arrays.copyOf(answer, 20))).isEqualTo(0xffff);
        assertThat(sum(Arrays.copyOfRange(answer, 20, bytes))).isEqualTo(0xffff);
        assertThat(Arrays.copyOfRange(answer, 28, bytes)).isEqualTo(Arrays.copyOf(packet.array(), bytes - 28));
    }

    @ParameterizedTest
    @ValueSource(ints = {48, 1231, 1232, 1233, 1281, 1400})
    void theV6MessageHasItsChecksumAndIsNoLongerThan1280(int length) {
        ByteBuffer packet = v6(length);
        fill(packet, 40);
        int bytes = tell(packet);
        assertThat(bytes).isEqualTo(Math.min(1280, 48 + length));
        ByteBuffer pseudo = ByteBuffer.allocate(bytes);
        pseudo.put(answer, 8, 32).putInt(bytes - 40).putInt(58).put(answer, 40, bytes - 40);
        assertThat(sum(pseudo.array())).isEqualTo(0xffff);
        assertThat(HexFormat.of().formatHex(answer, 0, 8)).isEqualTo("60000000%04x3a40".formatted(bytes - 40));
        assertThat(HexFormat.of().formatHex(answer, 8, 40))
                .as("from the destination to the source")
                .isEqualTo("fd770000000000000000000000000009" + "fd770000000000000000000000000001");
        assertThat(HexFormat.of().formatHex(answer, 40, 42)).isEqualTo("0200");
        assertThat(ByteBuffer.wrap(answer).getInt(44)).isEqualTo(MTU);
        assertThat(Arrays.copyOfRange(answer, 48, bytes)).isEqualTo(Arrays.copyOf(packet.array(), bytes - 48));
    }

    @Test
    void whatMayBeFragmentedNeedsNoAnswer() {
        assertThat(tell(v4(1400).putShort(6, (short) 0))).isZero();
        assertThat(tell(v4(1400).putShort(6, (short) 0x2000)))
                .as("a first fragment")
                .isZero();
        assertThat(tell(v4(1400).putShort(6, (short) 0x6000))).isPositive();
        assertThat(tell(v4(1400).putShort(6, (short) 0x4010)))
                .as("a later fragment")
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "8, 1", "13, 1", "3, 0", "4, 0", "5, 0", "11, 0", "12, 0"})
    void noErrorAnswersAnErrorV4(int type, int answers) {
        assertThat(Integer.signum(tell(v4(1400).put(9, (byte) 1).put(20, (byte) type))))
                .isEqualTo(answers);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 127, 224, 239, 255})
    void nothingIsSaidToNoHostNorFromOneV4(int first) {
        assertThat(tell(v4(1400).put(12, (byte) first))).isZero();
        assertThat(tell(v4(1400).put(16, (byte) first))).isZero();
    }

    @Test
    void aV4HeaderThatIsNoneOrEndsBehindThePacketGetsNone() {
        assertThat(tell(v4(1400).put(0, (byte) 0x44))).isZero();
        assertThat(tell(v4(40).put(0, (byte) 0x4a))).as("nothing behind it").isZero();
        assertThat(tell(v4(44).put(0, (byte) 0x4a))).isPositive();
        assertThat(tell(v4(44).put(0, (byte) 0x4f))).isZero();
    }

    @ParameterizedTest
    @CsvSource({"128, 1", "129, 1", "135, 1", "1, 0", "2, 0", "127, 0", "137, 0"})
    void noErrorAnswersAnErrorV6(int type, int answers) {
        assertThat(Integer.signum(tell(v6(1400).put(6, (byte) 58).put(40, (byte) type))))
                .isEqualTo(answers);
        ByteBuffer behind = v6(1400).put(6, (byte) 0).put(40, (byte) 60).put(48, (byte) 43);
        behind.put(56, (byte) 44).put(57, (byte) 1).put(72, (byte) 58).put(80, (byte) type);
        assertThat(Integer.signum(tell(behind))).as("behind four headers").isEqualTo(answers);
    }

    @Test
    void whereAV6ErrorCannotBeRuledOutNothingIsSaid() {
        ByteBuffer fragment = v6(1400).put(6, (byte) 44).put(40, (byte) TCP);
        assertThat(tell(fragment.putShort(42, (short) 1)))
                .as("a first fragment")
                .isPositive();
        assertThat(tell(fragment.putShort(42, (short) 0x500))).isZero();
        ByteBuffer endless = v6(1400).put(6, (byte) 0);
        assertThat(tell(endless)).as("headers without end").isZero();
        assertThat(tell(v6(1400).put(6, (byte) 60).put(41, (byte) 0xff)))
                .as("behind the packet's end")
                .isZero();
        assertThat(tell(v6(44))).as("cut").isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"::", "::1", "ff02::1"})
    void nothingIsSaidToNoHostNorFromOneV6(String address) {
        assertThat(tell(ByteBuffer.wrap(Packets.v6(address, "fd77::9", 1400)).put(6, (byte) TCP)))
                .isZero();
        assertThat(tell(ByteBuffer.wrap(Packets.v6("fd77::1", address, 1400)).put(6, (byte) TCP)))
                .isZero();
    }
}
