package jumpvpn.core.session;

import java.nio.ByteBuffer;
import jumpvpn.core.net.Varint;

/**
 * {@code epoch.step}, ordered, one 64-bit number: a bind begins the next epoch at step 0, every other row adds one to the step.
 *
 * @param packed epoch in the upper, step in the lower 32 bits, both unsigned
 */
public record StateVersion(long packed) implements Comparable<StateVersion> {
    /** 0.0, before anything was committed. */
    public static final StateVersion BIRTH = new StateVersion(0);

    /** The version {@code epoch.step}. */
    public static StateVersion of(int epoch, int step) {
        return new StateVersion(((long) epoch << 32) | (step & 0xffff_ffffL));
    }

    /** Writes it in few bytes if both numbers are small. */
    public void encodeShort(ByteBuffer out) {
        Varint.put(out, epoch());
        Varint.put(out, step());
    }

    /** Reads what {@link #encodeShort} wrote. */
    public static StateVersion decodeShort(ByteBuffer in) {
        return of((int) Varint.get(in), (int) Varint.get(in));
    }

    /** The epoch, unsigned. */
    public int epoch() {
        return (int) (packed >>> 32);
    }

    /** The step, unsigned. */
    public int step() {
        return (int) packed;
    }

    /**
     * The next step of this epoch.
     *
     * @throws ArithmeticException after 2^32 - 1: no value is ever used twice
     */
    public StateVersion nextStep() {
        if (step() == -1) {
            throw new ArithmeticException("step " + this + " has no successor");
        }
        return new StateVersion(packed + 1);
    }

    /**
     * Step 0 of the next epoch.
     *
     * @throws ArithmeticException after 2^32 - 1
     */
    public StateVersion nextEpoch() {
        if (epoch() == -1) {
            throw new ArithmeticException("epoch " + this + " has no successor");
        }
        return of(epoch() + 1, 0);
    }

    @Override
    public int compareTo(StateVersion other) {
        return Long.compareUnsigned(packed, other.packed);
    }

    @Override
    public String toString() {
        return Integer.toUnsignedString(epoch()) + "." + Integer.toUnsignedString(step());
    }
}
