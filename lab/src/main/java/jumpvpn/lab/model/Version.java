package jumpvpn.lab.model;

/**
 * A {@code state_version}: the epoch counts binds, the step counts the other rows in it.
 *
 * @param epoch 0 before the first commit
 */
public record Version(long epoch, long step) {
    /** Before anything was committed. */
    public static final Version NONE = new Version(0, 0);

    Version bound() {
        return new Version(epoch + 1, 0);
    }

    Version stepped() {
        return new Version(epoch, step + 1);
    }

    boolean isAfter(Version other) {
        return epoch != other.epoch ? epoch > other.epoch : step > other.step;
    }

    @Override
    public String toString() {
        return epoch + "." + step;
    }
}
