package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The wall clock of one end steps by an hour, forth and back, under a session (libfaketime shows the process another time of day; the
 * machine's own is never touched). Nothing may happen, and a jump must still pass the gates, whose tickets and tokens have ages.
 */
@Tag("network")
class SteppedClockTest {
    private static final String HOUR = "+3600";
    private static final String NONE = "+0";
    private static final Duration MOST_OF_AN_HOUR = Duration.ofMinutes(58);

    private TwoHosts hosts;
    private Process gateway;
    private Process client;

    @BeforeEach
    void build() throws IOException {
        hosts = TwoHosts.open();
        hosts.gatewayFile(text -> text + """
                [policy]
                switching.cooldown = "50ms"
                """);
        hosts.clientFile("client.toml", UnaryOperator.identity());
    }

    @AfterEach
    void remove() {
        if (hosts != null) {
            hosts.close();
        }
    }

    @Test
    void anHourForthAndBackIsNothing() throws IOException {
        gateway = hosts.startGateway(underFakeTime("gateway.time"));
        client = hosts.startClient(underFakeTime("client.time"));
        Map<String, Object> before = hosts.status(TwoHosts.CLIENT);
        Process ping = hosts.ping();

        step("gateway.time", HOUR);
        jump(2);
        assertThat(lastAt(TwoHosts.GATEWAY))
                .as("the gateway's clock did step")
                .isAfter(Instant.now().plus(MOST_OF_AN_HOUR));
        step("client.time", HOUR);
        step("gateway.time", NONE);
        jump(3);
        assertThat(lastAt(TwoHosts.CLIENT))
                .as("the client's clock did step")
                .isAfter(Instant.now().plus(MOST_OF_AN_HOUR));
        assertThat(lastAt(TwoHosts.GATEWAY))
                .as("and the gateway's back")
                .isBefore(Instant.now().plusSeconds(1));
        step("client.time", NONE);
        jump(4);

        TwoHosts.Loss loss = hosts.endPing(ping);
        assertThat(loss.sent()).isGreaterThan(300);
        assertThat(loss.lost()).as("of " + loss.sent()).isLessThanOrEqualTo(loss.sent() / 100);
        assertThat(hosts.status(TwoHosts.CLIENT))
                .containsEntry("state", "ATTACHED")
                .containsEntry("session_id", before.get("session_id"))
                .containsEntry("epoch", 4);
        assertThat(reasons(TwoHosts.CLIENT))
                .isEqualTo(reasons(TwoHosts.GATEWAY))
                .containsExactly(
                        "HANDSHAKE_OK",
                        "OPERATOR_JUMP",
                        "REATTACH_ACCEPT",
                        "OPERATOR_JUMP",
                        "REATTACH_ACCEPT",
                        "OPERATOR_JUMP",
                        "REATTACH_ACCEPT");
        assertThat(hosts.log("gw1.log") + hosts.log("laptop.log")).doesNotContain(" ERROR ");
    }

    private void jump(int epoch) throws IOException {
        hosts.jump();
        hosts.until(() -> attached(TwoHosts.CLIENT, epoch), client, "laptop.log");
        hosts.until(() -> attached(TwoHosts.GATEWAY, epoch), gateway, "gw1.log");
    }

    private boolean attached(String node, int epoch) {
        return hosts.events(node, "STATE_CHANGE", "REATTACH_ACCEPT").size() == epoch - 1;
    }

    private List<String> reasons(String node) {
        return hosts.events(node).stream()
                .filter(event -> event.is("STATE_CHANGE"))
                .map(EventLine::reason)
                .toList();
    }

    private Instant lastAt(String node) {
        return hosts.events(node).getLast().at();
    }

    private List<String> underFakeTime(String file) throws IOException {
        Path library = library();
        Files.writeString(hosts.workspace.file(file), NONE);
        return List.of(
                "env",
                "LD_PRELOAD=" + library,
                "FAKETIME_TIMESTAMP_FILE=" + hosts.workspace.file(file),
                "FAKETIME_CACHE_DURATION=1",
                "FAKETIME_DONT_FAKE_MONOTONIC=1",
                // else its repair of timed waits, which this JVM does not need, makes them return at once, again and
                // again
                "FAKETIME_FORCE_MONOTONIC_FIX=0");
    }

    /** At once, or libfaketime might read half of it. It looks every second, so the step is over when it has looked. */
    private void step(String file, String offset) throws IOException {
        Path fresh = Files.writeString(hosts.workspace.file("fresh.time"), offset);
        Files.move(fresh, hosts.workspace.file(file), StandardCopyOption.ATOMIC_MOVE);
        String node = file.startsWith("gateway") ? TwoHosts.GATEWAY : TwoHosts.CLIENT;
        Process process = node.equals(TwoHosts.GATEWAY) ? gateway : client;
        boolean ahead = offset.equals(HOUR);
        hosts.until(() -> since(node).isAfter(Instant.now().plus(MOST_OF_AN_HOUR)) == ahead, process, node + ".log");
    }

    /** When the session got its state, by the node's wall clock of now: it moves with every step. */
    private Instant since(String node) throws IOException {
        Map<?, ?> status = hosts.status(node);
        if (status.get("sessions") instanceof List<?> sessions) {
            status = (Map<?, ?>) sessions.getFirst();
        }
        return Instant.parse(status.get("since").toString());
    }

    private static Path library() throws IOException {
        List<Path> found = libraries();
        if (found.isEmpty() && Prerequisites.install(System.err)) {
            found = libraries();
        }
        NodeFiles.skipIf(found.isEmpty() ? List.of("libfaketime: as root, apt-get install libfaketime") : List.of());
        return found.getFirst();
    }

    /** In the folder of whatever processor this is. */
    private static List<Path> libraries() throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(Path.of("/usr/lib"), "*-linux-gnu*")) {
            for (Path folder : folders) {
                Path library = folder.resolve("faketime/libfaketimeMT.so.1");
                if (Files.exists(library)) {
                    found.add(library);
                }
            }
        }
        return found;
    }
}
