package jumpvpn.lab.netns;

import java.util.List;
import java.util.Optional;

/**
 * One figure over several runs.
 *
 * @param median of them; of an even number the mean of the two in the middle
 * @param least the smallest
 * @param worst the greatest
 */
public record Spread(double median, double least, double worst) {
    /** Of all verdicts that have it. */
    public static Optional<Spread> of(List<Verdict> verdicts, String figure) {
        return of(verdicts.stream()
                .map(verdict -> verdict.figures().get(figure))
                .filter(Number.class::isInstance)
                .map(value -> ((Number) value).doubleValue())
                .toList());
    }

    /** Nothing of no values. */
    public static Optional<Spread> of(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted.length == 0
                ? Optional.empty()
                : Optional.of(new Spread(
                        (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2,
                        sorted[0],
                        sorted[sorted.length - 1]));
    }
}
