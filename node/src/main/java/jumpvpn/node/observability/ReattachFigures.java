package jumpvpn.node.observability;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import jumpvpn.core.session.ReasonCode;

/** How long reattaches took, by cause, and what ended the others. The sink's thread writes, any reads. */
public final class ReattachFigures implements Exporter {
    private static final List<Double> BOUNDS =
            List.of(0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 8.0, 30.0, 120.0);
    private static final double NANOS_PER_SECOND = 1e9;

    private static final class Tally {
        final long[] counts = new long[BOUNDS.size() + 1];
        double sum;
    }

    private final Map<ReasonCode, Tally> bound = new EnumMap<>(ReasonCode.class);
    private final Map<ReasonCode, Long> unbound = new EnumMap<>(ReasonCode.class);
    private final Reattaches reattaches = new Reattaches(this::ended);

    @Override
    public synchronized void deliver(List<NumberedEvent> batch) {
        batch.forEach(reattaches::take);
    }

    private void ended(Reattach reattach) {
        if (!reattach.isBound()) {
            unbound.merge(reattach.outcome(), 1L, Long::sum);
            return;
        }
        double seconds = (reattach.endNanos() - reattach.recoveringNanos()) / NANOS_PER_SECOND;
        int bucket = 0;
        while (bucket < BOUNDS.size() && seconds > BOUNDS.get(bucket)) {
            bucket++;
        }
        Tally tally = bound.computeIfAbsent(reattach.cause(), _ -> new Tally());
        tally.counts[bucket]++;
        tally.sum += seconds;
    }

    /** At this moment. */
    public synchronized List<Metric> metrics() {
        List<Metric.Spread> spreads = new ArrayList<>();
        bound.forEach((cause, tally) -> spreads.add(new Metric.Spread(
                Map.of("reason", cause.name()),
                java.util.Arrays.stream(tally.counts).boxed().toList(),
                tally.sum)));
        List<Metric.Sample> failures = new ArrayList<>();
        unbound.forEach((outcome, count) -> failures.add(new Metric.Sample(Map.of("reason", outcome.name()), count)));
        return List.of(
                new Metric.Histogram(
                        "jumpvpn_reattach_duration_seconds",
                        "From the row into RECOVERING to the bind, by what made the session leave its path.",
                        "seconds",
                        BOUNDS,
                        spreads),
                new Metric.Figures(
                        "jumpvpn_recoveries_unbound_total",
                        "Recoveries that ended without a bind, by the reason of the row that ended them.",
                        "",
                        true,
                        failures));
    }
}
