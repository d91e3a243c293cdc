package jumpvpn.lab.sim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.session.ReasonCode;

/** What many seeds came to, together. */
public final class Totals {
    private final TreeMap<String, Integer> rows = new TreeMap<>();
    private final TreeMap<ReasonCode, Integer> rejects = new TreeMap<>();
    private final TreeMap<DropReason, Long> drops = new TreeMap<>();
    private final List<Long> jumps = new ArrayList<>();
    private final List<Long> settleMillis = new ArrayList<>();
    private long simulatedNanos;
    private long happenings;
    private long events;
    private long sessions;
    private long sent;
    private long delivered;

    /** Counts a seed in. */
    public void add(Outcome outcome) {
        outcome.rows().forEach((row, count) -> rows.merge(row, count, Integer::sum));
        outcome.rejects().forEach((reason, count) -> rejects.merge(reason, count, Integer::sum));
        outcome.drops().forEach((reason, count) -> drops.merge(reason, count, Long::sum));
        jumps.add((long) outcome.jumps());
        settleMillis.add(outcome.settleNanos() / 1_000_000);
        simulatedNanos += outcome.simulatedNanos();
        happenings += outcome.happenings();
        events += outcome.events();
        sessions += outcome.sessions();
        sent += outcome.packetsSent();
        delivered += outcome.packetsDelivered();
    }

    /** How many jumps there were in all. */
    public long jumps() {
        return jumps.stream().mapToLong(Long::longValue).sum();
    }

    /** How often this row was taken, as {@code client TRANSPORT_DEAD}. */
    public int rows(String row) {
        return rows.getOrDefault(row, 0);
    }

    /** How often a gate refused for this reason. */
    public int rejects(ReasonCode reason) {
        return rejects.getOrDefault(reason, 0);
    }

    /** A few lines for people. */
    public String text() {
        return String.format(
                Locale.ROOT,
                """
                %d seeds, %d h of simulated time, %d happenings, %d events
                %d sessions, %d jumps (median %d a seed, most %d), back after healing in %d ms (median), %d ms (worst)
                inner packets: %d sent, %d delivered
                rows: %s
                rejects: %s
                drops: %s
                """,
                jumps.size(),
                simulatedNanos / 3_600_000_000_000L,
                happenings,
                events,
                sessions,
                jumps(),
                median(jumps),
                Collections.max(jumps),
                median(settleMillis),
                Collections.max(settleMillis),
                sent,
                delivered,
                rows,
                rejects,
                drops);
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
