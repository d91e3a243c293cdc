package jumpvpn.node.data.tun;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import jumpvpn.node.host.Memory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChecksumTest {
    private static final int MOST = 65_535;

    private final Arena arena = Arena.ofAuto();
    private final long memory = arena.allocate(MOST + 9, 8).address();

    /** The folded sum as the bytes that it is written as. */
    private int sum(byte[] bytes, int misaligned) {
        Memory.copy(bytes, 0, memory + misaligned, bytes.length);
        Memory.putByte(memory + misaligned + bytes.length, (byte) 0xa5); // not to be counted
        return written(Checksum.fold(Checksum.sum(memory + misaligned, bytes.length)));
    }

    private int written(int value) {
        long at = arena.allocate(2).address();
        Memory.putShort(at, (short) value);
        return Memory.getShortBig(at) & 0xffff;
    }

    @Test
    void everyShortLengthAtEveryAlignmentIsAsTwoBytesAtATime() {
        Random random = new Random(1);
        for (int length = 0; length <= 70; length++) {
            for (int misaligned = 0; misaligned < 8; misaligned++) {
                byte[] bytes = new byte[length];
                random.nextBytes(bytes);
                assertThat(sum(bytes, misaligned))
                        .as("%d bytes, misaligned by %d", length, misaligned)
                        .isEqualTo(Packets.sum(bytes, 0, length));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1_399, 1_400, 9_001, 65_532, 65_533, 65_534, MOST})
    void nothingIsLostOfLargeSums(int length) {
        byte[] bytes = new byte[length];
        for (int fill : new int[] {0, 1, 0x7f, 0x80, 0xff}) {
            Arrays.fill(bytes, (byte) fill);
            assertThat(sum(bytes, 0)).as("of %d", fill).isEqualTo(Packets.sum(bytes, 0, length));
        }
        new Random(length).nextBytes(bytes);
        assertThat(sum(bytes, 1)).isEqualTo(Packets.sum(bytes, 0, length));
    }

    /** RFC 1071 section 3. */
    @Test
    void theExampleOfTheStandard() {
        byte[] bytes = {0, 1, (byte) 0xf2, 3, (byte) 0xf4, (byte) 0xf5, (byte) 0xf6, (byte) 0xf7};
        assertThat(sum(bytes, 0)).isEqualTo(0xddf2);
    }

    @Test
    void foldingCarriesUntilNothingIsLeft() {
        assertThat(Checksum.fold(0)).isZero();
        assertThat(Checksum.fold(0xffff)).isEqualTo(0xffff);
        assertThat(Checksum.fold(0x1_0000)).isEqualTo(1);
        assertThat(Checksum.fold(0x1_ffff)).isEqualTo(1); // a carry of a carry
        assertThat(Checksum.fold(0xffff_ffffL)).isEqualTo(0xffff);
        assertThat(Checksum.fold(0x7fff_ffff_ffffL)).isEqualTo(0x7fff);
    }

    @Test
    void aWordIsAsItsTwoBytes() {
        for (int value : new int[] {0, 1, 17, 0x1234, 0x80ff, 0xffff}) {
            assertThat(written(Checksum.word(value))).isEqualTo(value);
        }
    }
}
