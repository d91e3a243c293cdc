package jumpvpn.lab.sim;

import java.util.PriorityQueue;

/** Simulated time: what happens next, ordered by time, then by when it was asked for. */
final class Timeline {
    private record Entry(long nanos, long number, Runnable action) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int order = Long.compare(nanos, other.nanos);
            return order != 0 ? order : Long.compare(number, other.number);
        }
    }

    private final PriorityQueue<Entry> entries = new PriorityQueue<>();
    private long now;
    private long number;
    private long passed;

    long now() {
        return now;
    }

    /** How many things have happened. */
    long passed() {
        return passed;
    }

    /** Lets something happen at a time; one that has passed means now. */
    void at(long nanos, Runnable action) {
        entries.add(new Entry(Math.max(nanos, now), number++, action));
    }

    void in(long nanos, Runnable action) {
        at(now + nanos, action);
    }

    /** Lets the next thing happen, unless it is later than {@code untilNanos}: then it becomes that late. */
    boolean step(long untilNanos) {
        Entry next = entries.peek();
        if (next == null || next.nanos > untilNanos) {
            now = untilNanos;
            return false;
        }
        entries.poll();
        now = next.nanos;
        passed++;
        next.action.run();
        return true;
    }
}
