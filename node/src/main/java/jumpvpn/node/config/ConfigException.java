package jumpvpn.node.config;

import java.util.List;
import java.util.stream.Collectors;

/** A file that can't be used. The message has one line a problem. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    /** With at least one problem, in the order of lines. */
    public ConfigException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** What is wrong, in the order of lines. */
    public List<Problem> problems() {
        return problems;
    }
}
