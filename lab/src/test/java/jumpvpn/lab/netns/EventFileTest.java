package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
    @TempDir
    Path directory;

    @Test
    void readsEachLineOnceItsEndIsThere() throws IOException {
        Path path = directory.resolve("events.jsonl");
        EventFile file = new EventFile(path);
        List<EventLine> heard = new ArrayList<>();
        file.poll(heard::add);
        Files.writeString(path, event("ATTACHED") + "\n" + event("VOLATILE").substring(0, 20));
        file.poll(heard::add);
        assertThat(heard).extracting(EventLine::to).containsExactly("ATTACHED");
        Files.writeString(path, event("VOLATILE").substring(20) + "\nrubbish\n", StandardOpenOption.APPEND);
        file.poll(heard::add);
        assertThat(heard).extracting(EventLine::to).containsExactly("ATTACHED", "VOLATILE");
        assertThat(file.events()).isEqualTo(heard);
        assertThat(file.unreadable()).containsExactly("rubbish");
    }

    @Test
    void understandsTimesAsTextAndAsNumbers() {
        Instant expected = Instant.ofEpochSecond(1795457859, 65_000_000);
        for (String ts : List.of(
                "\"2026-11-23T18:17:39.065Z\"",
                "1795457859.065",
                "1795457859065",
                "1795457859065000",
                "1795457859065000000")) {
            String line = "{\"ts\":%s,\"role\":\"client\",\"type\":\"CANDIDATE\"}".formatted(ts);
            assertThat(EventLine.parse(line).at()).as(ts).isEqualTo(expected);
        }
    }

    private static String event(String to) {
        return "{\"schema\":1,\"ts\":\"2026-11-23T18:17:39Z\",\"role\":\"client\",\"type\":\"STATE_CHANGE\",\"to\":\""
                + to + "\"}";
    }
}
