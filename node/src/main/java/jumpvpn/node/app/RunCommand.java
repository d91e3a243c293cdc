package jumpvpn.node.app;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import jumpvpn.node.config.ClientConfig;
import jumpvpn.node.config.ConfigException;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.config.NodeConfig;
import jumpvpn.node.dashboard.Dashboard;
import jumpvpn.node.runtime.Log;
import jumpvpn.node.runtime.NodeControl;
import jumpvpn.node.runtime.StartException;
import org.jspecify.annotations.Nullable;

/** {@code gateway} and {@code connect}: a node in the foreground, from its file to its end. */
final class RunCommand {
    private RunCommand() {}

    /** Starts the node of a file that was read. */
    @FunctionalInterface
    private interface Starter {
        NodeControl start(Log log) throws StartException;
    }

    static int gateway(Arguments arguments, Context context)
            throws UsageException, ConfigException, CommandFailed, IOException {
        GatewayConfig config = GatewayConfig.load(Path.of(arguments.required(Option.CONFIG)));
        return run(config, log -> context.nodes().gateway(config, log), context);
    }

    static int connect(Arguments arguments, Context context)
            throws UsageException, ConfigException, CommandFailed, IOException {
        ClientConfig config = ClientConfig.load(Path.of(arguments.required(Option.CONFIG)));
        return run(config, log -> context.nodes().client(config, log), context);
    }

    @SuppressWarnings("try") // the dashboard works by itself
    private static int run(NodeConfig config, Starter starter, Context context) throws CommandFailed, IOException {
        Log log = new Log(context.err(), InstantSource.system());
        config.warnings().forEach(log::warn);
        try (Shutdown shutdown = Shutdown.arm(log);
                ControlSocket socket = ControlSocket.bind(context.sockets().of(config));
                NodeControl node = starter.start(log);
                @Nullable Dashboard dashboard = dashboard(config, node, log)) {
            socket.serve(new ControlServer(node, log));
            log.info(config.name() + " runs, control socket " + socket.path());
            String failure = shutdown.await(node.failure());
            if (failure != null) {
                throw new CommandFailed(failure);
            }
            log.info("stopping");
            return Main.OK;
        } catch (StartException e) {
            throw new CommandFailed(String.valueOf(e.getMessage()));
        }
    }

    /** The page that the file asks for; without one nothing of it is loaded. */
    private static @Nullable Dashboard dashboard(NodeConfig config, NodeControl node, Log log) throws StartException {
        jumpvpn.node.config.Dashboard wanted = config.dashboard();
        return wanted == null ? null : Dashboard.open(wanted, config.file(), node, log);
    }
}
