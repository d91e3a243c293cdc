package jumpvpn.node.observability;

import java.util.List;
import java.util.Map;

/** A family of figures, as monitoring systems see it. Names end in the unit and, where they only count up, in {@code _total}. */
public sealed interface Metric {
    /** In snake case. */
    String name();

    /** One sentence. */
    String help();

    /** The unit in which values are: {@code seconds}, {@code bytes}, {@code packets}; empty if they only count. */
    String unit();

    /** A value with its labels, in order. */
    record Sample(Map<String, String> labels, double value) {}

    /**
     * Values at this moment.
     *
     * @param counts whether they only go up, from 0 at the node's start
     */
    record Figures(String name, String help, String unit, boolean counts, List<Sample> samples) implements Metric {}

    /**
     * How values were spread.
     *
     * @param counts of each bucket by its own, one more than there are bounds
     */
    record Spread(Map<String, String> labels, List<Long> counts, double sum) {
        /** Of all buckets. */
        public long count() {
            return counts.stream().mapToLong(Long::longValue).sum();
        }
    }

    /**
     * Spreads since the node's start.
     *
     * @param bounds upper ones, inclusive, ascending
     */
    record Histogram(String name, String help, String unit, List<Double> bounds, List<Spread> spreads)
            implements Metric {}
}
