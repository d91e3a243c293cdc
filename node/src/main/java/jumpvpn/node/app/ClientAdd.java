package jumpvpn.node.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.node.config.ClientConfig;
import jumpvpn.node.config.ConfigException;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.config.GatewayEndpoint;
import jumpvpn.node.config.KeyText;
import jumpvpn.node.config.Listen;
import jumpvpn.node.config.Names;
import jumpvpn.node.config.Ownership;
import jumpvpn.node.config.PeerKey;
import jumpvpn.node.config.Problem;
import jumpvpn.node.runtime.Request;

/** {@code client add}: a client's files, and its section in the gateway's, whose other text stays as it is. */
final class ClientAdd {
    static final Option CONFIG = new Option("--config", "FILE", "the gateway's file (default: gateway.toml)");
    static final Option ENDPOINT = new Option(
            "--endpoint",
            "HOST[:PORT]",
            "where clients reach the gateway; may be repeated (default: this machine's address)");
    static final Option ROUTE =
            new Option("--route", "PREFIX", "a network that the client sends through the tunnel; may be repeated");

    /** By a gateway that runs here, or by one that is started. */
    private enum Admitted {
        NOW,
        LATER,
        AT_THE_START
    }

    private final Context context;
    private final Path gatewayFile;
    private final GatewayConfig gateway;
    private final String name;
    private final boolean hasStore;

    private ClientAdd(Context context, Path gatewayFile, String name) throws ConfigException {
        this.context = context;
        this.gatewayFile = gatewayFile;
        this.gateway = GatewayConfig.load(gatewayFile);
        this.name = name;
        this.hasStore = gateway.ownership().mode() == Ownership.Mode.ETCD;
    }

    static int run(Arguments arguments, Context context)
            throws UsageException, CommandFailed, IOException, ConfigException {
        String name = arguments.requiredOperand();
        if (!Names.isNode(name)) {
            throw new UsageException(
                    "\"" + name + "\" can't be a name: use letters, digits, dots, dashes and underscores");
        }
        Path file = Path.of(arguments.value(CONFIG).orElse("gateway.toml"));
        new ClientAdd(context, file, name).add(arguments);
        return Main.OK;
    }

    private void checkNew() throws CommandFailed {
        for (GatewayConfig.Client client : gateway.clients()) {
            if (client.name().equals(name)) {
                throw new CommandFailed("client \"" + name + "\" is already there, " + gatewayFile + ":" + client.line()
                        + "; choose another name");
            }
        }
    }

    private void add(Arguments arguments) throws UsageException, CommandFailed, IOException, ConfigException {
        checkNew();
        List<String> endpoints = endpoints(arguments.values(ENDPOINT));
        List<String> routes = routes(arguments.values(ROUTE));
        List<IpAddress> addresses = freeAddresses();
        byte[] key = KeyCommands.newKey(context.entropy());
        Path keyFile = gatewayFile.resolveSibling(name + ".key");
        Path clientFile = gatewayFile.resolveSibling(name + ".toml");
        String section = section(key, addresses);
        GatewayConfig.of(gatewayFile, Files.readString(gatewayFile) + section);
        Admitted admitted = Admitted.AT_THE_START;
        try (NewFiles files = new NewFiles()) {
            files.writePrivate(keyFile, KeyText.format(key) + "\n");
            String text = text(endpoints, routes);
            check(clientFile, text);
            files.writePublic(clientFile, text);
            if (hasStore) { // whom it refuses leaves no file here
                admitted = admit(arguments, key, addresses);
            }
            Files.write(
                    gatewayFile,
                    section.getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.APPEND,
                    StandardOpenOption.SYNC);
            files.keep();
        }
        if (!hasStore) {
            admitted = admit(arguments, key, addresses);
        }
        sayNext(addresses, endpoints, arguments.value(ENDPOINT).isPresent(), keyFile, clientFile, admitted);
    }

    /**
     * Tells the gateway, if it runs; with a store it tells the others. What a gateway alone refuses is said, and is no reason to take the files back.
     *
     * @throws CommandFailed if the store refuses the client
     */
    private Admitted admit(Arguments arguments, byte[] key, List<IpAddress> addresses)
            throws CommandFailed, IOException {
        try {
            Optional<ControlClient> running = ControlClient.of(gateway, arguments, context);
            if (running.isEmpty()) {
                return Admitted.AT_THE_START;
            }
            try (ControlClient node = running.get()) {
                PeerKey client = new PeerKey(KeyCommands.publicKey(key));
                node.ask(new ControlProtocol.Wish.Ask(new Request.Admit(name, client, addresses)));
            }
            return Admitted.NOW;
        } catch (CommandFailed e) {
            if (hasStore && "CLIENT_REFUSED".equals(e.refusal)) {
                throw e;
            }
            context.err().println("jumpvpn: the running gateway does not admit it yet: " + e.getMessage());
            return hasStore && e.refusal != null ? Admitted.LATER : Admitted.AT_THE_START;
        }
    }

    private void sayNext(
            List<IpAddress> addresses,
            List<String> endpoints,
            boolean endpointGiven,
            Path keyFile,
            Path clientFile,
            Admitted admitted) {
        context.out().print("""
                Added "%1$s" to %3$s, with inner addresses %2$s.
                Wrote %4$s and the private key %5$s: take both to the client. It will reach the gateway at %6$s%7$s
                %8$s
                  sudo jumpvpn connect --config %4$s
                """.formatted(
                name,
                addresses.isEmpty()
                        ? "that the store chooses (\"jumpvpn sessions\" shows them when it is connected)"
                        : addresses.stream().map(IpAddress::toString).collect(Collectors.joining(" and ")),
                gatewayFile,
                clientFile,
                keyFile,
                String.join(", ", endpoints),
                endpointGiven
                        ? "."
                        : ".\nThat address is a guess: if clients come from elsewhere, edit endpoints in " + clientFile
                                + ".",
                switch (admitted) {
                    case NOW -> "The running gateway admits it. Next, on the client:";
                    case AT_THE_START ->
                        "Next, on the gateway (start it again if it runs: it reads its file once), then on the client:\n"
                                + "  sudo jumpvpn gateway --config " + gatewayFile;
                    case LATER -> "The running gateway will admit it when the store answers. Next, on the client:";
                }));
    }

    /** What the client's file would be, before it is one. */
    private static void check(Path clientFile, String text) throws UsageException {
        try {
            ClientConfig.of(clientFile, text);
        } catch (ConfigException e) {
            Problem first = e.problems().getFirst();
            throw new UsageException(first.what() + "; " + first.suggestion());
        }
    }

    private List<String> endpoints(List<String> typed) throws UsageException, CommandFailed {
        Listen listen = gateway.listen().getFirst();
        List<String> hosts =
                typed.isEmpty() ? List.of(OwnAddress.guess(listen.endpoint().address())) : typed;
        List<String> endpoints = new ArrayList<>();
        for (String host : hosts) {
            try {
                endpoints.add(GatewayEndpoint.parse(full(host, listen)).toString());
            } catch (IllegalArgumentException e) {
                throw new UsageException("--endpoint: " + e.getMessage());
            }
        }
        return endpoints;
    }

    /** Adds what may be left out: protocol, brackets, port. */
    private static String full(String typed, Listen listen) {
        if (typed.contains("://")) {
            return typed;
        }
        boolean bareV6 = typed.indexOf(':') != typed.lastIndexOf(':') && !typed.startsWith("[");
        String host = bareV6 ? "[" + typed + "]" : typed;
        boolean hasPort = host.lastIndexOf(':') > host.lastIndexOf(']');
        return listen.protocol().scheme() + "://"
                + (hasPort ? host : host + ":" + listen.endpoint().port());
    }

    private static List<String> routes(List<String> typed) throws UsageException {
        List<String> routes = new ArrayList<>();
        for (String route : typed) {
            try {
                routes.add(Prefix.parse(route).toString());
            } catch (IllegalArgumentException e) {
                throw new UsageException("--route: " + e.getMessage());
            }
        }
        return routes;
    }

    /** None where a store has the list: this file knows nothing of whom the other gateways let in. */
    private List<IpAddress> freeAddresses() throws CommandFailed {
        List<IpAddress> free = new ArrayList<>();
        if (hasStore) {
            return free;
        }
        for (Prefix prefix : gateway.network().addresses()) {
            free.add(gateway.freeAddress(prefix)
                    .orElseThrow(() -> new CommandFailed(
                            "no address is left in " + prefix + "; widen [network].address in " + gatewayFile)));
        }
        return free;
    }

    private String section(byte[] key, List<IpAddress> addresses) {
        return """

                [[client]]
                name        = "%s"
                public-key  = "%s"
                """.formatted(name, KeyText.format(KeyCommands.publicKey(key)))
                + (addresses.isEmpty() ? "" : "address     = " + list(addresses) + "\n");
    }

    private String text(List<String> endpoints, List<String> routes) {
        return """
                # A Jumping VPN client, written by "jumpvpn client add".
                [client]
                name        = "%1$s"
                private-key = "%1$s.key"
                # events    = "events.jsonl"      # append every event here, one JSON object a line

                [network]
                interface   = "jvpn0"
                routes      = %2$s                # what goes through the tunnel besides the gateway's own network

                [[gateway]]
                name        = "%3$s"
                public-key  = "%4$s"
                endpoints   = %5$s
                """.formatted(
                name,
                list(routes),
                gateway.name(),
                KeyText.format(KeyCommands.publicKey(gateway.privateKey().bytes())),
                list(endpoints));
    }

    private static String list(List<?> values) {
        return values.stream().map(value -> "\"" + value + "\"").collect(Collectors.joining(", ", "[", "]"));
    }
}
