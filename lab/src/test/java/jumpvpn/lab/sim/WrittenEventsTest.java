package jumpvpn.lab.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import jumpvpn.core.observability.EventSink;
import jumpvpn.core.observability.audit.Report;
import jumpvpn.core.observability.audit.Verdict;
import jumpvpn.core.session.Policy;
import jumpvpn.node.observability.jsonl.EventFiles;
import jumpvpn.node.observability.jsonl.EventJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The events of simulated worlds, written to files and audited there: nothing is found in them as they are, and something after every corruption. */
class WrittenEventsTest {
    private static final int CLEAN_RUNS = 100;
    private static final int CORRUPT_RUNS = 20;

    @TempDir
    private Path folder;

    /** Each process of a seed writes a file of its own. */
    private static List<List<String>> written(long seed) {
        List<List<String>> files = new ArrayList<>();
        Simulation.run(seed, new Parts(seed) {
            @Override
            public EventSink sink(EventSink sound) {
                List<String> lines = new ArrayList<>();
                files.add(lines);
                EventJson json = new EventJson("node" + files.size(), "start" + files.size());
                return event -> {
                    lines.add(json.line(event, lines.size(), event.nanos() / 1_000_000));
                    sound.emit(event);
                };
            }
        });
        return files;
    }

    private Report audit(long seed, List<List<String>> files) throws IOException {
        List<Path> paths = new ArrayList<>();
        for (List<String> lines : files) {
            paths.add(Files.write(folder.resolve(paths.size() + ".jsonl"), lines));
        }
        Policy policy = Scenario.of(seed).policy();
        return EventFiles.audit(paths, version -> version == policy.version() ? policy : null);
    }

    @Test
    void nothingIsFoundInCleanRuns() throws IOException {
        long events = 0;
        for (long seed = 1; seed <= CLEAN_RUNS; seed++) {
            Report report = audit(seed, written(seed));
            assertThat(report.verdict())
                    .as("seed %s: %s %s", seed, report.findings(), report.sessions())
                    .isEqualTo(Verdict.PROVEN);
            events += report.events();
        }
        assertThat(events).isGreaterThan(10L * CLEAN_RUNS);
    }

    private enum Corruption {
        MISSING,
        TWICE,
        EXCHANGED,
        CUT,
        OTHER_SCHEMA,
        OTHER_START;

        /** Does it at a line that is not the last one. */
        void plant(List<String> lines, int at) {
            String line = lines.get(at);
            switch (this) {
                case MISSING -> lines.remove(at);
                case TWICE -> lines.add(at + 1, line);
                case EXCHANGED -> lines.add(at, lines.remove(at + 1));
                case CUT -> lines.set(at, line.substring(0, line.length() / 2));
                case OTHER_SCHEMA -> lines.set(at, line.replace(EventJson.SCHEMA, "jumpvpn.event/99"));
                case OTHER_START -> lines.set(at, line.replace("\"start\":\"", "\"start\":\"another"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyCorruptionIsFound(Corruption corruption) throws IOException {
        for (long seed = 1; seed <= CORRUPT_RUNS; seed++) {
            List<List<String>> files = written(seed);
            Random random = new Random(seed);
            List<String> lines = files.get(random.nextInt(files.size()));
            while (lines.size() < 2) {
                lines = files.get(random.nextInt(files.size()));
            }
            int at = random.nextInt(lines.size() - 1);
            corruption.plant(lines, at);
            assertThat(audit(seed, files).verdict())
                    .as("seed %s, line %s of %s", seed, at + 1, lines)
                    .isNotEqualTo(Verdict.PROVEN);
        }
    }
}
