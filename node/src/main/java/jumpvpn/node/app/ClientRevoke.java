package jumpvpn.node.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jumpvpn.node.app.ControlProtocol.Wish;
import jumpvpn.node.config.ConfigException;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.config.Ownership;
import jumpvpn.node.runtime.Request;

/** {@code client revoke}: a client that is admitted no more, by the gateway that runs and by the file. */
final class ClientRevoke {
    private ClientRevoke() {}

    static int run(Arguments arguments, Context context) throws CommandFailed, IOException, ConfigException {
        String name = arguments.requiredOperand();
        Path file = Path.of(arguments.value(ClientAdd.CONFIG).orElse("gateway.toml"));
        GatewayConfig gateway = GatewayConfig.load(file);
        Optional<GatewayConfig.Client> client = gateway.clients().stream()
                .filter(known -> known.name().equals(name))
                .findFirst();
        Optional<ControlClient> running = ControlClient.of(gateway, arguments, context);
        if (running.isEmpty() && gateway.ownership().mode() == Ownership.Mode.ETCD) {
            throw new CommandFailed(
                    "no gateway of " + file + " runs here, and only a running one reaches the store and the"
                            + " other gateways: start it, or do this where one runs");
        }
        if (running.isEmpty() && client.isEmpty()) {
            throw new CommandFailed(
                    "there is no client \"" + name + "\" in " + file + "; look at its [[client]] sections");
        }
        if (running.isPresent()) {
            try (ControlClient node = running.get()) {
                node.ask(new Wish.Ask(new Request.Revoke(
                        name, client.map(GatewayConfig.Client::publicKey).orElse(null))));
            }
        }
        if (client.isPresent()) {
            replace(file, without(file, Files.readString(file), client.get()));
        }
        context.out()
                .println("client \"" + name + "\" is admitted no more"
                        + (client.isPresent() ? "; its section in " + file + " is a comment now" : "")
                        + (running.isPresent() ? "; its session ends" : ""));
        return Main.OK;
    }

    /**
     * The file's text with the client's section made a comment.
     *
     * @throws ConfigException if it would not be a gateway's file any more
     */
    static String without(Path file, String text, GatewayConfig.Client client) throws ConfigException {
        List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
        int at = client.line() - 1;
        do {
            if (!lines.get(at).isBlank() && !lines.get(at).stripLeading().startsWith("#")) {
                lines.set(at, "# " + lines.get(at));
            }
            at++;
        } while (at < lines.size() && !lines.get(at).stripLeading().startsWith("["));
        String changed = String.join("\n", lines);
        GatewayConfig.of(file, changed);
        return changed;
    }

    /** All of it or nothing, with the rights that the file has. */
    private static void replace(Path file, String text) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".new");
        Files.copy(file, next, StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
        Files.write(
                next,
                text.getBytes(StandardCharsets.UTF_8),
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                StandardOpenOption.SYNC);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
