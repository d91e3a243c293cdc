package jumpvpn.core.data;

import java.util.concurrent.atomic.AtomicLong;

/** A peer's address that nothing has proven yet: so many bytes of data go there, what comes after waits. */
public final class Trial {
    /** What waits for the proof. */
    public final HoldQueue queue;

    private final AtomicLong left;

    /** @param bytes of datagrams with data that may be sent before the proof */
    public Trial(HoldQueue queue, long bytes) {
        this.queue = queue;
        this.left = new AtomicLong(bytes);
    }

    /** Whether so many bytes of datagrams around one inner packet may go: none takes more than half of what is left, so that a download does not keep the small ones waiting. */
    public boolean admits(int bytes) {
        return left.getAndUpdate(before -> before / 2 < bytes ? before : before - bytes) / 2 >= bytes;
    }
}
