package jumpvpn.lab;

import java.util.List;

/**
 * An option of a lab that takes a whole number.
 *
 * @param name with its dashes
 * @param usual where it is not given
 */
public record NumberOption(String name, int usual, int least, int most) {
    /**
     * Takes this option and its value out of a command line; the value, given or usual.
     *
     * @param arguments can be changed; a second one of the same name stays in it
     * @throws IllegalArgumentException with what is wrong about it
     */
    public int take(List<String> arguments) {
        int at = arguments.indexOf(name);
        if (at < 0) {
            return usual;
        }
        arguments.remove(at);
        return parse(at < arguments.size() ? arguments.remove(at) : "nothing");
    }

    /**
     * Reads a value.
     *
     * @throws IllegalArgumentException with what is wrong about it
     */
    public int parse(String value) {
        if (value.matches("\\d{1,9}")) {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw new IllegalArgumentException("%s %s: give a number from %d to %d".formatted(name, value, least, most));
    }
}
