package jumpvpn.node.app;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jumpvpn.node.app.ControlProtocol.Wish;
import jumpvpn.node.observability.jsonl.Json;
import jumpvpn.node.observability.jsonl.JsonWriter;
import jumpvpn.node.runtime.Request;

/** {@code paths}: what a running client knows of each of its paths, once or every second. */
final class PathsCommand {
    static final Option WATCH = new Option("--watch", null, "show them anew every second, until Ctrl-C");

    private static final List<String> FIELDS = List.of("name", "state", "session_id", "candidates");

    private PathsCommand() {}

    static int run(Arguments arguments, Context context) throws CommandFailed, IOException {
        boolean watch = arguments.has(WATCH);
        String before = watch && !arguments.has(Option.JSON) ? Frames.HOME_AND_CLEAR : "";
        ControlClient node = ControlClient.connect(arguments, context);
        try {
            context.out().print(before + text(arguments, node));
            while (watch && !context.out().checkError() && Frames.pause()) { // whoever read this has seen enough
                node.close();
                node = node.again();
                context.out().print(before + text(arguments, node));
            }
        } finally {
            node.close();
        }
        return Main.OK;
    }

    private static String text(Arguments arguments, ControlClient node) throws CommandFailed, IOException {
        Json result = node.ask(new Wish.Ask(new Request.Status()));
        if (!(result instanceof Json.Fields status)
                || !status.text("role").orElse("").equals("client")) {
            throw new CommandFailed(
                    "this node is a gateway, and paths are the client's matter: run \"jumpvpn paths\" there,"
                            + " or name a client's socket with --control PATH; what is connected here lists \"jumpvpn sessions\"");
        }
        return arguments.has(Option.JSON) ? json(status) : StatusText.paths(status);
    }

    private static String json(Json.Fields status) {
        Map<String, Json> fields = new LinkedHashMap<>();
        FIELDS.forEach(name -> fields.put(name, status.get(name)));
        return new JsonWriter().value(new Json.Fields(fields)) + "\n";
    }
}
