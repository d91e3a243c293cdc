package jumpvpn.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import jumpvpn.core.net.IpAddress;
import jumpvpn.node.config.ClientConfig;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.config.GatewayEndpoint;
import jumpvpn.node.config.KeyText;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code gateway init} and {@code client add}: what they write works and nothing that was there is harmed. */
class InitTest {
    @TempDir
    Path folder;

    private Path gateway;

    @BeforeEach
    void init() {
        gateway = folder.resolve("made/gateway.toml");
        Run init = Run.of("gateway", "init", gateway.getParent().toString());
        assertThat(init.err()).isEmpty();
        assertThat(init.code()).isZero();
        assertThat(init.out())
                .contains("jumpvpn client add laptop --config " + gateway)
                .contains("sudo jumpvpn gateway --config " + gateway);
    }

    private Run add(String... words) {
        return Run.of(Stream.concat(Stream.of("client", "add", "--config", gateway.toString()), Stream.of(words))
                .toArray(String[]::new));
    }

    private String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void aPairOfFilesFitsTogether() throws Exception {
        Run added = add("laptop", "--endpoint", "vpn.example.org", "--route", "10.88.0.0/24", "--route", "fd88::/64");
        assertThat(added.err()).isEmpty();
        assertThat(added.code()).isZero();
        assertThat(added.out())
                .contains("sudo jumpvpn gateway --config " + gateway)
                .contains("sudo jumpvpn connect --config " + gateway.resolveSibling("laptop.toml"))
                .doesNotContain("guess");

        GatewayConfig server = GatewayConfig.load(gateway);
        assertThat(server.state()).isEqualTo(gateway.resolveSibling("gw1.state"));
        ClientConfig client = ClientConfig.load(gateway.resolveSibling("laptop.toml"));
        assertThat(server.client(new jumpvpn.node.config.PeerKey(
                        KeyCommands.publicKey(client.privateKey().bytes()))))
                .hasValueSatisfying(entry -> {
                    assertThat(entry.name()).isEqualTo("laptop");
                    assertThat(entry.addresses())
                            .containsExactly(IpAddress.parse("10.77.0.2"), IpAddress.parse("fd77::2"));
                });
        assertThat(client.gateways().getFirst().publicKey().bytes())
                .isEqualTo(KeyCommands.publicKey(server.privateKey().bytes()));
        assertThat(client.gateways().getFirst().name()).isEqualTo(server.name());
        assertThat(client.gateways().getFirst().endpoints())
                .extracting(GatewayEndpoint::toString)
                .containsExactly("udp://vpn.example.org:4500");
        assertThat(client.network().routes()).extracting(Object::toString).containsExactly("10.88.0.0/24", "fd88::/64");
        for (String file : List.of("gateway.toml", "laptop.toml")) {
            Run check = Run.of("check", "--config", gateway.resolveSibling(file).toString());
            assertThat(check.code()).isZero();
            assertThat(check.err()).isEmpty();
            assertThat(check.out()).contains(": ok, ");
        }
    }

    @Test
    void keysAreForTheirOwnerAlone() throws Exception {
        add("laptop", "--endpoint", "192.0.2.1");
        assertThat(mode(gateway.resolveSibling("gw1.key"))).isEqualTo("rw-------");
        assertThat(mode(gateway.resolveSibling("laptop.key"))).isEqualTo("rw-------");
        String secret = Files.readString(gateway.resolveSibling("laptop.key")).strip();
        assertThat(KeyText.parse(secret)).isPresent();
        assertThat(Files.readString(gateway)).doesNotContain(secret);
        assertThat(Files.readString(gateway.resolveSibling("laptop.toml"))).doesNotContain(secret);
    }

    @Test
    void theUsersOwnTextStays() throws Exception {
        Files.writeString(
                gateway,
                Files.readString(gateway).replace("[network]", "# mine\n[network]  # and mine")
                        + "[policy]\nvolatility.hold = \"1s\"  # last");
        String before = Files.readString(gateway);
        assertThat(add("laptop", "--endpoint", "192.0.2.1").code()).isZero();
        assertThat(add("phone", "--endpoint", "192.0.2.1").code()).isZero();
        assertThat(Files.readString(gateway)).startsWith(before);
        assertThat(GatewayConfig.load(gateway).clients())
                .extracting(GatewayConfig.Client::name)
                .containsExactly("laptop", "phone");
    }

    @Test
    void addressesThatAreTakenAreLeftOut() throws Exception {
        Files.writeString(gateway, """

                [[client]]
                name = "old"
                public-key = "YAnlLDHkOeHXVm3zXMZGqvqYqPSEq1Gm9gvuFOYDJVE="
                address = ["10.77.0.3"]
                """, java.nio.file.StandardOpenOption.APPEND);
        add("a", "--endpoint", "192.0.2.1");
        add("b", "--endpoint", "192.0.2.1");
        assertThat(GatewayConfig.load(gateway).clients())
                .extracting(client -> client.name() + client.addresses())
                .containsExactly("old[10.77.0.3]", "a[10.77.0.2, fd77::2]", "b[10.77.0.4, fd77::3]");
    }

    @Test
    void aFullNetworkIsSaid() throws Exception {
        Files.writeString(gateway, Files.readString(gateway).replace("10.77.0.1/24", "10.77.0.1/30"));
        assertThat(add("a", "--endpoint", "192.0.2.1").code()).isZero();
        Run full = add("b", "--endpoint", "192.0.2.1");
        assertThat(full.code()).isEqualTo(Main.FAILED);
        assertThat(full.err()).contains("no address is left in 10.77.0.1/30");
    }

    @Test
    void nothingThatExistsIsTouched() throws Exception {
        Run again = Run.of("gateway", "init", gateway.getParent().toString());
        assertThat(again.code()).isEqualTo(Main.FAILED);
        assertThat(again.err()).contains("gw1.key exists already");

        Run other = Run.of("gateway", "init", gateway.getParent().toString(), "--name", "gw2");
        assertThat(other.code()).isEqualTo(Main.FAILED);
        assertThat(other.err()).contains("gateway.toml exists already");
        assertThat(gateway.resolveSibling("gw2.key")).doesNotExist();

        String before = Files.readString(gateway);
        Files.writeString(gateway.resolveSibling("laptop.toml"), "mine");
        Run add = add("laptop", "--endpoint", "192.0.2.1");
        assertThat(add.code()).isEqualTo(Main.FAILED);
        assertThat(add.err()).contains("laptop.toml exists already");
        assertThat(gateway.resolveSibling("laptop.key")).doesNotExist();
        assertThat(gateway.resolveSibling("laptop.toml")).hasContent("mine");
        assertThat(gateway).hasContent(before);
    }

    @Test
    void aClientThatIsThereIsNamed() {
        add("laptop", "--endpoint", "192.0.2.1");
        Run again = add("laptop", "--endpoint", "192.0.2.1");
        assertThat(again.code()).isEqualTo(Main.FAILED);
        assertThat(again.err()).contains("client \"laptop\" is already there, " + gateway + ":14");
    }

    @ParameterizedTest
    @CsvSource({
        "198.51.100.7, udp://198.51.100.7:4500",
        "198.51.100.7:53, udp://198.51.100.7:53",
        "2001:db8::7, udp://[2001:db8::7]:4500",
        "[2001:db8::7], udp://[2001:db8::7]:4500",
        "[2001:db8::7]:53, udp://[2001:db8::7]:53",
        "vpn.example.org:53, udp://vpn.example.org:53",
        "udp://vpn.example.org:53, udp://vpn.example.org:53",
        "tcp://vpn.example.org:443, tcp://vpn.example.org:443"
    })
    void endpointsMayBeShort(String typed, String written) throws Exception {
        assertThat(add("laptop", "--endpoint", typed).code()).isZero();
        assertThat(ClientConfig.load(gateway.resolveSibling("laptop.toml"))
                        .gateways()
                        .getFirst()
                        .endpoints())
                .extracting(GatewayEndpoint::toString)
                .containsExactly(written);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --endpoint | a_b            | --endpoint: "a_b" in
            --endpoint | x"y            | --endpoint: "x
            --endpoint | upd://x:1      | did you mean "udp"?
            --route    | 10.0.0.0       | --route: "10.0.0.0"
            --route    | 10.0.0.1/8     | write "10.0.0.0/8"
            """)
    void whatWouldNotWorkIsNotWritten(String option, String value, String message) throws Exception {
        String before = Files.readString(gateway);
        Run run = option.equals("--route")
                ? add("laptop", "--endpoint", "192.0.2.1", option, value)
                : add("laptop", option, value);
        assertThat(run.code()).isEqualTo(Main.USAGE);
        assertThat(run.err()).contains(message);
        assertThat(gateway).hasContent(before);
        try (Stream<Path> files = Files.list(gateway.getParent())) {
            assertThat(files.map(Path::getFileName).map(Path::toString))
                    .containsExactlyInAnyOrder("gateway.toml", "gw1.key");
        }
    }

    @Test
    void aGatewayOnACertainAddressNeedsNoGuess() throws Exception {
        Files.writeString(gateway, Files.readString(gateway).replace("udp://0.0.0.0:4500", "udp://198.51.100.7:7000"));
        Run added = add("laptop");
        assertThat(added.code()).isZero();
        assertThat(added.out()).contains("udp://198.51.100.7:7000");
    }

    @Test
    void checkSpeaksJson() throws Exception {
        Run good = Run.of("check", "--json", "--config", gateway.toString());
        assertThat(good).isEqualTo(new Run(0, "{\"ok\":true,\"warnings\":[],\"problems\":[]}\n", ""));
        Files.writeString(gateway, Files.readString(gateway).replace("interface ", "interfaces "));
        Run bad = Run.of("check", "--json", "--config", gateway.toString());
        assertThat(bad.code()).isEqualTo(Main.USAGE);
        assertThat(bad.out())
                .startsWith("{\"ok\":false")
                .contains("\"line\":10,\"what\":\"[network] has no key")
                .contains("did you mean");
    }
}
