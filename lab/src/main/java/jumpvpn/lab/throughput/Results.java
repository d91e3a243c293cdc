package jumpvpn.lab.throughput;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jumpvpn.lab.netns.Spread;

/** Everything that was measured, and what could not be. */
final class Results {
    /**
     * Something that was not measured, or was not as it must be.
     *
     * @param run from 1
     * @param contender whose
     * @param what was tried
     * @param why it failed
     */
    record Failure(int run, Contender contender, String what, String why) {
        @Override
        public String toString() {
            return "run %d, %s, %s: %s".formatted(run, contender.label(), what, why);
        }
    }

    private final List<Contender> contenders;
    private final Map<Contender, Map<Measure, List<Double>>> values = new LinkedHashMap<>();
    private final Map<Contender, String> descriptions = new LinkedHashMap<>();
    private final Map<Contender, String> captures = new LinkedHashMap<>();
    private final List<Failure> failures = new ArrayList<>();

    Results(List<Contender> contenders) {
        this.contenders = contenders;
    }

    List<Contender> contenders() {
        return contenders;
    }

    void add(Contender contender, Measure measure, double value) {
        values.computeIfAbsent(contender, _ -> new EnumMap<>(Measure.class))
                .computeIfAbsent(measure, _ -> new ArrayList<>())
                .add(value);
    }

    void fail(Failure failure) {
        failures.add(failure);
    }

    /** What a contender says of itself; the last holds. */
    void describe(Contender contender, String description) {
        descriptions.put(contender, description);
    }

    /** What the capture showed; the last holds. */
    void captured(Contender contender, String seen) {
        captures.put(contender, seen);
    }

    List<Failure> failures() {
        return failures;
    }

    String description(Contender contender) {
        return descriptions.getOrDefault(contender, "");
    }

    Optional<String> capture(Contender contender) {
        return Optional.ofNullable(captures.get(contender));
    }

    /** Of all runs that could be carried out, in their order. */
    List<Double> values(Contender contender, Measure measure) {
        return values.getOrDefault(contender, Map.of()).getOrDefault(measure, List.of());
    }

    Optional<Spread> spread(Contender contender, Measure measure) {
        return Spread.of(values(contender, measure));
    }

    /** The median divided by that of wireguard-go; empty where either is missing. */
    Optional<Double> ratio(Contender contender, Measure measure) {
        Optional<Double> yardstick = contenders.stream()
                .filter(other -> other.kind() == Contender.Kind.WIREGUARD_GO)
                .findFirst()
                .flatMap(other -> spread(other, measure))
                .map(Spread::median);
        return spread(contender, measure)
                .flatMap(spread -> yardstick.filter(median -> median > 0).map(median -> spread.median() / median));
    }
}
