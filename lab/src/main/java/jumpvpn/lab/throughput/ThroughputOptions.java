package jumpvpn.lab.throughput;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import jumpvpn.lab.NumberOption;

/**
 * What was asked for.
 *
 * @param runs how often each takes its turn
 * @param seconds of each transfer, the first of which is not counted
 * @param contenders in their order
 * @param out the directory that gets the files
 */
record ThroughputOptions(int runs, int seconds, List<Contender> contenders, Optional<Path> out) {
    private static final NumberOption RUNS = new NumberOption("--runs", 5, 1, 100);
    private static final NumberOption SECONDS = new NumberOption("--seconds", 5, 2, 600);

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException with what is wrong about it
     */
    static ThroughputOptions parse(List<String> arguments) {
        int runs = RUNS.usual();
        int seconds = SECONDS.usual();
        List<Contender> contenders = Contender.all();
        Optional<Path> out = Optional.empty();
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String option = rest.next();
            if (!option.startsWith("--") || !rest.hasNext()) {
                throw new IllegalArgumentException(option + " is unknown or lacks its value; see --help");
            }
            String value = rest.next();
            switch (option) {
                case "--runs" -> runs = RUNS.parse(value);
                case "--seconds" -> seconds = SECONDS.parse(value);
                case "--vpn" -> contenders = Contender.parse(value);
                case "--out" -> out = Optional.of(Path.of(value));
                default -> throw new IllegalArgumentException(option + " is unknown; see --help");
            }
        }
        return new ThroughputOptions(runs, seconds, contenders, out);
    }
}
