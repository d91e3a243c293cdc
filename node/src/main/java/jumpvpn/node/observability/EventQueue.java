package jumpvpn.node.observability;

import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** A bounded queue from one thread at a time to one other. Neither waits for the other; a slot is emptied when it is read, so nothing stays behind. */
final class EventQueue {
    /** 128 bytes: two cache lines, as processors fetch them. */
    private static final int APART = 16;

    private static final int HEAD = APART;
    private static final int TAIL = 2 * APART;

    private final AtomicReferenceArray<@Nullable NumberedEvent> slots;
    private final int mask;
    /** Head and tail, far enough from each other, and from others' memory, for neither thread to take the other's cache line. */
    private final AtomicLongArray ends = new AtomicLongArray(3 * APART);
    /** The writer's: the tail may come so far before it looks at the head again. */
    private long roomUntil;

    /** @param capacity rounded up to a power of two */
    EventQueue(int capacity) {
        int size = Integer.highestOneBit(Math.max(2, capacity) * 2 - 1);
        slots = new AtomicReferenceArray<>(size);
        mask = size - 1;
    }

    int capacity() {
        return mask + 1;
    }

    int size() {
        return (int) (ends.get(TAIL) - ends.get(HEAD));
    }

    /** Writer: false if there is no room. */
    boolean offer(NumberedEvent event) {
        long at = ends.getPlain(TAIL);
        if (at >= roomUntil) {
            roomUntil = ends.getAcquire(HEAD) + mask + 1;
            if (at >= roomUntil) {
                return false;
            }
        }
        slots.setPlain((int) at & mask, event);
        ends.setRelease(TAIL, at + 1);
        return true;
    }

    /** Reader: takes up to {@code most} into the list. */
    void drain(List<NumberedEvent> into, int most) {
        long at = ends.getPlain(HEAD);
        long end = Math.min(ends.getAcquire(TAIL), at + most);
        for (; at < end; at++) {
            NumberedEvent event = slots.getPlain((int) at & mask);
            if (event != null) {
                into.add(event);
            }
            slots.setPlain((int) at & mask, null);
        }
        ends.setRelease(HEAD, at);
    }
}
