package jumpvpn.node.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a pair of real links, v0 and v1, in a network namespace of its own; what the command ip says is the truth. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class NetworkConfigTest {
    private Namespace namespace;
    private NetworkConfig config;

    @BeforeEach
    void open() throws Exception {
        namespace = Namespace.create();
        namespace.ip("link add v0 type veth peer name v1");
        config = namespace.run(NetworkConfig::open);
    }

    @AfterEach
    void close() {
        if (config != null) {
            config.close();
        }
        if (namespace != null) {
            namespace.close();
        }
    }

    private String state() throws Exception {
        return namespace.ip("-o addr")
                + namespace.ip("route show table all")
                + namespace.ip("-6 route show table all")
                + namespace.ip("-o link show v0").replaceAll("qdisc \\S+|qlen \\d+|state \\S+|,?M-DOWN", "");
    }

    @Test
    void everyChangeIsMadeAndPutBackExactly() throws Exception {
        namespace.ip("link set v0 addrgenmode none");
        String before = state();
        namespace.run(() -> {
            Undo up = config.up("v0", 1380);
            Undo four = config.address("v0", Prefix.parse("10.255.1.1/24"));
            Undo six = config.address("v0", Prefix.parse("fd55::1/64"));
            Undo route4 = config.route(Prefix.parse("10.88.0.9/24"), "v0", IpAddress.parse("10.255.1.1"));
            Undo route6 = config.route(Prefix.parse("fd88::/64"), "v0", null);
            for (Undo undo : new Undo[] {route6, route4, six, four, up}) {
                undo.close();
                undo.close();
            }
            return null;
        });
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void addressesAndRoutesAreWhatTheCommandShows() throws Exception {
        namespace.run(() -> {
            config.up("v0", 1380);
            config.address("v0", Prefix.parse("10.255.1.1/24"));
            config.address("v0", Prefix.parse("fd55::1/64"));
            config.route(Prefix.parse("10.88.0.9/24"), "v0", IpAddress.parse("10.255.1.1"));
            config.route(Prefix.parse("0.0.0.0/0"), "v0", null);
            config.route(Prefix.parse("fd88::/64"), "v0", null);
            return null;
        });
        assertThat(namespace.ip("-o link show v0")).contains("mtu 1380").contains(",UP");
        namespace.run(() -> {
            config.mtu("v0", 1280);
            return null;
        });
        assertThat(namespace.ip("-o link show v0")).contains("mtu 1280").contains(",UP");
        assertThat(namespace.ip("-o addr show v0"))
                .contains("inet 10.255.1.1/24")
                .contains("inet6 fd55::1/64")
                .doesNotContain("fd55::1/64 scope global tentative");
        assertThat(namespace.ip("route show"))
                .contains("10.88.0.0/24 dev v0 proto static scope link src 10.255.1.1")
                .contains("default dev v0");
        assertThat(namespace.ip("-6 route show")).contains("fd88::/64 dev v0 proto static");
    }

    @Test
    void undoAfterTheInterfaceIsGoneIsNoError() throws Exception {
        namespace.run(() -> {
            Undo up = config.up("v0", 1380);
            Undo address = config.address("v0", Prefix.parse("10.255.1.1/24"));
            Undo route = config.route(Prefix.parse("10.88.0.0/24"), "v0", null);
            Undo route6 = config.route(Prefix.parse("fd88::/64"), "v0", null);
            assertThat(new ProcessBuilder("ip", "link", "delete", "v0").start().waitFor())
                    .isZero();
            for (Undo undo : new Undo[] {route6, route, address, up}) {
                undo.close();
            }
            return null;
        });
    }

    @Test
    void refusalsSayWhatAndWhy() throws Exception {
        namespace.run(() -> {
            config.up("v0", 1500);
            config.address("v0", Prefix.parse("10.255.1.1/24"));
            config.route(Prefix.parse("10.88.0.0/24"), "v0", null);
            assertThatThrownBy(() -> config.address("v0", Prefix.parse("10.255.1.1/24")))
                    .hasMessageContaining("cannot give v0 the address 10.255.1.1/24")
                    .hasMessageContaining("EEXIST");
            assertThatThrownBy(() -> config.route(Prefix.parse("10.88.0.0/24"), "v0", null))
                    .hasMessageContaining("cannot lead 10.88.0.0/24 into v0")
                    .hasMessageContaining("EEXIST");
            assertThatThrownBy(() -> config.up("nosuchif", 1500))
                    .hasMessageContaining("cannot switch the interface nosuchif on")
                    .hasMessageContaining("ENODEV");
            assertThatThrownBy(() -> config.up("v0", 1_000_000))
                    .hasMessageContaining("the kernel says: mtu greater than device maximum");
            return null;
        });
    }

    @Test
    void overlappingRoutesAndAddressesAreFound() throws Exception {
        namespace.ip("link set v0 up");
        namespace.ip("link set v1 up");
        namespace.ip("addr add 10.255.1.1/24 dev v0");
        namespace.ip("route add default via 10.255.1.2");
        namespace.ip("route add 10.88.0.0/16 via 10.255.1.2");
        namespace.ip("-6 route add fd88:0:0:1::/64 dev v0");
        int v0 = namespace.run(() -> Libc.ifNameToIndex("v0"));
        assertThat(config.overlapping(Prefix.parse("10.88.3.0/24")))
                .containsExactly(new Route(Prefix.parse("10.88.0.0/16"), v0, IpAddress.parse("10.255.1.2"), false));
        assertThat(config.overlapping(Prefix.parse("10.255.1.0/28")))
                .containsExactlyInAnyOrder(
                        new Route(Prefix.parse("10.255.1.0/24"), v0, null, false),
                        new Route(Prefix.parse("10.255.1.1/32"), v0, null, true));
        assertThat(config.overlapping(Prefix.parse("10.99.0.0/24"))).isEmpty();
        assertThat(config.overlapping(Prefix.parse("fd88::/48")))
                .extracting(Route::destination)
                .containsExactly(Prefix.parse("fd88:0:0:1::/64"));
        assertThat(config.links()).extracting(Link::name).contains("lo", "v0", "v1");
    }

    @Test
    void withoutPrivilegeTheMessageNamesIt() throws Exception {
        String text = namespace.command(
                "setpriv",
                "--bounding-set=-all",
                "--inh-caps=-all",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Unprivileged.class.getName());
        assertThat(text)
                .contains("cannot switch the interface v0 on with MTU 1400")
                .contains("cannot create the interface jvpntest0: EPERM; needs CAP_NET_ADMIN: run as root");
    }

    /** Run without capabilities. */
    static final class Unprivileged {
        private Unprivileged() {}

        public static void main(String[] arguments) throws IOException {
            try (NetworkConfig config = NetworkConfig.open()) {
                config.up("v0", 1400);
            } catch (LinuxException e) {
                System.out.println(e.getMessage());
            }
            try {
                jumpvpn.node.data.tun.TunDevice.create("jvpntest0").close();
            } catch (LinuxException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private String sysctl(String name) throws Exception {
        return namespace.run(
                () -> Files.readString(Path.of("/proc/sys/net", name)).strip());
    }

    @Test
    void forwardingStaysOnUntilTheLastOneLeaves(@TempDir Path directory) throws Exception {
        namespace.command("sysctl", "-q", "net.ipv4.ip_forward=0", "net.ipv4.conf.all.accept_redirects=0");
        namespace.command("sysctl", "-q", "net.ipv4.conf.v1.forwarding=1", "net.ipv6.conf.v1.forwarding=1");
        String settings = namespace.command("sysctl", "-a", "--pattern", "^net.ipv[46].(conf|ip_forward)");
        Undo first = namespace.run(() -> Forwarding.enable(directory));
        assertThat(sysctl("ipv4/ip_forward")).isEqualTo("1");
        assertThat(sysctl("ipv6/conf/all/forwarding")).isEqualTo("1");
        assertThat(sysctl("ipv4/conf/v0/forwarding")).isEqualTo("1");
        assertThat(sysctl("ipv6/conf/v0/accept_ra"))
                .as("still accepted while forwarding")
                .isEqualTo("2");
        Undo second = namespace.run(() -> Forwarding.enable(directory));
        namespace.run(() -> {
            first.close();
            first.close();
            return null;
        });
        assertThat(sysctl("ipv4/ip_forward")).isEqualTo("1");
        namespace.run(() -> {
            second.close();
            return null;
        });
        assertThat(namespace.command("sysctl", "-a", "--pattern", "^net.ipv[46].(conf|ip_forward)"))
                .isEqualTo(settings);
    }

    @Test
    void whatAKilledProcessLeftOnIsPutBackByTheNext(@TempDir Path directory) throws Exception {
        String settings = namespace.command("sysctl", "-a", "--pattern", "^net.ipv[46].(conf|ip_forward)");
        String program = namespace.command(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Killed.class.getName(),
                directory.toString());
        assertThat(program).contains("on");
        assertThat(sysctl("ipv4/ip_forward")).isEqualTo("1");
        namespace.run(() -> {
            Forwarding.enable(directory).close();
            return null;
        });
        assertThat(namespace.command("sysctl", "-a", "--pattern", "^net.ipv[46].(conf|ip_forward)"))
                .isEqualTo(settings);
    }

    /** Ends without putting anything back. */
    static final class Killed {
        private Killed() {}

        public static void main(String[] arguments) throws IOException {
            Forwarding.enable(Path.of(arguments[0]));
            System.out.println("on");
            Runtime.getRuntime().halt(0);
        }
    }

    @Test
    void masqueradeIsATableOfItsOwnAndGoes() throws Exception {
        namespace.command("nft", "add table inet somebodys");
        String before = namespace.command("nft", "list ruleset");
        List<Prefix> inner = List.of(Prefix.parse("10.77.0.1/24"), Prefix.parse("fd77::1/64"));
        Undo undo = namespace.run(() -> Masquerade.install("v-0", inner));
        assertThat(namespace.command("nft", "list table inet jumpvpn_v_0"))
                .contains("ip saddr 10.77.0.0/24 oifname != \"v-0\" masquerade")
                .contains("ip6 saddr fd77::/64 oifname != \"v-0\" masquerade");
        Undo again = namespace.run(() -> Masquerade.install("v-0", inner));
        assertThat(namespace.command("nft", "list ruleset").split("masquerade", -1))
                .hasSize(3);
        namespace.run(() -> {
            again.close();
            undo.close();
            return null;
        });
        assertThat(namespace.command("nft", "list ruleset")).isEqualTo(before);
    }
}
