package jumpvpn.core.data;

import java.lang.foreign.MemorySegment;

/**
 * A session at rest, as the packet threads see it: it has no binding until the control thread has woken it. It stands where the binding and what the gate says would
 * stand, and nothing is sealed or opened for it.
 */
public non-sealed interface Resting extends Bound, Forwarding {
    /**
     * Asks for the control thread's attention.
     *
     * @return true for the first who asks: that one must tell it
     */
    boolean claimWake();

    /** The control thread could not be told: the next packet asks again. */
    void releaseWake();

    /**
     * Keeps a copy of an inner packet until the session is awake.
     *
     * @return false if it is awake: look at the gate again
     */
    boolean hold(long nowNanos, MemorySegment memory, long offset, int length);
}
