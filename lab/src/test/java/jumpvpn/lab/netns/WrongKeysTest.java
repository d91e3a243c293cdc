package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import jumpvpn.core.security.KeyPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Keys that do not belong together: both ends say which it is, the client goes on trying, nothing of the tunnel exists, and it can be stopped at any time. */
@Tag("network")
class WrongKeysTest {
    private static final Duration STOP = Duration.ofSeconds(3);

    private TwoHosts hosts;

    @BeforeEach
    void build() throws IOException {
        hosts = TwoHosts.open();
        hosts.gatewayFile(UnaryOperator.identity());
    }

    @AfterEach
    void remove() {
        if (hosts != null) {
            hosts.close();
        }
    }

    @Test
    void eachIsExplainedAndTheClientCanBeStoppedMeanwhile() throws IOException {
        hosts.startGateway(List.of());
        String before = hosts.footprint(hosts.client);
        String wrongKey = NodeFiles.base64(hosts.keyFile("somebody.key").publicKey());
        String rightKey = NodeFiles.base64(hosts.gatewayKey.publicKey());
        hosts.clientFile("misled.toml", text -> named(text, "misled").replace(rightKey, wrongKey));
        KeyPair stranger = hosts.keyFile("stranger.key");
        hosts.clientFile("stranger.toml", text -> named(text, "stranger").replace("laptop.key", "stranger.key"));

        long began = System.nanoTime();
        Process misled = hosts.start(hosts.client, List.of(), "connect", "misled.toml", "misled.log");
        Process unknown = hosts.start(hosts.client, List.of(), "connect", "stranger.toml", "stranger.log");

        hosts.until(() -> !failures("stranger").isEmpty(), unknown, "stranger.log");
        hosts.until(() -> !refusals().isEmpty(), unknown, "gw1.log");
        hosts.until(() -> hosts.log("stranger.log").contains("jumpvpn client add"), unknown, "stranger.log");
        assertThat(failures("stranger").getFirst().text("detail")).isEqualTo("UNKNOWN_CLIENT");
        assertThat(hosts.log("stranger.log"))
                .contains("gateway gw1 refused the handshake: it does not know this client's public key");
        assertThat(refusals().getFirst().text("public_key")).isEqualTo(NodeFiles.base64(stranger.publicKey()));

        hosts.until(() -> !failures("misled").isEmpty(), misled, "misled.log");
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        hosts.until(() -> hosts.log("misled.log").contains("no answer on "), misled, "misled.log");
        assertThat(took).as("session.handshake-timeout and the start").isLessThan(Duration.ofSeconds(18));
        assertThat(hosts.log("misled.log")).contains("the public-key in [[gateway]] is not that gateway's");
        assertThat(hosts.client.shell("ip -o address show dev misled"))
                .as("no address before there is a session")
                .isEmpty();

        assertStops(unknown);
        assertStops(misled);
        assertThat(hosts.footprint(hosts.client)).isEqualTo(before);
        assertThat(hosts.events(TwoHosts.GATEWAY, "STATE_CHANGE", "HANDSHAKE_OK"))
                .isEmpty();
    }

    private static String named(String text, String name) {
        return text.replace("\"laptop\"", '"' + name + '"')
                .replace("jvpn0", name)
                .replace("laptop.sock", name + ".sock")
                .replace("laptop.jsonl", name + ".jsonl");
    }

    private List<EventLine> failures(String node) {
        return hosts.events(node, "STATE_CHANGE", "HANDSHAKE_FAIL");
    }

    private List<EventLine> refusals() {
        return hosts.events(TwoHosts.GATEWAY, "SECURITY", "UNKNOWN_CLIENT");
    }

    private static void assertStops(Process process) throws IOException {
        assertThat(process.isAlive()).as("goes on trying").isTrue();
        process.destroy();
        assertThat(TwoHosts.exitCode(process, STOP)).isZero();
    }
}
