package jumpvpn.lab.throughput;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * What was asked for.
 *
 * @param runs how often each takes its turn
 * @param seconds of each transfer, the first of which is not counted
 * @param contenders in their order
 * @param out the directory that gets the files
 */
record ThroughputOptions(int runs, int seconds, List<Contender> contenders, Optional<Path> out) {
    private static final int MOST_RUNS = 100;
    private static final int LEAST_SECONDS = 2;
    private static final int MOST_SECONDS = 600;

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException with what is wrong about it
     */
    static ThroughputOptions parse(List<String> arguments) {
        int runs = 5;
        int seconds = 5;
        List<Contender> contenders = Contender.all();
        Optional<Path> out = Optional.empty();
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String option = rest.next();
            if (!option.startsWith("--") || !rest.hasNext()) {
                throw new IllegalArgumentException(option + " is unknown or lacks its value; see --help");
            }
            String value = rest.next();
            switch (option) {
                case "--runs" -> runs = number(option, value, 1, MOST_RUNS);
                case "--seconds" -> seconds = number(option, value, LEAST_SECONDS, MOST_SECONDS);
                case "--vpn" -> contenders = Contender.parse(value);
                case "--out" -> out = Optional.of(Path.of(value));
                default -> throw new IllegalArgumentException(option + " is unknown; see --help");
            }
        }
        return new ThroughputOptions(runs, seconds, contenders, out);
    }

    private static int number(String option, String value, int least, int most) {
        if (value.matches("\\d{1,6}")) {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw new IllegalArgumentException("%s %s: give a number from %d to %d".formatted(option, value, least, most));
    }
}
