package jumpvpn.node.data.tun;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jumpvpn.node.host.Memory;

/**
 * The Internet checksum (RFC 1071) over raw memory. Sums are of 16-bit words in the machine's order, which RFC 1071 section 2(B) allows: folded and stored in that order, the bytes are
 * right.
 */
public final class Checksum {
    private static final boolean SWAPS = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private Checksum() {}

    /** The sum of so many bytes, at most 65,535, the last of an odd number as if a zero followed. Not folded. */
    public static long sum(long address, int length) {
        int ints = length >> 2;
        long sum = ints(Memory.ALL.asSlice(address, length), ints);
        long at = address + 4L * ints;
        if ((length & 2) != 0) {
            sum += Memory.getShort(at) & 0xffff;
            at += 2;
        }
        if ((length & 1) != 0) {
            int last = Memory.getByte(at) & 0xff;
            sum += SWAPS ? last : last << 8;
        }
        return sum;
    }

    /** A loop that the compiler turns into vector instructions: of an int index over one segment. */
    private static long ints(MemorySegment part, int count) {
        int low = 0;
        int high = 0;
        for (int i = 0; i < count; i++) {
            int two = part.get(JAVA_INT_UNALIGNED, 4L * i);
            low += two & 0xffff;
            high += two >>> 16;
        }
        return (long) low + high;
    }

    /** What a number of 16 bits adds to a sum, written in the network's order. */
    static int word(int value) {
        return SWAPS ? Short.reverseBytes((short) value) & 0xffff : value & 0xffff;
    }

    /** The 16 bits that a sum folds to; not inverted. */
    static int fold(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded >>> 16) + (folded & 0xffff);
        }
        return (int) folded;
    }
}
