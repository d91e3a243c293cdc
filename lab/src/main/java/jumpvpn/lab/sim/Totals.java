package jumpvpn.lab.sim;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What many seeds came to, together. The order in which they are added makes no difference. */
public final class Totals {
    /** How often each thing must occur for a table that says something. */
    static final long LEAST = 20;

    private static final long SETTLE_STEP_MILLIS = 100;

    private final Coverage coverage = new Coverage();
    private final TreeMap<Long, Long> seedsByJumps = new TreeMap<>();
    private final TreeMap<Long, Long> seedsBySettle = new TreeMap<>();
    private final TreeMap<String, Long> sums = new TreeMap<>();

    /** Counts a seed in. */
    public void add(Outcome outcome) {
        coverage.add(outcome.coverage());
        seedsByJumps.merge((long) outcome.jumps(), 1L, Long::sum);
        seedsBySettle.merge(outcome.settleNanos() / 1_000_000 / SETTLE_STEP_MILLIS * SETTLE_STEP_MILLIS, 1L, Long::sum);
        sum("seeds", 1);
        sum("simulated_seconds", outcome.simulatedNanos() / 1_000_000_000);
        sum("happenings", outcome.happenings());
        sum("events", outcome.events());
        sum("sessions", outcome.sessions());
        sum("jumps", outcome.jumps());
        sum("rests", outcome.rests());
        sum("packets_sent", outcome.packetsSent());
        sum("packets_delivered", outcome.packetsDelivered());
        outcome.steps().forEach(this::sum);
        outcome.drops()
                .forEach((reason, count) -> sum("dropped_" + reason.name().toLowerCase(Locale.ROOT), count));
    }

    private void sum(String what, long count) {
        sums.merge(what, count, Long::sum);
    }

    /** A sum by its name, as in {@link #figures}. */
    public long sum(String what) {
        return sums.getOrDefault(what, 0L);
    }

    /** How often what occurred. */
    public Coverage coverage() {
        return coverage;
    }

    /** How many jumps the median seed had. */
    public long medianJumps() {
        return median(seedsByJumps);
    }

    private static long median(SortedMap<Long, Long> seeds) {
        long half = seeds.values().stream().mapToLong(Long::longValue).sum() / 2;
        for (Map.Entry<Long, Long> entry : seeds.entrySet()) {
            half -= entry.getValue();
            if (half < 0) {
                return entry.getKey();
            }
        }
        return 0;
    }

    /** Those of {@link Coverage#possible} that occurred less often than they must, but for those that can't. */
    public List<String> missing() {
        return Coverage.possible().stream()
                .filter(key -> coverage.count(key) < LEAST && !Coverage.EXEMPT.containsKey(key))
                .toList();
    }

    /** A few lines for people. */
    public String text() {
        return String.format(
                Locale.ROOT,
                """
                %d seeds, %d h of simulated time, %d simulated events, %d events said by the ends
                %d sessions, %d jumps (median %d a seed, most %d), back after healing in %d ms (median), %d ms (worst)
                inner packets: %d sent, %d delivered; sessions put to rest at a gateway: %d
                steps compared with the model: %d of %d at clients, %d of %d at gateways
                """,
                sum("seeds"),
                sum("simulated_seconds") / 3600,
                sum("happenings"),
                sum("events"),
                sum("sessions"),
                sum("jumps"),
                medianJumps(),
                seedsByJumps.isEmpty() ? 0 : seedsByJumps.lastKey(),
                median(seedsBySettle),
                seedsBySettle.isEmpty() ? 0 : seedsBySettle.lastKey(),
                sum("packets_sent"),
                sum("packets_delivered"),
                sum("rests"),
                sum("client_steps_compared"),
                sum("client_steps"),
                sum("gateway_steps_compared"),
                sum("gateway_steps"));
    }

    /** A line for everything that the table and the gates have. */
    public String table() {
        StringBuilder text = new StringBuilder();
        for (String key : Coverage.possible()) {
            long count = coverage.count(key);
            String exempt = Coverage.EXEMPT.get(key);
            String remark = count >= LEAST ? "" : exempt == null ? "  MISSING" : "  can't occur: " + exempt;
            text.append(String.format(Locale.ROOT, "%9d  %s%s%n", count, key, remark));
        }
        return text.toString();
    }

    /** All figures, for JSON. */
    Map<String, Object> figures() {
        TreeMap<String, Object> all = new TreeMap<>(sums);
        all.put("seeds_by_jumps", seedsByJumps);
        all.put("seeds_by_settle_ms", seedsBySettle);
        all.put("coverage", coverage.counts());
        return all;
    }

    /** Adds what {@link #figures} said. */
    void addFigures(Map<String, ?> figures) {
        figures.forEach((name, value) -> {
            switch (value) {
                case Number number -> sum(name, number.longValue());
                case Map<?, ?> map
                when name.equals("coverage") -> {
                    TreeMap<String, Long> counts = new TreeMap<>();
                    map.forEach((key, count) -> counts.put(String.valueOf(key), ((Number) count).longValue()));
                    coverage.add(counts);
                }
                case Map<?, ?> map -> {
                    TreeMap<Long, Long> into = name.equals("seeds_by_jumps") ? seedsByJumps : seedsBySettle;
                    map.forEach((key, count) ->
                            into.merge(Long.valueOf(String.valueOf(key)), ((Number) count).longValue(), Long::sum));
                }
                default -> throw new IllegalArgumentException("not a figure: " + name + " = " + value);
            }
        });
    }
}
