package jumpvpn.node.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTest {
    private static final String KEY = "YAnlLDHkOeHXVm3zXMZGqvqYqPSEq1Gm9gvuFOYDJVE=";

    @TempDir
    Path folder;

    @BeforeEach
    void key() throws IOException {
        Files.createFile(
                folder.resolve("gw1.key"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(folder.resolve("gw1.key"), KEY + "\n");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("node.toml"), text);
    }

    @Test
    void theGatewaysFileOfTheManual() throws Exception {
        GatewayConfig config = GatewayConfig.load(write("""
                [gateway]
                name        = "gw1"
                private-key = "gw1.key"
                listen      = ["udp://0.0.0.0:4500",
                               "udp://[::]:4500", "quic://0.0.0.0:4500", "quic://0.0.0.0:443"]
                control     = "/run/jumpvpn/gw1.sock"
                events      = "events.jsonl"
                state       = "/var/lib/jumpvpn/gw1"
                crypto      = "ipsec-mb"
                [network]
                interface   = "jvpn0"
                address     = ["10.77.0.1/24", "fd77::1/64"]
                masquerade  = true
                [[client]]
                name        = "laptop"
                public-key  = "YAnlLDHkOeHXVm3zXMZGqvqYqPSEq1Gm9gvuFOYDJVE="
                address     = ["10.77.0.2", "fd77::2"]
                [[client]]
                name        = "phone"
                public-key  = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="
                [policy]
                volatility.heartbeat-interval = "250ms"
                volatility.loss-threshold = 0.2
                session.max-lifetime = "1.5h"
                switching.max-per-minute = 20
                transport.prefer = ["tcp", "udp"]
                [packets]
                shards      = 4
                tun         = "tcp"
                udp         = "batches"
                dscp        = "46"
                [dashboard]
                listen      = "[::1]:8787"
                history     = "gw1.history"
                actions     = true
                """));
        assertThat(config.dashboard())
                .isEqualTo(new Dashboard(
                        new Endpoint(IpAddress.parse("::1"), 8787), null, true, folder.resolve("gw1.history"), 64, 32));
        assertThat(config.packets()).isEqualTo(new Packets(4, Packets.Tun.TCP, Packets.Udp.BATCHES, 46));
        assertThat(config.name()).isEqualTo("gw1");
        assertThat(KeyText.format(config.privateKey().bytes())).isEqualTo(KEY);
        assertThat(config.toString())
                .doesNotContain(KEY.substring(0, 10) + "nope")
                .contains("private key of");
        assertThat(config.listen())
                .extracting(Listen::toString)
                .containsExactly("udp://0.0.0.0:4500", "udp://[::]:4500", "quic://0.0.0.0:4500", "quic://0.0.0.0:443");
        assertThat(config.listen()).extracting(Listen::line).containsExactly(4, 5, 5, 5);
        assertThat(config.listen().get(2).sharesPortWith(config.listen().get(0)))
                .isTrue();
        assertThat(config.listen().get(3).sharesPortWith(config.listen().get(0)))
                .isFalse();
        assertThat(config.listen().get(1).sharesPortWith(config.listen().get(1)))
                .isFalse();
        assertThat(config.warnings()).isEmpty();
        assertThat(config.control()).isEqualTo(Path.of("/run/jumpvpn/gw1.sock"));
        assertThat(config.events()).isEqualTo(folder.resolve("events.jsonl"));
        assertThat(config.crypto()).isEqualTo(CryptoLibrary.IPSEC_MB);
        assertThat(config.state()).isEqualTo(Path.of("/var/lib/jumpvpn/gw1"));
        assertThat(config.network())
                .isEqualTo(new GatewayConfig.Network(
                        "jvpn0", List.of(Prefix.parse("10.77.0.1/24"), Prefix.parse("fd77::1/64")), true, 10));
        assertThat(config.clients()).extracting(GatewayConfig.Client::name).containsExactly("laptop", "phone");
        assertThat(config.clients().get(0).addresses())
                .containsExactly(IpAddress.parse("10.77.0.2"), IpAddress.parse("fd77::2"));
        assertThat(config.clients().get(1).addresses()).isEmpty();
        Policy policy = config.policy();
        assertThat(policy.get(PolicyKey.VOLATILITY_HEARTBEAT_INTERVAL)).isEqualTo(250_000_000L);
        assertThat(policy.get(PolicyKey.VOLATILITY_LOSS_THRESHOLD)).isEqualTo(200);
        assertThat(policy.get(PolicyKey.SESSION_MAX_LIFETIME)).isEqualTo(5_400_000_000_000L);
        assertThat(policy.count(PolicyKey.SWITCHING_MAX_PER_MINUTE)).isEqualTo(20);
        assertThat(policy.protocols(PolicyKey.TRANSPORT_PREFER)).containsExactly(Protocol.TCP, Protocol.UDP);
        assertThat(policy.get(PolicyKey.HOLD_MAX_AGE)).isEqualTo(PolicyKey.HOLD_MAX_AGE.defaultValue());
    }

    @Test
    void theClientsFileOfTheManual() throws Exception {
        ClientConfig config = ClientConfig.load(write("""
                [client]
                name        = "laptop"
                private-key = "gw1.key"
                [network]
                interface   = "jvpn0"
                routes      = ["10.88.0.0/24"]
                [[gateway]]
                name        = "gw1"
                public-key  = "YAnlLDHkOeHXVm3zXMZGqvqYqPSEq1Gm9gvuFOYDJVE="
                endpoints   = ["udp://198.51.100.1:4500", "tcp://198.51.100.1:443", "udp://[2001:db8::1]:4500"]
                [[gateway]]
                name        = "gw2"
                public-key  = "YAnlLDHkOeHXVm3zXMZGqvqYqPSEq1Gm9gvuFOYDJVE="
                endpoints   = ["udp://vpn.example.org:4500"]
                [packets]
                dscp        = "copy"
                """));
        int half = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 8);
        assertThat(config.packets()).isEqualTo(new Packets(half, Packets.Tun.ALL, Packets.Udp.ALL, Packets.COPY_DSCP));
        assertThat(config.network().routes()).containsExactly(Prefix.parse("10.88.0.0/24"));
        assertThat(config.gateways()).extracting(ClientConfig.Gateway::name).containsExactly("gw1", "gw2");
        assertThat(config.gateways().get(0).endpoints())
                .containsExactly(
                        new GatewayEndpoint(Protocol.UDP, "198.51.100.1", 4500, 10),
                        new GatewayEndpoint(Protocol.TCP, "198.51.100.1", 443, 10),
                        new GatewayEndpoint(Protocol.UDP, "2001:db8::1", 4500, 10));
        assertThat(config.gateways().get(0).endpoints())
                .extracting(GatewayEndpoint::toString)
                .contains("udp://[2001:db8::1]:4500");
        assertThat(config.gateways().get(1).endpoints().getFirst().address()).isEmpty();
        assertThat(config.warnings()).isEmpty();
        assertThat(config.control()).isNull();
        assertThat(config.events()).isNull();
        assertThat(config.crypto()).isEqualTo(CryptoLibrary.AUTO);
    }

    @Test
    void headersAndDottedKeysOfThePolicyMeanTheSame() throws Exception {
        String common = """
                [gateway]
                name = "g"
                private-key = "gw1.key"
                listen = ["udp://127.0.0.1:1"]
                [network]
                interface = "t"
                address = ["10.0.0.1/8"]
                """;
        GatewayConfig dotted = GatewayConfig.load(write(common + "[policy]\nvolatility.hold = \"1s\"\n"));
        GatewayConfig header = GatewayConfig.load(write(common + "[policy.volatility]\nhold = \"1s\"\n"));
        assertThat(dotted.policy().version())
                .isEqualTo(header.policy().version())
                .isNotEqualTo(Policy.DEFAULT.version());
    }

    @Test
    void theManualListsEveryPolicyKeyWithItsBounds() throws Exception {
        String manual = Files.readString(Path.of("../docs/operating/configuration.md"));
        for (PolicyKey key : PolicyKey.values()) {
            String row = manual.lines()
                    .filter(line -> line.startsWith("| `" + key.key() + "` |"))
                    .findFirst()
                    .orElse("");
            assertThat(row).as(key.key()).isNotEmpty();
            if (key.kind() != PolicyKey.Kind.PROTOCOLS) {
                String[] cells = row.replace("`", "").split(" *[|] *");
                assertThat(PolicyValue.allowed(key))
                        .isEqualTo("write %s = %s, anything from %s to %s"
                                .formatted(key.key(), cells[2], cells[3], cells[4]));
            }
        }
    }
}
