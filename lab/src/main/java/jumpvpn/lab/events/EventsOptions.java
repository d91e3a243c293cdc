package jumpvpn.lab.events;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.lab.NumberOption;

/**
 * What was asked for.
 *
 * @param rate events a second
 * @param seconds of each turn
 * @param runs how often each turn comes, in rotation
 */
record EventsOptions(int rate, int seconds, int runs) {
    private static final NumberOption RATE = new NumberOption("--rate", 100_000, 1000, 1_000_000);
    private static final NumberOption SECONDS = new NumberOption("--seconds", 60, 1, 3600);
    private static final NumberOption RUNS = new NumberOption("--runs", 3, 1, 100);

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException with what is wrong about it
     */
    static EventsOptions parse(List<String> arguments) {
        List<String> rest = new ArrayList<>(arguments);
        EventsOptions options = new EventsOptions(RATE.take(rest), SECONDS.take(rest), RUNS.take(rest));
        if (!rest.isEmpty()) {
            throw new IllegalArgumentException(rest.getFirst() + " is unknown; see --help");
        }
        return options;
    }
}
