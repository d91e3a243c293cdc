package jumpvpn.lab.netns;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.observability.audit.Report;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.node.observability.jsonl.EventFiles;
import org.jspecify.annotations.Nullable;

/** The product as an operator runs it: keys, configuration files, a gateway process, a client process, and the commands that ask them. */
public final class Product implements Vpn {
    static final int PORT = 4500;
    /** QUIC's and TCP's. */
    static final int TLS_PORT = 443;

    private static final String STATE = "gw1.state";
    private static final Duration COMMAND = Duration.ofSeconds(20);

    /** One of the two processes. */
    public enum Role {
        CLIENT("laptop", "connect"),
        GATEWAY("gw1", "gateway");

        final String nodeName;
        final String command;

        Role(String nodeName, String command) {
            this.nodeName = nodeName;
            this.command = command;
        }

        /** The file in the workspace that takes what the process says. */
        String log() {
            return nodeName + ".log";
        }
    }

    /**
     * Somebody whom the gateway knows.
     *
     * @param address the inner one that only this client gets; empty: one from the pool
     */
    record Member(String name, String publicKey, String address) {
        String section() {
            String fixed = address.isEmpty() ? "" : "address = [\"%s\"]\n".formatted(address);
            return "[[client]]\nname = \"%s\"\npublic-key = \"%s\"\n%s".formatted(name, publicKey, fixed);
        }
    }

    private final Workspace workspace;
    private final JavaCommand java;
    private final ProductCommands commands;
    private final Policy policy;
    private final NodeSetting setting;

    private Product(Workspace workspace, JavaCommand java, Policy policy, NodeSetting setting) {
        this.workspace = workspace;
        this.java = java;
        this.commands = new ProductCommands(workspace, java, COMMAND);
        this.policy = policy;
        this.setting = setting;
    }

    /** Writes fresh keys and a matching pair of configuration files into the workspace. */
    static Product prepare(
            Workspace workspace,
            JavaCommand java,
            List<Protocol> transports,
            List<Family> families,
            Policy policy,
            NodeSetting setting)
            throws IOException {
        Product product = new Product(workspace, java, policy, setting);
        String gatewayKey = product.commands.makeKey(Role.GATEWAY.nodeName);
        String clientKey = product.commands.makeKey(Role.CLIENT.nodeName);
        product.writeGateway(
                endpoints(transports, families, family -> family.any),
                "\"10.77.0.1/24\", \"fd77::1/64\"",
                List.of(new Member(Role.CLIENT.nodeName, clientKey, "")));
        product.writeClient(endpoints(transports, families, family -> family.gateway), gatewayKey);
        return product;
    }

    /** A gateway alone, over UDP and IPv4, for these clients; {@code network}: its inner address with the prefix that theirs are in. */
    static Product gateway(Workspace workspace, JavaCommand java, String network, List<Member> members)
            throws IOException {
        Product product = new Product(workspace, java, Policy.DEFAULT, NodeSetting.NONE);
        product.commands.makeKey(Role.GATEWAY.nodeName);
        product.writeGateway(
                endpoints(List.of(Protocol.UDP), List.of(Family.V4), family -> family.any),
                "\"" + network + "\"",
                members);
        return product;
    }

    private void writeGateway(String listen, String networks, List<Member> members) throws IOException {
        Files.writeString(config(Role.GATEWAY), """
                [gateway]
                name        = "gw1"
                private-key = "gw1.key"
                listen      = [%s]
                control     = "gw1.sock"
                events      = "gw1.jsonl"
                state       = "%s"
                crypto      = "%s"
                [network]
                interface   = "jvpn0"
                address     = [%s]
                %s
                [policy]
                hold.bytes-per-session = %d
                %s""".formatted(
                        listen,
                        STATE,
                        setting.crypto(),
                        networks,
                        members.stream().map(Member::section).collect(Collectors.joining()),
                        policy.get(PolicyKey.HOLD_BYTES_PER_SESSION),
                        setting.section()));
    }

    private void writeClient(String endpoints, String gatewayKey) throws IOException {
        Files.writeString(config(Role.CLIENT), """
                [client]
                name        = "laptop"
                private-key = "laptop.key"
                control     = "laptop.sock"
                events      = "laptop.jsonl"
                crypto      = "%s"
                [network]
                interface   = "jvpn0"
                routes      = ["%s"]
                [[gateway]]
                name        = "gw1"
                public-key  = "%s"
                endpoints   = [%s]
                %s""".formatted(
                        setting.crypto(), Topology.INSIDE_NETWORK, gatewayKey, endpoints, setting.section()));
    }

    private static String endpoints(List<Protocol> transports, List<Family> families, Function<Family, String> host) {
        return transports.stream()
                .flatMap(protocol -> families.stream()
                        .map(family ->
                                "\"%s://%s:%d\"".formatted(protocol.scheme(), host.apply(family), port(protocol))))
                .collect(Collectors.joining(", "));
    }

    /** Where the gateway listens for it. */
    static int port(Protocol protocol) {
        return protocol == Protocol.UDP ? PORT : TLS_PORT;
    }

    /** Of the key that was made for it. */
    String publicKey(Role role) throws IOException {
        return commands.publicKey(role.nodeName);
    }

    private Path config(Role role) {
        return workspace.file(role.nodeName + ".toml");
    }

    private Path events(Role role) {
        return workspace.file(role.nodeName + ".jsonl");
    }

    /** The gateway's sessions are lost, as with a disk. */
    void loseState() throws IOException {
        Workspace.delete(workspace.file(STATE));
    }

    /** What this end has dropped so far, by reason; only what was dropped at all. */
    public Map<String, Long> drops(Role role) throws IOException {
        Map<String, Long> drops = new LinkedHashMap<>();
        if (status(role).get("drops") instanceof Map<?, ?> all) {
            all.forEach((reason, count) -> drops.put(String.valueOf(reason), ((Number) count).longValue()));
        }
        drops.values().removeIf(count -> count == 0);
        return drops;
    }

    /** Follows the client's session. */
    public Moves moves() {
        return new Moves(events(Role.CLIENT));
    }

    /** What became of the gateway's sessions. */
    public Attendance attendance() throws IOException {
        EventFile file = new EventFile(events(Role.GATEWAY));
        file.poll(_ -> {});
        return Attendance.of(sessions(), file.events());
    }

    /** What the files of both ends prove, once these are stopped. */
    Check audit() throws IOException {
        return audit(List.of(Role.GATEWAY, Role.CLIENT));
    }

    /** What the files of these prove, once all are stopped. */
    Check audit(List<Role> ends) throws IOException {
        Report report = EventFiles.audit(
                ends.stream().map(this::events).toList(), version -> version == policy.version() ? policy : null);
        return ProductCommands.proven("the events", report);
    }

    @Override
    public Process start(Role role, Namespace namespace) throws IOException {
        return workspace.startLogged(
                namespace.command(java.productLine(
                        ProductCommands.MAIN,
                        List.of(role.command, "--config", config(role).toString()))),
                role.log());
    }

    /** It says that it runs; its control socket is there before its ports are open. */
    @Override
    public boolean listens() {
        return gatewaySays(" runs, ");
    }

    /** What {@code status --json} says. */
    @Override
    public Map<String, @Nullable Object> status(Role role) throws IOException {
        return Json.object(commands.run(List.of("status", "--json", "--control", control(role))));
    }

    /** The gateway's sessions, as {@code sessions --json} says them. */
    private List<Map<?, ?>> sessions() throws IOException {
        String text = commands.run(List.of("sessions", "--json", "--control", control(Role.GATEWAY)));
        List<Map<?, ?>> sessions = new ArrayList<>();
        if (Json.object("{\"sessions\":" + text + "}").get("sessions") instanceof List<?> all) {
            all.forEach(session -> sessions.add((Map<?, ?>) session));
        }
        return sessions;
    }

    String innerAddress() throws IOException {
        return Objects.toString(status(Role.CLIENT).get("inner_address"));
    }

    /** The operator's planned jump. */
    String jump() throws IOException {
        return commands.run(List.of("jump", "--control", control(Role.CLIENT))).strip();
    }

    /** The operator's planned jump to this path or protocol. */
    public String jump(String to) throws IOException {
        return commands.run(List.of("jump", "--to", to, "--control", control(Role.CLIENT)))
                .strip();
    }

    private String control(Role role) {
        return workspace.file(role.nodeName + ".sock").toString();
    }

    @Override
    public String logTail(Role role) throws IOException {
        return Namespace.tail(workspace.file(role.log()));
    }
}
