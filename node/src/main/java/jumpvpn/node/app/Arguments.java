package jumpvpn.node.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jumpvpn.node.config.Similar;

/** The words behind a command's name, sorted into options and operands. */
final class Arguments {
    /**
     * @param value empty for an option without one
     */
    private record Given(Option option, String value) {}

    private final Command command;
    private final List<Given> given = new ArrayList<>();
    private final List<String> operands = new ArrayList<>();

    private Arguments(Command command) {
        this.command = command;
    }

    /** Reads {@code --name value}, {@code --name=value} and operands in any order; behind {@code --} everything is an operand. */
    static Arguments parse(Command command, List<String> words) throws UsageException {
        Arguments arguments = new Arguments(command);
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("--")) {
                arguments.operands.addAll(words.subList(i + 1, words.size()));
                break;
            } else if (word.equals("-h")) {
                arguments.given.add(new Given(Option.HELP, ""));
            } else if (word.startsWith("-") && word.length() > 1) {
                i += arguments.option(word, i + 1 < words.size() ? Optional.of(words.get(i + 1)) : Optional.empty());
            } else {
                arguments.operands.add(word);
            }
        }
        if (!arguments.has(Option.HELP)) {
            arguments.checkOperands();
        }
        return arguments;
    }

    /** Returns how many further words it took. */
    private int option(String word, Optional<String> next) throws UsageException {
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        Option option = named(name);
        if (option.value() == null) {
            if (equals >= 0) {
                throw new UsageException(name + " takes no value");
            }
            given.add(new Given(option, ""));
            return 0;
        }
        if (equals >= 0) {
            given.add(new Given(option, word.substring(equals + 1)));
            return 0;
        }
        given.add(new Given(
                option, next.orElseThrow(() -> new UsageException(name + " needs a value: " + option.label()))));
        return 1;
    }

    private Option named(String name) throws UsageException {
        List<Option> options = new ArrayList<>(command.options());
        options.add(Option.HELP);
        for (Option option : options) {
            if (option.name().equals(name)) {
                return option;
            }
        }
        throw new UsageException(command.name() + " has no option " + name
                + Similar.to(name, options.stream().map(Option::name).toList())
                        .map(near -> "; did you mean " + near + "?")
                        .orElse(""));
    }

    private void checkOperands() throws UsageException {
        if (operands.size() < command.leastOperands()) {
            throw new UsageException(command.name() + " needs " + command.operands());
        }
        if (operands.size() > command.mostOperands()) {
            throw new UsageException(command.name() + " can't use \"" + operands.get(command.mostOperands()) + "\"");
        }
    }

    boolean has(Option option) {
        return !values(option).isEmpty();
    }

    /** The option's last value. */
    Optional<String> value(Option option) {
        List<String> values = values(option);
        return values.isEmpty() ? Optional.empty() : Optional.of(values.getLast());
    }

    /** Every value of an option that may be repeated. By name: a record's first equals costs 15 ms of start-up. */
    List<String> values(Option option) {
        List<String> values = new ArrayList<>();
        for (Given one : given) {
            if (one.option().name().equals(option.name())) {
                values.add(one.value());
            }
        }
        return values;
    }

    /** The value of an option that must be there. */
    String required(Option option) throws UsageException {
        return value(option).orElseThrow(() -> new UsageException(command.name() + " needs " + option.label()));
    }

    /** The operand, if it was given. */
    Optional<String> operand() {
        return operands.stream().findFirst();
    }

    /** All operands. */
    List<String> operands() {
        return List.copyOf(operands);
    }

    /** The operand of a command that needs one. */
    String requiredOperand() {
        return operands.getFirst();
    }
}
