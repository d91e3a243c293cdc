package jumpvpn.core.session;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One table of named deadlines, in boot time. Of several due at once the first constant comes first. */
public final class Deadlines<E extends Enum<E>> {
    /** No deadline. */
    public static final long NEVER = Long.MAX_VALUE;

    private final E[] names;
    private final long[] nanos;

    /**
     * All unset.
     *
     * @param all constants of the enum in order; shared, since there is a table in every session
     */
    public Deadlines(E[] all) {
        names = all;
        nanos = new long[names.length];
        Arrays.fill(nanos, NEVER);
    }

    /** Sets or moves a deadline. */
    public void set(E name, long atNanos) {
        nanos[name.ordinal()] = atNanos;
    }

    /** Unsets a deadline. */
    public void clear(E name) {
        nanos[name.ordinal()] = NEVER;
    }

    /** Unsets all. */
    public void clearAll() {
        Arrays.fill(nanos, NEVER);
    }

    /** Whether the deadline is set. */
    public boolean isSet(E name) {
        return nanos[name.ordinal()] != NEVER;
    }

    /** When the deadline is, or {@link #NEVER}. */
    public long at(E name) {
        return nanos[name.ordinal()];
    }

    /** The earliest, or {@link #NEVER}. */
    public long next() {
        long next = NEVER;
        for (long at : nanos) {
            next = Math.min(next, at);
        }
        return next;
    }

    /** Takes the first due deadline out of the table; null when none is due. */
    public @Nullable E pollDue(long nowNanos) {
        for (int i = 0; i < nanos.length; i++) {
            if (nanos[i] <= nowNanos) {
                nanos[i] = NEVER;
                return names[i];
            }
        }
        return null;
    }
}
