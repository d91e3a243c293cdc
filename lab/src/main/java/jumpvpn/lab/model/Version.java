package jumpvpn.lab.model;

/**
 * A {@code state_version}: the epoch counts binds, the step counts the other rows in it.
 *
 * @param epoch 0 before the first commit
 */
public record Version(long epoch, long step) {
    /** Before anything was committed. */
    public static final Version NONE = new Version(0, 0);

    private static final long FIRST_WITHOUT_MEMORY = 1L << 31;

    Version bound() {
        return new Version(epoch + 1, 0);
    }

    /** Of the first row that anybody takes without the owner's memory: above all that it may have said (docs/adr/0014). */
    Version withoutMemory() {
        return new Version(epoch, FIRST_WITHOUT_MEMORY);
    }

    Version stepped() {
        return new Version(epoch, step + 1);
    }

    /** Whether it was said earlier. */
    public boolean isBefore(Version other) {
        return other.isAfter(this);
    }

    boolean isAfter(Version other) {
        return epoch != other.epoch ? epoch > other.epoch : step > other.step;
    }

    @Override
    public String toString() {
        return epoch + "." + step;
    }
}
