package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What {@code jumpvpn doctor} finds on a client's host: a gateway that answers, one behind a firewall, one with another key, and one that is down. */
@Tag("network")
class DoctorTest {
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

    private String line(String file) throws IOException {
        String path = hosts.workspace.file(file).toString();
        return NamespaceThread.call(hosts.client.pid(), () -> TwoHosts.command("doctor", "--config", path))
                .text()
                .lines()
                .dropWhile(line -> !line.contains("gw1 udp"))
                .limit(2)
                .reduce("", (all, line) -> all + line + "\n");
    }

    @Test
    void tellsAFirewallFromAGatewayThatIsDown() throws IOException {
        Process gateway = hosts.startGateway(List.of());
        assertThat(line("client.toml")).startsWith("OK ").contains("192.0.2.1:4500 answered");
        hosts.until(
                () -> !hosts.events(TwoHosts.GATEWAY, "SECURITY", "UNKNOWN_CLIENT")
                        .isEmpty(),
                gateway,
                "gw1.log");

        hosts.clientFile(
                "other.toml",
                text -> text.replace(
                        NodeFiles.base64(hosts.gatewayKey.publicKey()), NodeFiles.base64(hosts.clientKey.publicKey())));
        assertThat(line("other.toml")).startsWith("FAIL ").contains("public key is not that of line ");

        hosts.gateway.shell("nft 'add table ip block; add chain ip block in { type filter hook input priority 0; };"
                + " add rule ip block in udp dport 4500 drop'");
        assertThat(line("client.toml"))
                .startsWith("FAIL ")
                .contains("192.0.2.1:4500 does not answer", "drops UDP to port 4500", "tcp:// on port 443");
        hosts.gateway.shell("nft delete table ip block");

        gateway.destroy();
        TwoHosts.exitCode(gateway, Duration.ofSeconds(5));
        assertThat(line("client.toml")).startsWith("FAIL ").contains("nobody listens there", "start the gateway");
    }
}
