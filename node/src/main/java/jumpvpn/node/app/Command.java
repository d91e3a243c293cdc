package jumpvpn.node.app;

import java.util.List;

/**
 * A command: all that its parser, its help and its caller need.
 *
 * @param name one or two words
 * @param operands as in its synopsis, empty if it takes none; in brackets if it may be left out, with … if there may be more
 * @param summary one line
 * @param text what a newcomer should know, with examples
 */
record Command(String name, String operands, String summary, List<Option> options, String text, Action action) {
    /** What a command does. */
    @FunctionalInterface
    interface Action {
        /** Returns the exit code. */
        int run(Arguments arguments, Context context) throws Exception;
    }

    int mostOperands() {
        return operands.isEmpty() ? 0 : operands.endsWith("…") ? Integer.MAX_VALUE : 1;
    }

    int leastOperands() {
        return operands.isEmpty() || operands.startsWith("[") ? 0 : 1;
    }
}
