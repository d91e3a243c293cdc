package jumpvpn.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a file of one of several gateways gives. */
class ClusterConfigTest {
    private static final String KEY = "YAnlLDHkOeHXVm3zXMZGqvqYqPSEq1Gm9gvuFOYDJVE=";
    private static final String GATEWAY = """
            [gateway]
            name = "gw1"
            private-key = "gw1.key"
            listen = ["udp://0.0.0.0:4500"]
            %s
            [network]
            interface = "jvpn0"
            address = ["10.77.0.1/24"]
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void files() throws IOException {
        for (String file : List.of("gw1.key", "cluster.key", "etcd.password", "own")) {
            Files.createFile(
                    folder.resolve(file),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.writeString(folder.resolve(file), KEY + "\n");
        }
        Files.writeString(folder.resolve("etcd.password"), " secret word \n");
        Files.writeString(folder.resolve("ca.pem"), "");
    }

    private GatewayConfig load(String more) throws IOException, ConfigException {
        return load("", more);
    }

    private GatewayConfig load(String gateway, String more) throws IOException, ConfigException {
        return GatewayConfig.load(Files.writeString(folder.resolve("node.toml"), GATEWAY.formatted(gateway) + more));
    }

    @Test
    void whoSaysNothingIsAlone() throws Exception {
        GatewayConfig config = load("");
        assertThat(config.ownership().mode()).isEqualTo(Ownership.Mode.EMBEDDED);
        assertThat(config.cluster()).isEqualTo(new Cluster(null, null, null, null, List.of()));
        assertThat(load("[ownership]\nmode = 'embedded'\n").ownership()).isEqualTo(config.ownership());
    }

    @Test
    void aStoreNeedsItsEndpointsOnly() throws Exception {
        GatewayConfig config =
                load("[ownership]\nmode = 'etcd'\nendpoints = ['http://10.0.0.1', 'http://[fd00::1]:2379/']\n");
        assertThat(config.ownership())
                .isEqualTo(new Ownership(
                        Ownership.Mode.ETCD,
                        List.of(URI.create("http://10.0.0.1:2379"), URI.create("http://[fd00::1]:2379")),
                        Duration.ofSeconds(3),
                        "jumpvpn/",
                        null,
                        null));
        assertThat(config.cluster().members()).isEmpty();
        assertThat(config.warnings()).isEmpty();
    }

    @Test
    void everyKeyOfTheManual() throws Exception {
        GatewayConfig config = load("""
                [ownership]
                mode = "etcd"
                endpoints = ["https://10.0.0.1:2379"]
                lease = "4.5s"
                prefix = "vpn/"
                ca = "ca.pem"
                certificate = "ca.pem"
                key = "ca.pem"
                user = "gw1"
                password = "etcd.password"
                [cluster]
                secret = "cluster.key"
                inside = "lan0"
                on-own = "own"
                on-release = "own"
                [[member]]
                name = "gw2"
                number = 255
                endpoints = ["udp://198.51.100.2:4500", "quic://198.51.100.2:4500"]
                gone = true
                [[member]]
                name = "gw1"
                number = 1
                inside = "10.88.0.11"
                """);
        Ownership ownership = config.ownership();
        Path ca = folder.resolve("ca.pem");
        assertThat(ownership.lease()).isEqualTo(Duration.ofMillis(4500));
        assertThat(ownership.prefix()).isEqualTo("vpn/");
        assertThat(ownership.tls()).isEqualTo(new Ownership.Tls(ca, ca, ca));
        assertThat(ownership.login().user()).isEqualTo("gw1");
        assertThat(new String(ownership.login().password(), StandardCharsets.UTF_8))
                .isEqualTo("secret word");
        assertThat(config.cluster().secret().bytes()).hasSize(32);
        assertThat(config.cluster().inside()).isEqualTo("lan0");
        assertThat(config.cluster().onOwn()).isEqualTo(folder.resolve("own").toAbsolutePath());
        assertThat(config.cluster().members())
                .containsExactly(
                        new Cluster.Member(
                                "gw2",
                                255,
                                List.of(new Endpoint(IpAddress.parse("198.51.100.2"), 4500)),
                                null,
                                true,
                                24),
                        new Cluster.Member("gw1", 1, List.of(), IpAddress.parse("10.88.0.11"), false, 29));
        assertThat(config.toString()).doesNotContain("secret word").doesNotContain(KEY);
    }

    @Test
    void whatHasNoEffectIsSaid() throws Exception {
        String etcd = "[ownership]\nmode = 'etcd'\nendpoints = ['http://10.0.0.1']\n";
        assertThat(load("state = 'gw1.state'", etcd).warnings())
                .singleElement()
                .asString()
                .startsWith(folder.resolve("node.toml") + ":5: \"state\" has no effect");
        assertThat(load(etcd.replace("etcd", "embedded")).warnings())
                .singleElement()
                .asString()
                .contains(":11: \"endpoints\" has no effect with mode = \"embedded\"");
        assertThat(load("masquerade = true\n" + etcd).warnings())
                .singleElement()
                .asString()
                .contains(":9: behind masquerade");
        assertThat(load("[[member]]\nname = 'gw1'\nnumber = 1\n").warnings())
                .singleElement()
                .asString()
                .contains(":9: [[member]] has no effect");
    }

    @Test
    void aStickyGatewayNeedsTheSetAndShouldKeepItsState() throws Exception {
        ConfigException refused =
                catchThrowableOfType(ConfigException.class, () -> load("[ownership]\nmode = 'sticky'\n"));
        assertThat(refused).hasMessageContaining("mode \"sticky\" needs the set of gateways");
        String sticky = "[ownership]\nmode = 'sticky'\n[[member]]\nname = 'gw1'\nnumber = 1\n";
        assertThat(load("state = 'gw1.state'", sticky).warnings()).isEmpty();
        assertThat(load(sticky).warnings()).singleElement().asString().contains("without \"state\"");
    }
}
