package jumpvpn.core.gateway;

import java.util.Arrays;
import java.util.Objects;
import jumpvpn.core.session.Deadlines;
import org.jspecify.annotations.Nullable;

/** Which session has something to do next: a heap in an array. Ties go by session id, so that the order is the same in every run. */
final class Wakeups {
    private static final int LEAST = 16;

    private @Nullable Resident[] heap = new Resident[LEAST];
    private int size;

    void set(Resident session, long atNanos) {
        if (atNanos == Deadlines.NEVER) {
            remove(session);
            return;
        }
        session.wakeNanos = atNanos;
        if (session.place < 0) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, size + size / 2);
            }
            put(size++, session);
        }
        settle(session);
    }

    void remove(Resident session) {
        int place = session.place;
        session.place = -1;
        session.wakeNanos = Deadlines.NEVER;
        if (place < 0) {
            return;
        }
        Resident last = at(--size);
        heap[size] = null;
        if (last != session) {
            put(place, last);
            settle(last);
        }
        if (heap.length > LEAST && size < heap.length / 4) {
            heap = Arrays.copyOf(heap, Math.max(LEAST, heap.length / 2));
        }
    }

    /** Another one takes the place of this, with the same time. */
    void replace(Resident session, Resident by) {
        by.wakeNanos = session.wakeNanos;
        if (session.place >= 0) {
            put(session.place, by);
        }
        session.place = -1;
        session.wakeNanos = Deadlines.NEVER;
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
        return size == 0 ? Deadlines.NEVER : at(0).wakeNanos;
    }

    private Resident at(int place) {
        return Objects.requireNonNull(heap[place]);
    }

    private void put(int place, Resident session) {
        heap[place] = session;
        session.place = place;
    }

    private void settle(Resident session) {
        int place = session.place;
        while (place > 0 && isBefore(session, at((place - 1) / 2))) {
            put(place, at((place - 1) / 2));
            place = (place - 1) / 2;
        }
        while (2 * place + 1 < size) {
            int child = 2 * place + 1;
            if (child + 1 < size && isBefore(at(child + 1), at(child))) {
                child++;
            }
            if (isBefore(session, at(child))) {
                break;
            }
            put(place, at(child));
            place = child;
        }
        put(place, session);
    }

    private static boolean isBefore(Resident one, Resident other) {
        return one.wakeNanos != other.wakeNanos
                ? one.wakeNanos < other.wakeNanos
                : one.id().compareTo(other.id()) < 0;
    }
}
