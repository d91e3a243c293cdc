package jumpvpn.lab.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import jumpvpn.core.observability.audit.Report;
import jumpvpn.core.observability.audit.Verdict;
import jumpvpn.core.session.Policy;
import jumpvpn.node.observability.jsonl.EventFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManyEventsTest {
    private static final int LIVE_TWICE = 20_000;

    @TempDir
    private Path folder;

    @Test
    void theGeneratorTellsTheTruth() throws IOException {
        try (ManyEvents events = new ManyEvents(folder)) {
            events.write(30_000_000);
        }
        List<Path> files = Stream.of("gw1", "gw2", "gw3", "laptop")
                .map(name -> folder.resolve(name + ".jsonl"))
                .toList();
        Report report = EventFiles.audit(files, _ -> Policy.DEFAULT);
        assertThat(report.verdict()).isEqualTo(Verdict.PROVEN);
        assertThat(report.speakers()).isEqualTo(4);
        assertThat(report.events()).isGreaterThan(LIVE_TWICE);
        assertThat(report.sessions())
                .anySatisfy(session -> assertThat(session.binds()).isGreaterThan(2));
    }
}
