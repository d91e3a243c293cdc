package jumpvpn.lab.sim;

import java.util.ArrayDeque;
import java.util.Locale;

/** What happened: a running hash over all of it, so that two runs can be compared, and the newest entries as text for whoever must understand a failure. */
final class History {
    private static final int KEPT = Integer.getInteger("jumpvpn.sim.timeline", 80);

    /** Made into text only when somebody reads it. */
    private record Entry(long nanos, String who, String what, Object detail) {}

    private final ArrayDeque<Entry> newest = new ArrayDeque<>();
    private long hash;

    /**
     * Notes one thing.
     *
     * @param number what distinguishes it from others of its kind, the same in every run
     * @param detail with a {@code toString} that does not change
     */
    void note(long nanos, String who, String what, long number, Object detail) {
        hash = (hash ^ nanos ^ (who.hashCode() * 31L + what.hashCode()) * 0xc2b2_ae3d_27d4_eb4fL ^ number)
                * 0x9e37_79b9_7f4a_7c15L;
        hash ^= hash >>> 29;
        newest.add(new Entry(nanos, who, what, detail));
        if (newest.size() > KEPT) {
            newest.remove();
        }
    }

    long hash() {
        return hash;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        for (Entry entry : newest) {
            text.append(String.format(
                    Locale.ROOT, "  %12.6f s  %-8s %-9s %s%n", entry.nanos / 1e9, entry.who, entry.what, entry.detail));
        }
        return text.toString();
    }
}
