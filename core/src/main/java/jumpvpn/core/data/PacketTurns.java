package jumpvpn.core.data;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The turns of the packet threads, each of which looks things up only inside one: odd while it is in a turn, even while it waits. A period of grace is over when every
 * thread has waited once since it began.
 */
public final class PacketTurns implements Grace {
    private final AtomicLongArray turns;

    /** @param threads numbered from 0, all waiting */
    public PacketTurns(int threads) {
        turns = new AtomicLongArray(threads);
    }

    /** This thread begins a turn: it looks nothing up before. */
    public void begin(int thread) {
        turns.setPlain(thread, turns.getPlain(thread) + 1);
        VarHandle.fullFence(); // seen before anything is looked up
    }

    /** This thread ends its turn: it uses nothing any more that it looked up. */
    public void end(int thread) {
        turns.setRelease(thread, turns.getPlain(thread) + 1);
    }

    @Override
    public Period begin() {
        VarHandle.fullFence(); // what was unpublished is seen by every turn that this does not see
        long[] seen = new long[turns.length()];
        for (int i = 0; i < seen.length; i++) {
            seen[i] = turns.getAcquire(i);
        }
        return () -> isOver(seen);
    }

    private boolean isOver(long[] seen) {
        for (int i = 0; i < seen.length; i++) {
            if ((seen[i] & 1) != 0 && turns.getAcquire(i) == seen[i]) {
                return false;
            }
        }
        return true;
    }
}
