package jumpvpn.lab.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import jumpvpn.lab.events.Outlets.Kind;
import jumpvpn.lab.events.Outlets.Manner;
import jumpvpn.node.observability.Sink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The short form of the lab: what it counts, not how fast this machine is. */
@Timeout(120)
class TurnTest {
    @TempDir
    private Path folder;

    @Test
    void blockedSinksCountEveryLoss() throws Exception {
        Turn.Result result = new Turn(
                        new EventsOptions(100_000, 1, 1),
                        folder,
                        EventsLab.turns().get("all blocked"))
                .run();
        assertThat(result.wrong()).isEmpty();
        assertThat(result.emitted()).isEqualTo(200_000);
        assertThat(result.packetsPerSecond()).isPositive();
        for (Kind kind : Kind.values()) {
            Sink.Counts counts = result.sinks().get(kind.name().toLowerCase(java.util.Locale.ROOT));
            assertThat(counts.dropped()).as(kind.name()).isGreaterThan(150_000);
        }
    }

    @Test
    void whatIsTakenIsWritten() throws Exception {
        Turn.Result result = new Turn(
                        new EventsOptions(1000, 1, 1), folder, Map.of(Kind.FILE, Manner.WELL, Kind.OTLP, Manner.WELL))
                .run();
        assertThat(result.wrong()).isEmpty();
        assertThat(result.sinks().get("file").written()).isEqualTo(2000);
        assertThat(result.sinks().get("otlp").written()).isEqualTo(2000);
    }
}
