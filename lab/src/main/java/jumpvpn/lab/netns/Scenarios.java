package jumpvpn.lab.netns;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** All scenarios there are. */
final class Scenarios {
    /** In the order in which they are listed. */
    static final List<Scenario> ALL = Stream.of(
                    SessionScenarios.ALL, PathScenarios.ALL, FamilyScenarios.ALL, RoughScenarios.ALL)
            .flatMap(List::stream)
            .toList();

    /** What {@code smoke} runs: a minute at most. */
    static final List<Scenario> SMOKE =
            List.of(SessionScenarios.JUMP, SessionScenarios.BLACKHOLE, SessionScenarios.BITFLIP);

    /** What can be asked of any VPN: nothing but processes, links and traffic. */
    static final List<Scenario> COMPARABLE = List.of(
            SessionScenarios.JUMP,
            SessionScenarios.BLACKHOLE,
            SessionScenarios.RESTART_GATEWAY,
            PathScenarios.UDP_BLOCKED,
            PathScenarios.DEAF_UP,
            PathScenarios.DEAF_DOWN,
            PathScenarios.REBIND,
            PathScenarios.NEW_ADDRESS,
            PathScenarios.LOSSY,
            PathScenarios.BLACKOUT,
            RoughScenarios.FLAPPING,
            RoughScenarios.SLOW_LINE,
            RoughScenarios.SMALL_MTU,
            RoughScenarios.FROZEN,
            RoughScenarios.QUIET_DEATH);

    private Scenarios() {}

    static Optional<Scenario> named(String label) {
        return ALL.stream().filter(scenario -> scenario.label.equals(label)).findFirst();
    }
}
