package jumpvpn.node.app;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import jumpvpn.node.config.ClientConfig;
import jumpvpn.node.config.ConfigException;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.config.NodeConfig;
import jumpvpn.node.config.Problem;
import jumpvpn.node.observability.jsonl.JsonWriter;

/** {@code check}: reads a file as {@code gateway} and {@code connect} would, and starts nothing. */
final class CheckCommand {
    private CheckCommand() {}

    static int run(Arguments arguments, Context context) throws UsageException, ConfigException {
        Path file = Path.of(arguments.required(Option.CONFIG));
        if (!arguments.has(Option.JSON)) {
            NodeConfig config = NodeConfig.load(file);
            config.warnings().forEach(context.err()::println);
            context.out().println(file + ": ok, " + summary(config));
            return Main.OK;
        }
        try {
            NodeConfig config = NodeConfig.load(file);
            context.out().println(json(true, config.warnings(), List.of()));
            return Main.OK;
        } catch (ConfigException e) {
            context.out().println(json(false, List.of(), e.problems()));
            return Main.USAGE;
        }
    }

    private static String summary(NodeConfig config) {
        return switch (config) {
            case GatewayConfig gateway ->
                "gateway " + gateway.name() + " on " + join(gateway.listen()) + " with "
                        + gateway.clients().size() + " clients";
            case ClientConfig client ->
                "client " + client.name() + " of "
                        + join(client.gateways().stream()
                                .map(ClientConfig.Gateway::name)
                                .toList());
        };
    }

    private static String join(List<?> values) {
        return values.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    private static String json(boolean ok, List<String> warnings, List<Problem> problems) {
        JsonWriter json = new JsonWriter()
                .beginObject()
                .field("ok", ok)
                .field("warnings", warnings)
                .name("problems")
                .beginArray();
        for (Problem problem : problems) {
            json.beginObject()
                    .field("file", problem.file().toString())
                    .field("line", problem.line())
                    .field("what", problem.what())
                    .field("suggestion", problem.suggestion())
                    .endObject();
        }
        return json.endArray().endObject().toString();
    }
}
