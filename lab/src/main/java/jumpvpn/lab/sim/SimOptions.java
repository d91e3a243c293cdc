package jumpvpn.lab.sim;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import jumpvpn.core.session.Fault;
import org.jspecify.annotations.Nullable;

/**
 * What the simulation was asked for.
 *
 * @param first seed
 * @param seeds how many
 * @param threads seeds at a time
 * @param campaign the results file of a campaign that goes on where it was, or null
 * @param randomLossHours so many hours of {@link RandomLoss} instead; 0: none
 */
record SimOptions(
        long first,
        long seeds,
        int threads,
        @Nullable Fault fault,
        @Nullable String campaign,
        long randomLossHours,
        boolean json,
        boolean listFaults,
        boolean help) {
    private static final long SEEDS = 2000;

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException with a message for the user
     */
    static SimOptions parse(List<String> arguments) {
        Long first = null;
        Long seeds = null;
        int threads = Math.min(2, Runtime.getRuntime().availableProcessors());
        Fault fault = null;
        String campaign = null;
        long hours = 0;
        boolean json = false;
        boolean list = false;
        boolean help = false;
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String argument = rest.next();
            switch (argument) {
                case "--seed" -> first = number(argument, rest, Long.MAX_VALUE / 2);
                case "--seeds" -> seeds = number(argument, rest, 1_000_000_000);
                case "--threads" -> threads = (int) number(argument, rest, 256);
                case "--fault" -> fault = fault(value(argument, rest));
                case "--campaign" -> campaign = value(argument, rest);
                case "--random-loss" -> hours = number(argument, rest, 100_000);
                case "--json" -> json = true;
                case "--list-faults" -> list = true;
                case "--help", "-h" -> help = true;
                default -> throw new IllegalArgumentException("unknown option " + argument + "; see --help");
            }
        }
        long count = seeds != null ? seeds : first != null ? 1 : SEEDS;
        return new SimOptions(first == null ? 1 : first, count, threads, fault, campaign, hours, json, list, help);
    }

    /** How a fault is called on the command line. */
    static String label(Fault fault) {
        return fault.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Fault fault(String name) {
        for (Fault fault : Fault.values()) {
            if (label(fault).equals(name)) {
                return fault;
            }
        }
        throw new IllegalArgumentException("unknown fault " + name + "; see --list-faults");
    }

    private static long number(String option, Iterator<String> rest, long most) {
        String value = value(option, rest);
        try {
            long number = Long.parseLong(value);
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(
                "%s %s: a whole number from 1 to %d is wanted".formatted(option, value, most));
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value; see --help");
        }
        return rest.next();
    }
}
