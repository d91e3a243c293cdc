package jumpvpn.node.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import jumpvpn.node.config.ConfigException;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.config.KeyText;
import jumpvpn.node.config.Names;

/** {@code gateway init}: a gateway's first files. */
final class GatewayInit {
    static final Option NAME = new Option("--name", "NAME", "the gateway's name (default: gw1)");
    static final Option PORT = new Option("--port", "PORT", "UDP port to listen on (default: 4500)");

    private GatewayInit() {}

    static int run(Arguments arguments, Context context)
            throws UsageException, CommandFailed, IOException, ConfigException {
        String name = arguments.value(NAME).orElse("gw1");
        if (!Names.isNode(name)) {
            throw new UsageException(
                    "--name \"" + name + "\" can't be a name: use letters, digits, dots, dashes and underscores");
        }
        String port = arguments.value(PORT).orElse("4500");
        if (!port.matches("[1-9][0-9]{0,4}") || Integer.parseInt(port) > 65535) {
            throw new UsageException("--port \"" + port + "\" is no port: use 1 to 65535");
        }
        Path folder = Path.of(arguments.operand().orElse(""));
        Files.createDirectories(folder.toAbsolutePath());
        Path config = folder.resolve("gateway.toml");
        byte[] key = KeyCommands.newKey(context.entropy());
        try (NewFiles files = new NewFiles()) {
            files.writePrivate(folder.resolve(name + ".key"), KeyText.format(key) + "\n");
            files.writePublic(config, text(name, port));
            GatewayConfig.load(config);
            files.keep();
        }
        context.out().print("""
                Wrote %1$s and the private key %2$s.
                The gateway's public key is %3$s
                Next:
                  jumpvpn client add laptop --config %1$s
                  sudo jumpvpn gateway --config %1$s
                """.formatted(
                        config, folder.resolve(name + ".key"), KeyText.format(KeyCommands.publicKey(key))));
        return Main.OK;
    }

    private static String text(String name, String port) {
        return """
                # A Jumping VPN gateway. "jumpvpn check --config" reads it over; "jumpvpn client add NAME" adds clients.
                [gateway]
                name        = "%1$s"
                private-key = "%1$s.key"
                listen      = ["udp://0.0.0.0:%2$s", "udp://[::]:%2$s"]
                state       = "%1$s.state"         # sessions go on after a restart, also after a crash
                # events    = "events.jsonl"      # append every event here, one JSON object a line

                [network]
                interface   = "jvpn0"
                address     = ["10.77.0.1/24", "fd77::1/64"]
                masquerade  = false               # true: clients reach what this host reaches, by NAT
                """.formatted(name, port);
    }
}
