package jumpvpn.lab.netns;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.Policy;
import org.jspecify.annotations.Nullable;

/**
 * Two hosts on one cable, with one VPN between them or none: where it is measured what a VPN costs and not what a network does to it.
 *
 * <pre>
 *   client   cable0 198.51.100.2/24 ──────────── cable0 198.51.100.1/24   gateway
 *            jvpn0  10.77.0.2                     jvpn0  10.77.0.1
 * </pre>
 *
 * The cable is a veth pair with the offloads that the kernel gives it. Nothing is touched outside the two namespaces; all of it goes with {@link #close} or with the process.
 */
public final class DirectLink implements AutoCloseable {
    /** The only cable's name at both ends, or the first of two. */
    public static final String CABLE = "cable0";
    /** The second cable's name at both ends. */
    public static final String SECOND_CABLE = "cable1";

    /** The client's outer address on the only cable. */
    public static final String CLIENT_ADDRESS = "198.51.100.2";

    private static final String GATEWAY_INSIDE = "10.77.0.1";
    private static final Duration CONNECT = Duration.ofSeconds(30);
    private static final Duration REST = Duration.ofMillis(300);
    private static final double RESTING_SECONDS = 0.02;
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Pattern MTU = Pattern.compile(" mtu (\\d+)");
    private static final Pattern PEAK = Pattern.compile("VmHWM:\\s*(\\d+) kB");
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s*(\\d+) kB");

    /**
     * What was seen on the cable.
     *
     * @param frames how many
     * @param markers how many of them show the marker
     * @param strangers IP packets that are not UDP from or to the gateway's port, described, at most ten
     */
    public record Seen(int frames, int markers, Set<String> strangers) {}

    /** Something that is done while somebody listens. */
    public interface Transfer {
        /** Does it. */
        void run() throws IOException;
    }

    /** A command that goes on until it is ended. */
    public interface Running extends AutoCloseable {
        /** Ends it. */
        @Override
        void close();
    }

    /** Writes a VPN's configuration. */
    private interface Preparation {
        Vpn prepare(Workspace workspace, Namespace namespace) throws IOException;
    }

    private final Workspace workspace;
    private final Namespace client;
    private final Namespace gateway;
    private final @Nullable Vpn vpn;
    private final List<Process> ends = new ArrayList<>();
    private final Thread atEnd = new Thread(this::end);
    private volatile boolean ending;

    private DirectLink(boolean isDouble, @Nullable Preparation preparation) throws IOException {
        Workspace.sweep();
        workspace = Workspace.create(false);
        Runtime.getRuntime().addShutdownHook(atEnd);
        try {
            client = Namespace.open("client", workspace);
            gateway = Namespace.open("gateway", workspace);
            if (isDouble) {
                layTwo();
            } else {
                lay(CABLE);
                plugIn(client, CLIENT_ADDRESS);
                plugIn(gateway, Topology.GATEWAY_ADDRESS);
            }
            vpn = preparation == null ? null : preparation.prepare(workspace, gateway);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void lay(String cable) throws IOException {
        gateway.shell("ip link add name %1$s type veth peer name %1$s netns %2$d".formatted(cable, client.pid()));
    }

    /** The client has an address on each cable, the gateway one that both lead to. */
    private void layTwo() throws IOException {
        gateway.shell("ip address add %s/32 dev lo".formatted(Topology.GATEWAY_ADDRESS));
        for (String cable : List.of(CABLE, SECOND_CABLE)) {
            lay(cable);
            client.shell(
                    """
                    echo 1 > /proc/sys/net/ipv6/conf/%1$s/disable_ipv6
                    for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 2 > $f; done
                    ip address add %2$s/24 dev %1$s; ip link set %1$s up; ip route add %3$s dev %1$s metric %4$d
                    """.formatted(cable, ownAddress(cable), Topology.GATEWAY_ADDRESS, cable.equals(CABLE) ? 1 : 2));
            gateway.shell("""
                    echo 1 > /proc/sys/net/ipv6/conf/%1$s/disable_ipv6
                    ip link set %1$s up; ip route add %2$s dev %1$s src %3$s
                    """.formatted(cable, ownAddress(cable), Topology.GATEWAY_ADDRESS));
        }
    }

    /** The client's address on one of two cables. */
    public static String ownAddress(String cable) {
        return cable.equals(CABLE) ? "10.1.0.2" : "10.2.0.2";
    }

    private static void plugIn(Namespace host, String address) throws IOException {
        host.shell(
                "echo 1 > /proc/sys/net/ipv6/conf/%1$s/disable_ipv6; ip address add %2$s/24 dev %1$s; ip link set %1$s up"
                        .formatted(CABLE, address));
    }

    /** The cable alone. */
    public static DirectLink bare() throws IOException {
        return new DirectLink(false, null);
    }

    /** This project over UDP. */
    public static DirectLink jumpvpn(NodeSetting setting) throws IOException {
        return new DirectLink(
                false,
                (workspace, _) -> Product.prepare(
                        workspace,
                        JavaCommand.product(),
                        List.of(Protocol.UDP),
                        List.of(Family.V4),
                        Policy.DEFAULT,
                        setting));
    }

    /**
     * This project over UDP with so many sessions, all of one process at the client.
     *
     * @param client its main class: gets a file with a private key and an inner address a line, its outer address and device, the gateway's public key, and its endpoint
     */
    public static DirectLink crowd(int sessions, String client) throws IOException {
        return new DirectLink(false, (workspace, _) -> Crowd.prepare(workspace, sessions, client));
    }

    /** This project over every protocol, with two cables between client and gateway. */
    public static DirectLink twoCables() throws IOException {
        return new DirectLink(
                true,
                (workspace, _) -> Product.prepare(
                        workspace,
                        JavaCommand.product(),
                        List.of(Protocol.values()),
                        List.of(Family.V4),
                        Policy.DEFAULT,
                        NodeSetting.NONE));
    }

    /** wireguard-go; {@code program}: its name or path. */
    public static DirectLink wireGuard(String program) throws IOException {
        return new DirectLink(false, (workspace, namespace) -> WireGuard.prepare(workspace, namespace, program));
    }

    /** OpenVPN over UDP in user space. */
    public static DirectLink openVpn() throws IOException {
        return new DirectLink(
                false, (workspace, namespace) -> OpenVpn.prepare(workspace, namespace, List.of(Protocol.UDP)));
    }

    /** The inner address of a session of {@link #crowd}, counted from 0. */
    public static String crowdAddress(int session) {
        return Crowd.address(session);
    }

    /** Starts both ends; milliseconds from the start of the client's process to the first answer to a ping through the tunnel. */
    public double connectMillis() throws IOException {
        Vpn started = started();
        ends.add(started.start(Product.Role.GATEWAY, gateway));
        long end = System.nanoTime() + CONNECT.toNanos();
        while (!started.listens()) {
            if (System.nanoTime() > end || !ends.getFirst().isAlive()) {
                throw new IOException("the gateway does not listen" + logs());
            }
            Pause.of(POLL);
        }
        awaitRest(end);
        long start = System.nanoTime();
        ends.add(started.start(Product.Role.CLIENT, client));
        try {
            client(
                    CONNECT,
                    "sh",
                    "-c",
                    "until ping -n -c 1 -W 0.05 %s > /dev/null 2>&1; do sleep 0.01; done".formatted(GATEWAY_INSIDE));
        } catch (IOException e) {
            throw new IOException("no ping was answered within " + CONNECT.toSeconds() + " s" + logs(), e);
        }
        return (System.nanoTime() - start) / 1e6;
    }

    /** Until the gateway has nothing to do: clients seldom come in its first second. */
    private void awaitRest(long end) {
        double before;
        do {
            before = cpuSeconds();
            Pause.of(REST);
        } while (cpuSeconds() - before > RESTING_SECONDS && System.nanoTime() < end);
    }

    private Vpn started() {
        if (vpn == null) {
            throw new IllegalStateException("there is no VPN on this link");
        }
        return vpn;
    }

    /** Our own gateway, and client if there is one, to be asked and told. */
    public Product product() {
        return switch (started()) {
            case Product product -> product;
            case Crowd crowd -> crowd.gateway();
            case Vpn other -> throw new IllegalStateException(other + " is not ours");
        };
    }

    /** Stops both ends; what their events prove, or the gateway's alone where the client is a crowd. */
    public Check audit() throws IOException {
        ends.reversed().forEach(Workspace::stop);
        return started() instanceof Crowd
                ? product().audit(List.of(Product.Role.GATEWAY))
                : product().audit();
    }

    /** What both ends said last. */
    public String logs() throws IOException {
        return "; gateway: " + started().logTail(Product.Role.GATEWAY) + "; client: "
                + started().logTail(Product.Role.CLIENT);
    }

    /** The gateway as the client shall reach it: through the VPN if there is one. */
    public String address() {
        return vpn == null ? Topology.GATEWAY_ADDRESS : GATEWAY_INSIDE;
    }

    /** What the tunnel says of itself: the MTU of its device and, if it can be asked, the cipher. */
    public String description() throws IOException {
        Matcher mtu = MTU.matcher(client.shell("ip -o link show dev jvpn0"));
        String text = mtu.find() ? "MTU " + mtu.group(1) : "MTU unknown";
        return started().status(Product.Role.CLIENT).get("crypto") instanceof Map<?, ?> crypto
                ? text + ", AES-256-GCM of " + crypto.get("aes_256_gcm")
                : text;
    }

    /**
     * Runs a command at the client; what it printed on its standard output.
     *
     * @throws IOException if it fails or takes longer than {@code limit}
     */
    public String client(Duration limit, String... command) throws IOException {
        return command(client, limit, command);
    }

    /** As {@link #client}, at the gateway. */
    public String gateway(Duration limit, String... command) throws IOException {
        return command(gateway, limit, command);
    }

    private static String command(Namespace host, Duration limit, String... command) throws IOException {
        List<String> line = new ArrayList<>(List.of("timeout", "-k", "1", Long.toString(limit.toSeconds())));
        line.addAll(List.of(command));
        Process process = host.start("command.log", line);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = exitCode(process);
        if (code != 0) {
            throw new IOException("%s %s: %s %s"
                    .formatted(
                            command[0],
                            code == 124 ? "took longer than " + limit.toSeconds() + " s" : "ended with " + code,
                            output.strip(),
                            host.logTail("command.log"))
                    .strip());
        }
        return output;
    }

    /** What a task gives on a thread at the client: sockets that it opens stay there. */
    public <T> T atClient(Callable<T> task) throws IOException {
        return NamespaceThread.call(client.pid(), task);
    }

    /** As {@link #atClient}, at the gateway. */
    public <T> T atGateway(Callable<T> task) throws IOException {
        return NamespaceThread.call(gateway.pid(), task);
    }

    private static int exitCode(Process process) throws IOException {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Starts a server at the gateway that is there once it has said {@code ready}. */
    public Running server(String ready, String... command) throws IOException {
        Process process = gateway.start("server.log", List.of(command));
        BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
        for (String line = said.readLine(); line == null || !line.contains(ready); line = said.readLine()) {
            if (line == null) {
                Workspace.stop(process);
                throw new IOException(command[0] + " did not start: " + gateway.logTail("server.log"));
            }
        }
        return () -> Workspace.stop(process);
    }

    /** Starts a command at the client; nobody reads what it prints. */
    public Running start(String... command) throws IOException {
        ProcessBuilder builder = client.command(List.of(command)).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        Process process = workspace.start(builder, "command.log");
        return () -> Workspace.stop(process);
    }

    /** Processor time that both ends of the VPN have used, user and system, in seconds. */
    public double cpuSeconds() {
        return ends.stream().mapToDouble(DirectLink::cpuSeconds).sum();
    }

    /** The same of one end. */
    public double cpuSeconds(Product.Role role) {
        return cpuSeconds(end(role));
    }

    private static double cpuSeconds(Process process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
    }

    private Process end(Product.Role role) {
        return ends.get(role == Product.Role.GATEWAY ? 0 : 1);
    }

    /** The most memory that the larger of the VPN's two ends has occupied so far. */
    public long peakBytes() throws IOException {
        long peak = 0;
        for (Process end : ends) {
            peak = Math.max(peak, memoryBytes(end, PEAK));
        }
        return peak;
    }

    /** The memory that this end occupies now. */
    public long residentBytes(Product.Role role) throws IOException {
        return memoryBytes(end(role), RESIDENT);
    }

    private long memoryBytes(Process end, Pattern figure) throws IOException {
        Matcher matcher = figure.matcher(Files.readString(Path.of("/proc/" + end.pid() + "/status")));
        if (!matcher.find()) {
            throw new IOException("process " + end.pid() + " of the VPN has ended" + logs());
        }
        return Long.parseLong(matcher.group(1)) << 10;
    }

    /** Does the transfer and says what was on the cable meanwhile, and how many frames showed the marker. */
    public Seen capture(byte[] marker, Transfer transfer) throws IOException {
        Capture capture = Capture.start(client, workspace, CABLE, CABLE);
        try {
            transfer.run();
        } finally {
            capture.stop();
        }
        OuterLink seen = OuterLink.observe(capture.file(), List.of(Protocol.UDP), marker);
        return new Seen(seen.frames, seen.markers, seen.strangers);
    }

    /** Where a file of the run may be written. */
    public Path file(String name) {
        return workspace.file(name);
    }

    private void end() {
        ending = true;
        workspace.close();
    }

    /** After Ctrl-C everything fails because it is being taken away: whoever sees something fail waits here for the end of the process, if it is that. */
    public void awaitEndIfEnding() {
        while (ending) {
            Pause.of(Duration.ofSeconds(1));
        }
    }

    /** Ends all processes and removes everything. */
    @Override
    public void close() {
        awaitEndIfEnding();
        try {
            Runtime.getRuntime().removeShutdownHook(atEnd);
        } catch (IllegalStateException e) {
            awaitEndIfEnding(); // Ctrl-C came in between: the hook closes
        }
        workspace.close();
    }
}
