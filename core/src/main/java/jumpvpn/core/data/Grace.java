package jumpvpn.core.data;

/**
 * Tells the control thread when no packet thread can be using any more what it had looked up before. What is unpublished first and changed only after the period of
 * grace is changed by nobody else.
 */
@FunctionalInterface
public interface Grace {
    /** Nobody looks anything up while the control thread runs: where there is one thread. */
    Grace NONE = () -> () -> true;

    /** One period. */
    @FunctionalInterface
    interface Period {
        /** Whether it is over; once true it stays so. */
        boolean isOver();
    }

    /** A period begins, for all that was unpublished before. */
    Period begin();
}
