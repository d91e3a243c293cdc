package jumpvpn.node.observability;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** A bounded queue from one thread at a time to one other. Neither waits for the other; a slot is emptied when it is read, so nothing stays behind. */
final class EventQueue {
    private final AtomicReferenceArray<@Nullable NumberedEvent> slots;
    private final int mask;
    private final AtomicLong head = new AtomicLong();
    private final AtomicLong tail = new AtomicLong();

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
        return (int) (tail.get() - head.get());
    }

    /** Writer: false if there is no room. */
    boolean offer(NumberedEvent event) {
        long at = tail.getPlain();
        if (at - head.getAcquire() > mask) {
            return false;
        }
        slots.setPlain((int) at & mask, event);
        tail.setRelease(at + 1);
        return true;
    }

    /** Reader: takes up to {@code most} into the list. */
    void drain(List<NumberedEvent> into, int most) {
        long at = head.getPlain();
        long end = Math.min(tail.getAcquire(), at + most);
        for (; at < end; at++) {
            NumberedEvent event = slots.getPlain((int) at & mask);
            if (event != null) {
                into.add(event);
            }
            slots.setPlain((int) at & mask, null);
        }
        head.setRelease(at);
    }
}
