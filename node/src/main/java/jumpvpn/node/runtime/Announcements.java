package jumpvpn.node.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import jumpvpn.core.net.IpAddress;

/** Which addresses are to be announced, and when: at once, and twice more, because nobody says that he has heard it. Bounded by the addresses. One thread. */
final class Announcements {
    /** There is none to come. */
    static final long NEVER = Long.MAX_VALUE;

    private static final long[] AFTER_NANOS = {0, 100_000_000, 500_000_000};

    /** For each of these the addresses with their times, earliest first. */
    private final List<LinkedHashMap<IpAddress, Long>> due = new ArrayList<>();

    Announcements() {
        for (int i = 0; i < AFTER_NANOS.length; i++) {
            due.add(new LinkedHashMap<>());
        }
    }

    /** Begins with this address, anew if it is under way. */
    void add(IpAddress address, long nowNanos) {
        for (int i = 0; i < AFTER_NANOS.length; i++) {
            due.get(i).putLast(address, nowNanos + AFTER_NANOS[i]);
        }
    }

    /** Announces it no more. */
    void remove(IpAddress address) {
        due.forEach(each -> each.remove(address));
    }

    /** When the next ones are due, or {@link #NEVER}. */
    long nextNanos() {
        return due.stream()
                .filter(each -> !each.isEmpty())
                .mapToLong(each -> each.firstEntry().getValue())
                .min()
                .orElse(NEVER);
    }

    /** Those that are due, each of the three once. */
    List<IpAddress> take(long nowNanos) {
        List<IpAddress> taken = new ArrayList<>();
        for (LinkedHashMap<IpAddress, Long> each : due) {
            while (!each.isEmpty() && each.firstEntry().getValue() <= nowNanos) {
                taken.add(each.pollFirstEntry().getKey());
            }
        }
        return taken;
    }
}
