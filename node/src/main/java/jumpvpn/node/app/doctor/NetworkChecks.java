package jumpvpn.node.app.doctor;

import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.net.Protocol;
import jumpvpn.node.config.ClientConfig;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.config.Listen;
import jumpvpn.node.config.NodeConfig;
import jumpvpn.node.host.Errno;
import jumpvpn.node.host.Libc;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.NetworkConfig;
import jumpvpn.node.host.Route;

/** What one node's file wants of this host's network. */
final class NetworkChecks {
    private final boolean isRunning;
    private final List<Check> checks = new ArrayList<>();

    private NetworkChecks(boolean isRunning) {
        this.isRunning = isRunning;
    }

    /** @param isRunning a node with this file runs now: what it occupies is no problem */
    static List<Check> all(NodeConfig config, boolean isRunning) {
        NetworkChecks checks = new NetworkChecks(isRunning);
        switch (config) {
            case GatewayConfig gateway -> checks.gateway(gateway);
            case ClientConfig client -> checks.client(client);
        }
        return checks.checks;
    }

    private void gateway(GatewayConfig config) {
        config.listen().forEach(this::port);
        routes(
                config.network().addresses().stream().map(Prefix::network).toList(),
                config.network().interfaceName(),
                "choose another \"address\" in [network]");
        if (config.network().masquerade()) {
            checks.add(
                    isInstalled("nft")
                            ? Check.ok("masquerade", "nft is there")
                            : Check.fail(
                                    "masquerade",
                                    "nft is missing",
                                    "apt install nftables, or set masquerade = false and translate addresses yourself"));
        }
    }

    private void client(ClientConfig config) {
        routes(
                config.network().routes(),
                config.network().interfaceName(),
                "what is nearer wins: leave the overlap out of \"routes\" in line "
                        + config.network().routesLine());
    }

    private void port(Listen listen) {
        String name =
                "port " + listen.endpoint().port() + " " + listen.protocol().scheme();
        if (isRunning) {
            checks.add(Check.ok(name, "held by this gateway, which runs"));
            return;
        }
        int errno = listen.protocol() == Protocol.TCP
                ? tcpErrno(listen.endpoint())
                : MachineChecks.bindErrno(listen.endpoint());
        checks.add(
                switch (errno) {
                    case 0 -> Check.ok(name, "free on " + listen.endpoint().address());
                    case Errno.EADDRINUSE ->
                        Check.fail(
                                name,
                                "another process has it",
                                "see which: ss -lnp sport = :"
                                        + listen.endpoint().port() + "; end it, or change line " + listen.line());
                    case Errno.EADDRNOTAVAIL ->
                        Check.fail(
                                name,
                                listen.endpoint().address() + " is no address of this host",
                                "write one that \"ip address\" shows, or 0.0.0.0, in line " + listen.line());
                    default ->
                        Check.fail(
                                name,
                                "can't be opened (error " + errno + ")",
                                "run as root, or choose a port above 1023");
                });
    }

    private static int tcpErrno(Endpoint endpoint) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(
                    java.net.InetAddress.getByAddress(endpoint.address().bytes()), endpoint.port()));
            return 0;
        } catch (java.net.BindException e) {
            return String.valueOf(e.getMessage()).contains("assign") ? Errno.EADDRNOTAVAIL : Errno.EADDRINUSE;
        } catch (IOException e) {
            return Errno.EPERM;
        }
    }

    /** Who else wants these addresses. */
    private void routes(List<Prefix> wanted, String ownLink, String advice) {
        List<String> found = new ArrayList<>();
        try (NetworkConfig network = NetworkConfig.open()) {
            int own = Libc.ifNameToIndex(ownLink);
            for (Prefix prefix : wanted) {
                for (Route route : network.overlapping(prefix)) {
                    if (own == 0 || route.linkIndex() != own) {
                        found.add(prefix + " and " + route.destination() + (route.ownAddress() ? " of this host" : ""));
                    }
                }
            }
        } catch (LinuxException e) {
            checks.add(Check.warn("routes", String.valueOf(e.getMessage()), "look at \"ip route\" yourself"));
            return;
        }
        checks.add(
                found.isEmpty()
                        ? Check.ok("routes", wanted.isEmpty() ? "none wanted" : "nothing else has " + wanted)
                        : Check.warn(
                                "routes",
                                "overlap: "
                                        + String.join(
                                                ", ", found.stream().limit(5).toList()),
                                advice));
    }

    static boolean isInstalled(String program) {
        for (String folder :
                Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator, -1)) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return Files.isExecutable(Path.of("/usr/sbin", program));
    }
}
