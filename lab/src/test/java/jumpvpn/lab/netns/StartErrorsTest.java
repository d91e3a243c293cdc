package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import jumpvpn.lab.netns.TwoHosts.Ended;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an operator sees when a node can't start: which file and line, what to do next, the exit code; and that the machine is as it was. */
@Tag("network")
class StartErrorsTest {
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    /** Still the owner of the files, but with no right beyond that. */
    private static final List<String> WITHOUT_PRIVILEGE =
            List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--");

    private static final List<String> WITHOUT_TUN =
            List.of("unshare", "--mount", "--", "sh", "-c", "mount -t tmpfs none /dev/net && exec \"$@\"", "sh");

    private TwoHosts hosts;

    @BeforeEach
    void build() throws IOException {
        hosts = TwoHosts.open();
        hosts.gatewayFile(UnaryOperator.identity());
        hosts.clientFile("client.toml", UnaryOperator.identity());
    }

    @AfterEach
    void remove() {
        if (hosts != null) {
            hosts.close();
        }
    }

    @Test
    void portInUse() throws IOException {
        try (DatagramSocket other =
                NamespaceThread.call(hosts.gateway.pid(), () -> new DatagramSocket(TwoHosts.PORT))) {
            assertThat(other.isBound()).isTrue();
            assertGatewayFails(
                    List.of(),
                    FAILED,
                    hosts.at("gateway.toml", "listen"),
                    "0.0.0.0:4500",
                    "another program has this port",
                    "ss -ulpn");
        }
    }

    @Test
    void addressOfNobody() throws IOException {
        hosts.gatewayFile(text -> text.replace("udp://0.0.0.0:4500", "udp://203.0.113.9:4500"));
        assertGatewayFails(
                List.of(),
                FAILED,
                hosts.at("gateway.toml", "listen"),
                "203.0.113.9:4500",
                "no interface has this address",
                "ip address");
    }

    @Test
    void interfaceNameTaken() throws IOException {
        String[] parts = {
            ":6: ", "jvpn0", "an interface with this name exists", "choose another name ([network] interface)"
        };
        hosts.client.shell("ip tuntap add mode tun name jvpn0");
        assertClientFails(List.of(), FAILED, parts);
        hosts.gateway.shell("ip tuntap add mode tun name jvpn0");
        parts[0] = ":7: ";
        assertGatewayFails(List.of(), FAILED, parts);
    }

    @Test
    void noTunDevice() throws IOException {
        String[] parts = {"[network]", "/dev/net/tun is missing", "modprobe tun"};
        parts[0] = hosts.at("client.toml", parts[0]);
        assertClientFails(WITHOUT_TUN, FAILED, parts);
        parts[0] = hosts.at("gateway.toml", "[network]");
        assertGatewayFails(WITHOUT_TUN, FAILED, parts);
    }

    @Test
    void noPrivilege() throws IOException {
        assertClientFails(
                WITHOUT_PRIVILEGE,
                FAILED,
                hosts.at("client.toml", "[network]"),
                "jvpn0",
                "needs CAP_NET_ADMIN",
                "run as root");
        assertGatewayFails(
                WITHOUT_PRIVILEGE,
                FAILED,
                hosts.at("gateway.toml", "[network]"),
                "jvpn0",
                "needs CAP_NET_ADMIN",
                "run as root");
    }

    @Test
    void routeThatIsLedElsewhere() throws IOException {
        hosts.client.shell("ip route add 10.88.0.0/24 dev cable0");
        assertClientFails(
                List.of(),
                FAILED,
                hosts.at("client.toml", "routes"),
                "10.88.0.0/24 is led elsewhere already",
                "ip route");
    }

    @Test
    void routeWithAnotherInsideIsAWarning() throws IOException {
        hosts.client.shell("ip route add 10.88.0.128/25 dev cable0");
        String before = hosts.footprint(hosts.client);
        Process process = hosts.start(hosts.client, List.of(), "connect", "client.toml", "laptop.log");
        hosts.until(() -> hosts.log("laptop.log").contains(" runs, "), process, "laptop.log");
        assertThat(hosts.log("laptop.log"))
                .contains(hosts.at("client.toml", "routes"))
                .contains(" WARN ")
                .contains("10.88.0.128/25 lies inside the route 10.88.0.0/24 and goes around the tunnel");
        process.destroy();
        assertThat(TwoHosts.exitCode(process, Duration.ofSeconds(3))).isZero();
        assertThat(hosts.footprint(hosts.client)).isEqualTo(before);
    }

    @Test
    void keyThatOthersCanUse() throws IOException {
        mode("laptop.key", "rw-r--r--");
        assertClientFails(
                List.of(),
                USAGE,
                hosts.at("client.toml", "private-key"),
                "laptop.key can be used by others (mode 0644)",
                "chmod 600 ");
        mode("gw1.key", "rw-r-----");
        assertGatewayFails(
                List.of(),
                USAGE,
                hosts.at("gateway.toml", "private-key"),
                "gw1.key can be used by others (mode 0640)",
                "chmod 600 ");
    }

    @Test
    void keyThatCannotBeRead() throws IOException {
        mode("laptop.key", "---------");
        assertClientFails(
                WITHOUT_PRIVILEGE,
                USAGE,
                hosts.at("client.toml", "private-key"),
                "laptop.key can't be read (permission denied)",
                "run as its owner");
    }

    @Test
    void eventsThatCannotBeWritten() throws IOException {
        hosts.clientFile("client.toml", text -> text.replace("laptop.jsonl", "nowhere/laptop.jsonl"));
        assertClientFails(
                List.of(),
                FAILED,
                "client.toml: cannot append events to ",
                "its directory does not exist",
                "change \"events\"");
        Files.createFile(hosts.workspace.file("gw1.jsonl"));
        mode("gw1.jsonl", "---------");
        assertGatewayFails(
                WITHOUT_PRIVILEGE,
                FAILED,
                "gateway.toml: cannot append events to ",
                "permission denied",
                "change \"events\"");
    }

    /** It fails after the interface, its addresses and forwarding. */
    @Test
    void aGatewayThatFailsLatePutsEverythingBack() throws IOException {
        hosts.gatewayFile(text -> text.replace("masquerade  = false", "masquerade  = true"));
        assertGatewayFails(
                List.of("env", "PATH=/nowhere"),
                FAILED,
                hosts.at("gateway.toml", "[network]"),
                "nft is missing",
                "apt install nftables");
    }

    private void mode(String file, String permissions) throws IOException {
        Files.setPosixFilePermissions(hosts.workspace.file(file), PosixFilePermissions.fromString(permissions));
    }

    private void assertGatewayFails(List<String> wrapper, int code, String... parts) throws IOException {
        assertFails(hosts.gateway, wrapper, "gateway", "gateway.toml", code, parts);
    }

    private void assertClientFails(List<String> wrapper, int code, String... parts) throws IOException {
        assertFails(hosts.client, wrapper, "connect", "client.toml", code, parts);
    }

    private void assertFails(
            Namespace host, List<String> wrapper, String command, String file, int code, String... parts)
            throws IOException {
        String before = hosts.footprint(host);
        Ended ended = hosts.run(host, wrapper, command, file);
        assertThat(ended.text()).contains(parts).contains(file).doesNotContain("Exception", "\tat ", "    at ");
        assertThat(ended.code()).as(ended.text()).isEqualTo(code);
        assertThat(hosts.footprint(host)).as("what is left behind").isEqualTo(before);
    }
}
