package jumpvpn.core.transport;

/**
 * How long a client may be quiet in one network before the routers on the way forget its UDP mapping, found out step by step. Most forget after 30 s, some after 10, many
 * after 60, so the steps lie below those. A trial is: be quiet for so long, then let the gateway speak; only who hears it knows that the mapping lived, since many
 * routers give a forgotten mapping the same port again. Begins in the middle. A step is proven by one trial, and the next is tried at once; the present one is given up
 * after two trials without a word, since one may be lost. What was found holds for an hour.
 */
public final class KeepaliveInterval {
    private static final long[] STEPS_NANOS = {9_000_000_000L, 20_000_000_000L, 40_000_000_000L};
    private static final int FIRST_STEP = 1;
    private static final int MOST_MISSED = 2;
    private static final long SETTLED_NANOS = 3_600_000_000_000L;

    private int step = FIRST_STEP;
    private boolean proven;
    private int missed;
    private long settledUntilNanos = Long.MIN_VALUE;

    /** How long to be quiet, nanoseconds. */
    public long intervalNanos() {
        return STEPS_NANOS[step];
    }

    /** How long to be quiet to find something out, whole seconds in nanoseconds; 0: nothing is to be found out now. */
    public long trialNanos(long nowNanos) {
        if (nowNanos < settledUntilNanos) {
            return 0;
        }
        if (settledUntilNanos != Long.MIN_VALUE) { // the hour is over
            doubt();
        }
        return STEPS_NANOS[proven ? step + 1 : step];
    }

    /** After being quiet for so long, as {@link #trialNanos} wanted it, the client heard the gateway. */
    public void heard(long nowNanos, long quietNanos) {
        missed = 0;
        proven = true;
        if (quietNanos > STEPS_NANOS[step]) {
            step++;
        }
        if (step == STEPS_NANOS.length - 1) {
            settle(nowNanos);
        }
    }

    /** After being quiet for so long, as {@link #trialNanos} wanted it, the client did not hear the gateway. */
    public void missed(long nowNanos, long quietNanos) {
        if (quietNanos > STEPS_NANOS[step]) {
            settle(nowNanos);
        } else if (++missed == MOST_MISSED) {
            missed = 0;
            step = Math.max(0, step - 1);
            if (step == 0) {
                settle(nowNanos);
            }
        }
    }

    private void settle(long nowNanos) {
        settledUntilNanos = nowNanos + SETTLED_NANOS;
    }

    /** This may be another network that looks the same, or one that has changed: what is known is to be proven anew. */
    public void doubt() {
        settledUntilNanos = Long.MIN_VALUE;
        missed = 0;
        proven = step == 0; // nothing shorter is tried
    }
}
