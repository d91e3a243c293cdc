package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.security.KeyPair;
import jumpvpn.node.observability.jsonl.SealKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nodes that seal their event files as they run: whoever has the public keys can tell what was done to a file. */
@Tag("network")
class SealedEventsTest {
    private static final int PROVEN = 0;
    private static final int VIOLATED = 1;

    private TwoHosts hosts;
    private final List<String> keys = new ArrayList<>();

    @BeforeEach
    void build() throws IOException {
        hosts = TwoHosts.open();
        hosts.gatewayFile(text -> sealed(text, TwoHosts.GATEWAY));
        hosts.clientFile("client.toml", text -> sealed(text, TwoHosts.CLIENT));
        for (String node : List.of(TwoHosts.GATEWAY, TwoHosts.CLIENT)) {
            KeyPair pair = hosts.keyFile(node + "-events.key");
            keys.add("--verify");
            keys.add(node + "="
                    + NodeFiles.base64(SealKey.ofPrivate(pair.privateKey()).publicBytes()));
        }
    }

    private static String sealed(String text, String node) {
        return text.replace(
                "events      = \"" + node + ".jsonl\"",
                "events      = \"" + node + ".jsonl\"\nevents-key  = \"" + node + "-events.key\"");
    }

    @AfterEach
    void remove() {
        if (hosts != null) {
            hosts.close();
        }
    }

    private TwoHosts.Ended audit(String gatewaysEvents) {
        List<String> words = new ArrayList<>(List.of("audit"));
        words.addAll(keys);
        words.add(hosts.workspace.file(gatewaysEvents).toString());
        words.add(hosts.workspace.file("laptop.jsonl").toString());
        return TwoHosts.command(words.toArray(String[]::new));
    }

    private TwoHosts.Ended auditOf(List<String> gatewaysLines) throws IOException {
        Files.write(hosts.workspace.file("touched.jsonl"), gatewaysLines);
        return audit("touched.jsonl");
    }

    @Test
    void whatWasDoneToAFileIsNamed() throws IOException {
        hosts.startGateway(List.of());
        Process client = hosts.startClient(List.of());
        String socket = hosts.workspace.file("gw1.sock").toString();
        for (int i = 0; i < 3; i++) { // refused, and each an event
            TwoHosts.command("jump", "--control", socket);
        }
        hosts.until(
                () -> hosts.events(TwoHosts.GATEWAY, "OPERATOR_ACTION", "ACTION_REFUSED")
                                .size()
                        == 3,
                client,
                "laptop.log");
        // both run on: a line is signed when no other waits behind it
        hosts.until(() -> audit("gw1.jsonl").code() == PROVEN, client, "laptop.log");
        assertThat(audit("gw1.jsonl").text()).contains("gw1.jsonl is sealed", "laptop.jsonl is sealed");

        List<String> lines = Files.readAllLines(hosts.workspace.file("gw1.jsonl"));
        List<String> flipped = new ArrayList<>(lines);
        flipped.set(1, flipped.get(1).replace("\"policy_version\":", "\"policy_version\":1"));
        assertThat(auditOf(flipped).code()).isEqualTo(VIOLATED);
        assertThat(auditOf(flipped).text()).contains("touched.jsonl:2 SEAL");

        List<String> shorter = new ArrayList<>(lines);
        shorter.remove(1);
        assertThat(auditOf(shorter).code()).isEqualTo(VIOLATED);
        assertThat(auditOf(shorter).text()).contains("touched.jsonl:2 SEAL");

        List<String> moved = new ArrayList<>(lines);
        moved.add(1, moved.remove(2));
        assertThat(auditOf(moved).text()).contains("touched.jsonl:2 SEAL");
        assertThat(auditOf(lines).code()).isEqualTo(PROVEN);
    }
}
