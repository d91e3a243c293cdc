package jumpvpn.lab.netns;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** All scenarios there are. */
final class Scenarios {
    /** In the order in which they are listed. */
    static final List<Scenario> ALL = Stream.of(SessionScenarios.ALL, PathScenarios.ALL, FamilyScenarios.ALL, RoughScenarios.ALL)
            .flatMap(List::stream)
            .toList();

    /** What {@code smoke} runs: a minute at most. */
    static final List<Scenario> SMOKE =
            List.of(SessionScenarios.JUMP, SessionScenarios.BLACKHOLE, SessionScenarios.BITFLIP);

    private Scenarios() {}

    static Optional<Scenario> named(String label) {
        return ALL.stream().filter(scenario -> scenario.label.equals(label)).findFirst();
    }
}
