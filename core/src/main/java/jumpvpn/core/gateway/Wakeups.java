package jumpvpn.core.gateway;

import java.util.Arrays;
import java.util.Objects;
import jumpvpn.core.session.Deadlines;
import org.jspecify.annotations.Nullable;

/**
 * Which session has something to do next: a heap. Ties go by session id, so that the order is the same in every run. What is compared lies beside the sessions, because
 * most of them are in no cache.
 */
final class Wakeups {
    private static final int LEAST = 16;

    private @Nullable Resident[] heap = new Resident[LEAST];
    private long[] nanos = new long[LEAST];
    /** The first half of the id: two sessions that have it in common are as good as never met. */
    private long[] ids = new long[LEAST];

    private int size;

    void set(Resident session, long atNanos) {
        if (atNanos == Deadlines.NEVER) {
            remove(session);
            return;
        }
        if (session.place < 0) {
            if (size == heap.length) {
                resize(size + size / 4);
            }
            session.place = size++;
        }
        settle(session.place, session, atNanos, session.id().high());
    }

    void remove(Resident session) {
        int place = session.place;
        session.place = -1;
        if (place < 0) {
            return;
        }
        Resident last = at(--size);
        heap[size] = null;
        if (last != session) {
            settle(place, last, nanos[size], ids[size]);
        }
        if (heap.length > LEAST && size < heap.length / 4) {
            resize(Math.max(LEAST, heap.length / 2));
        }
    }

    private void resize(int length) {
        heap = Arrays.copyOf(heap, length);
        nanos = Arrays.copyOf(nanos, length);
        ids = Arrays.copyOf(ids, length);
    }

    /** Another one takes the place of this, with the same time. */
    void replace(Resident session, Resident by) {
        if (session.place >= 0) {
            heap[session.place] = by;
            by.place = session.place;
        }
        session.place = -1;
    }

    @Nullable
    Resident pollDue(long nowNanos) {
        if (nextNanos() > nowNanos) {
            return null;
        }
        Resident due = at(0);
        remove(due);
        return due;
    }

    long nextNanos() {
        return size == 0 ? Deadlines.NEVER : nanos[0];
    }

    private Resident at(int place) {
        return Objects.requireNonNull(heap[place]);
    }

    /** Puts a session where it belongs, from a place that is free. */
    private void settle(int free, Resident session, long atNanos, long id) {
        int place = free;
        while (place > 0 && isBefore(session, atNanos, id, (place - 1) / 2)) {
            move((place - 1) / 2, place);
            place = (place - 1) / 2;
        }
        while (2 * place + 1 < size) {
            int child = 2 * place + 1;
            if (child + 1 < size && isBefore(at(child + 1), nanos[child + 1], ids[child + 1], child)) {
                child++;
            }
            if (isBefore(session, atNanos, id, child)) {
                break;
            }
            move(child, place);
            place = child;
        }
        heap[place] = session;
        nanos[place] = atNanos;
        ids[place] = id;
        session.place = place;
    }

    private void move(int from, int to) {
        Resident session = at(from);
        heap[to] = session;
        nanos[to] = nanos[from];
        ids[to] = ids[from];
        session.place = to;
    }

    private boolean isBefore(Resident session, long atNanos, long id, int other) {
        if (atNanos != nanos[other]) {
            return atNanos < nanos[other];
        }
        return id != ids[other]
                ? Long.compareUnsigned(id, ids[other]) < 0
                : session.id().compareTo(at(other).id()) < 0;
    }
}
