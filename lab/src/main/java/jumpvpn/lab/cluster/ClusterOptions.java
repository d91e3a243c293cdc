package jumpvpn.lab.cluster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jumpvpn.lab.NumberOption;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for.
 *
 * @param scenarios in order
 * @param runs how often each
 * @param rounds of {@code chaos}
 * @param sessions of the crowd
 * @param seed of {@code chaos}
 * @param resume the file that keeps which rounds of {@code chaos} are done; null: none
 * @param fencingOff gateways ignore who owns a session: the lab must fail
 * @param keep leave the runs' directories
 */
record ClusterOptions(
        List<ClusterScenario> scenarios,
        int runs,
        int rounds,
        int sessions,
        int seed,
        @Nullable Path resume,
        boolean fencingOff,
        boolean keep) {
    private static final NumberOption RUNS = new NumberOption("--runs", 1, 1, 1000);
    private static final NumberOption ROUNDS = new NumberOption("--rounds", 10, 1, 100_000);
    private static final NumberOption SESSIONS = new NumberOption("--sessions", 1000, 10, 100_000);
    private static final NumberOption SEED = new NumberOption("--seed", 1, 0, 999_999_999);
    private static final String FENCING_OFF = "fencing-off";

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException with what is wrong about it
     */
    static ClusterOptions parse(List<String> arguments) {
        List<String> rest = new ArrayList<>(arguments);
        int runs = RUNS.take(rest);
        int rounds = ROUNDS.take(rest);
        int sessions = SESSIONS.take(rest);
        int seed = SEED.take(rest);
        String resume = value("--resume", rest);
        String plant = value("--plant", rest);
        boolean keep = rest.remove("--keep");
        if (plant != null && !plant.equals(FENCING_OFF)) {
            throw new IllegalArgumentException("--plant " + plant + ": there is " + FENCING_OFF);
        }
        List<ClusterScenario> scenarios = new ArrayList<>();
        for (String name : rest) {
            if (name.equals("all")) {
                scenarios.addAll(List.of(ClusterScenario.values()));
            } else {
                scenarios.add(ClusterScenario.named(name)
                        .orElseThrow(() -> new IllegalArgumentException(
                                name + " is unknown or lacks its value; see --help and --list")));
            }
        }
        if (sessions > InnerNetwork.MOST_ON_LINK && !scenarios.equals(List.of(ClusterScenario.STORM))) {
            throw new IllegalArgumentException(
                    "--sessions %d: more than %d are for storm alone".formatted(sessions, InnerNetwork.MOST_ON_LINK));
        }
        return new ClusterOptions(
                scenarios.isEmpty() ? List.of(ClusterScenario.GATEWAY_GONE) : List.copyOf(scenarios),
                runs,
                rounds,
                sessions,
                seed,
                resume == null ? null : Path.of(resume),
                plant != null,
                keep);
    }

    private static @Nullable String value(String option, List<String> rest) {
        int at = rest.indexOf(option);
        if (at < 0) {
            return null;
        }
        rest.remove(at);
        if (at >= rest.size()) {
            throw new IllegalArgumentException(option + " needs a value; see --help");
        }
        return rest.remove(at);
    }

    /** The names of all scenarios, each with its purpose, for people. */
    static String list() {
        StringBuilder text = new StringBuilder();
        Arrays.stream(ClusterScenario.values())
                .forEach(scenario -> text.append("  %-13s %s%n".formatted(scenario.label, scenario.purpose)));
        return text.toString();
    }
}
