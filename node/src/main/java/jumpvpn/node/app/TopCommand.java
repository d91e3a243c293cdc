package jumpvpn.node.app;

import java.io.IOException;
import jumpvpn.node.app.ControlProtocol.Wish;
import jumpvpn.node.observability.jsonl.Json;
import jumpvpn.node.runtime.Request;

/** {@code top}: a running node's sessions, those in trouble and the busiest first, anew every second. */
final class TopCommand {
    static final Option ONCE = new Option("--once", null, "one table over a second, without colours, and no more");
    static final Option ROWS =
            new Option("--rows", "N", "as many sessions at most (default: what $LINES has room for)");

    private static final int HEAD_LINES = 4;
    private static final int USUAL_LINES = 40;

    private TopCommand() {}

    static int run(Arguments arguments, Context context) throws CommandFailed, UsageException, IOException {
        int rows = rows(arguments, System.getenv("LINES"));
        boolean live = !arguments.has(ONCE);
        ControlClient node = ControlClient.connect(arguments, context);
        TopText text = new TopText(live, rows);
        try {
            text.sample(status(node), System.nanoTime());
            while (Frames.pause()) {
                node.close();
                node = node.again();
                context.out().print(text.frame(status(node), System.nanoTime()));
                if (!live || context.out().checkError()) { // whoever read this has seen enough
                    return Main.OK;
                }
            }
        } finally {
            node.close();
        }
        return Main.OK;
    }

    private static int rows(Arguments arguments, @org.jspecify.annotations.Nullable String lines)
            throws UsageException {
        String given = arguments.value(ROWS).orElse("");
        if (given.isEmpty()) {
            return (lines != null && lines.matches("[0-9]{2,4}") ? Integer.parseInt(lines) : USUAL_LINES) - HEAD_LINES;
        }
        if (!given.matches("[1-9][0-9]{0,5}")) {
            throw new UsageException("--rows takes a number of sessions, such as 100, not \"" + given + "\"");
        }
        return Integer.parseInt(given);
    }

    private static Json.Fields status(ControlClient node) throws CommandFailed, IOException {
        if (node.ask(new Wish.Ask(new Request.Status())) instanceof Json.Fields status) {
            return status;
        }
        throw new CommandFailed("the node's answer is no status; is it of the same version?");
    }
}
