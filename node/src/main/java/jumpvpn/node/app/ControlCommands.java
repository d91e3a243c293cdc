package jumpvpn.node.app;

import java.io.IOException;
import java.util.List;
import jumpvpn.node.app.ControlProtocol.Wish;
import jumpvpn.node.observability.jsonl.Json;
import jumpvpn.node.observability.jsonl.JsonWriter;
import jumpvpn.node.runtime.Request;

/** The commands that ask a running node. */
final class ControlCommands {
    static final Option TO = new Option("--to", "PATH", "where to (default: the best other path)");

    private ControlCommands() {}

    static int status(Arguments arguments, Context context) throws CommandFailed, IOException {
        Json result = ask(arguments, context, new Request.Status());
        context.out()
                .print(
                        arguments.has(Option.JSON) || !(result instanceof Json.Fields status)
                                ? text(result)
                                : StatusText.node(status));
        return Main.OK;
    }

    static int sessions(Arguments arguments, Context context) throws CommandFailed, IOException {
        Json result = ask(arguments, context, new Request.Sessions());
        context.out()
                .print(
                        arguments.has(Option.JSON) || !(result instanceof Json.Array(List<Json> sessions))
                                ? text(result)
                                : StatusText.sessions(sessions));
        return Main.OK;
    }

    static int jump(Arguments arguments, Context context) throws CommandFailed, IOException {
        String to = arguments.value(TO).isPresent() ? arguments.value(TO).get() : null;
        return done(arguments, context, new Request.Jump(to));
    }

    static int terminate(Arguments arguments, Context context) throws CommandFailed, IOException {
        return done(arguments, context, new Request.Terminate(arguments.requiredOperand()));
    }

    private static int done(Arguments arguments, Context context, Request request) throws CommandFailed, IOException {
        Json result = ask(arguments, context, request);
        context.out()
                .print(
                        arguments.has(Option.JSON) || !(result instanceof Json.Fields done)
                                ? text(result)
                                : done.text("text").orElse("done") + "\n");
        return Main.OK;
    }

    static Json ask(Arguments arguments, Context context, Request request) throws CommandFailed, IOException {
        try (ControlClient client = ControlClient.connect(arguments, context)) {
            return client.ask(new Wish.Ask(request));
        }
    }

    private static String text(Json json) {
        return new JsonWriter().value(json) + "\n";
    }
}
